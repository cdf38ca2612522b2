// What a partner copies, with the deployment's own address in it.

/** What the fields of the playground say. */
export interface SampleChoice {
  readonly prompt: string;
  readonly aspect: string;
  readonly lang: string;
}

/** The ways to put the widget into a page, simplest first. */
export const FORMS = ['frame', 'element', 'script', 'package'] as const;

/** One of {@link FORMS}. */
export type SampleForm = (typeof FORMS)[number];

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

const ALLOW =
  'fullscreen; clipboard-write; web-share; screen-wake-lock; autoplay; storage-access; cross-origin-isolated';

/** @param site address of the deployment, ends in `/`. */
export function codeSample(form: SampleForm, site: string, { prompt, aspect, lang }: SampleChoice): string {
  switch (form) {
    case 'frame':
      return `<iframe
  src="${attribute(`${site}embed.html?${new URLSearchParams({ prompt, aspect, lang })}`)}"
  title="Kindling"
  allow="${ALLOW}"
  referrerpolicy="strict-origin-when-cross-origin"
  style="width: 100%; height: 640px; border: 0"
></iframe>`;
    case 'element':
      return `<script src="${site}embed.js" async></script>

<kindling-clip
  prompt="${attribute(prompt)}"
  aspect="${aspect}"
  lang="${lang}"
></kindling-clip>

<script>
  document.querySelector('kindling-clip').addEventListener('kindling-clip', ({ detail }) => {
    upload(detail.file); // a Blob: video/mp4
  });
</script>`;
    case 'script':
      return `import { create } from '${site}embed.mjs';

const widget = await create(document.getElementById('place'), ${options({ prompt, lang })});
const clip = await widget.generate(${options({ prompt, aspect })}, {
  signal: AbortSignal.timeout(600_000),
  onProgress: ({ phase, fraction }) => console.log(phase, fraction),
});
video.src = URL.createObjectURL(clip.file);`;
    case 'package':
      return `import { create, type EmbedHandle } from 'kindling-embed';

const widget: EmbedHandle = await create(place, {
  src: '${site}embed.html',
  lang: ${quoted(lang)},
});
const stop = widget.on('clip', (clip) => keep(clip.file, clip.job));`;
  }
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const options = (from: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(from)
    .map(([name, value]) => `${name}: ${quoted(value)}`)
    .join(', ')} }`;

/** The policy that the documentation explains. */
export const POLICY_SAMPLE = `{
  "version": 1,
  "embedders": ["https://partner.example"],
  "studioEmbedders": [],
  "models": ["seedling"],
  "maxSeconds": 5,
  "label": "mandatory",
  "clipsPerDay": 20,
  "visitorPictures": true,
  "theme": "auto"
}`;

/** What a deployment's server sends with the pages and scripts for partners. */
export const HEADERS_SAMPLE = `# embed.html: the same sites as in embed-policy.json; a page cannot say this about itself
Content-Security-Policy: frame-ancestors 'self' https://partner.example
Cross-Origin-Embedder-Policy: require-corp
Cross-Origin-Resource-Policy: cross-origin

# index.html: the studio in nobody's page
Content-Security-Policy: frame-ancestors 'self'

# embed.mjs: imported by other sites
Access-Control-Allow-Origin: *
Cross-Origin-Resource-Policy: cross-origin

# embed.js, for pages that are cross-origin isolated themselves
Cross-Origin-Resource-Policy: cross-origin`;

/** What an oEmbed consumer finds. @param site address of the deployment, ends in `/`. */
export const oembedSample = (site: string): string =>
  `<link rel="alternate" type="application/json+oembed" href="${site}oembed.json" title="Kindling" />`;
