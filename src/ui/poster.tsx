import type { VNode } from 'preact';

/** Places of the stars, percent of the picture. */
const STARS = [
  [70, 60, 2.2],
  [150, 110, 1.6],
  [250, 50, 1.8],
  [330, 120, 1.4],
  [420, 70, 2],
  [520, 40, 1.5],
  [590, 140, 1.8],
  [110, 190, 1.4],
  [470, 160, 1.5],
] as const;

/** Sparks that rise from the seedling. */
const SPARKS = [
  [300, 214, 3],
  [338, 196, 2.4],
  [318, 176, 2],
  [352, 226, 2.2],
  [290, 184, 1.8],
] as const;

/** The picture that waits on the empty stage: a seedling with a flame for a leaf, in the hills at dusk. */
export function Poster(): VNode {
  return (
    <svg
      class="poster"
      viewBox="0 0 640 360"
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <linearGradient id="poster-sky" x1="0" y1="0" x2="0" y2="1">
          <stop class="sky-top" offset="0" />
          <stop class="sky-middle" offset=".55" />
          <stop class="sky-low" offset="1" />
        </linearGradient>
        <radialGradient id="poster-glow">
          <stop class="glow-in" offset="0" />
          <stop class="glow-out" offset="1" />
        </radialGradient>
      </defs>
      <rect width="640" height="360" fill="url(#poster-sky)" />
      {STARS.map(([x, y, r]) => (
        <circle key={x} class="star" cx={x} cy={y} r={r} />
      ))}
      <circle class="moon" cx="520" cy="92" r="30" />
      <path class="hill far" d="M-20 260C80 190 150 200 240 238s170 4 250-26 130 0 180 30v140H-20Z" />
      <path class="hill middle" d="M-20 296c90-50 190-44 280-18s210 6 400-34v130H-20Z" />
      <circle cx="322" cy="252" r="130" fill="url(#poster-glow)" />
      <path class="hill near" d="M-20 340c120-52 230-56 340-46s230 0 340 36v50H-20Z" />
      <path class="trunk" d="M318 300c-2-18 0-34 4-50" />
      <path class="leaf" d="M319 268c-32 2-50-17-51-45 30 1 49 17 51 45Z" />
      <path class="flame" d="M321 262c-10-27 19-38 16-70 24 15 37 36 30 53-6 15-27 21-46 17Z" />
      <path class="heart" d="M330 257c0-16 17-20 18-34 9 10 12 20 6 27-5 6-15 9-24 7Z" />
      {SPARKS.map(([x, y, r]) => (
        <circle key={x} class="spark" cx={x} cy={y} r={r} />
      ))}
    </svg>
  );
}
