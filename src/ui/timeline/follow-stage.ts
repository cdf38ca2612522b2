import { effect, untracked } from '@preact/signals';
import type { FilmPlay } from '../../state/film-play.ts';

/**
 * Lets the playhead and the stage's own video go together: either leads, while {@link FilmPlay.isLedByStage}. That can end before this is
 * ended, which waits for the page to be painted; what the video does until then is about a film that is no longer watched.
 * @returns ends it.
 */
export function followStage(play: FilmPlay, video: HTMLVideoElement): () => void {
  let frame = 0;
  const tell = (): void => {
    if (!play.isLedByStage.peek()) return;
    play.tell(!video.paused);
    play.follow(video.currentTime);
    cancelAnimationFrame(frame);
    // Its own events come four times a second: too few for a line that moves.
    if (!video.paused) frame = requestAnimationFrame(tell);
  };
  const events = ['play', 'pause', 'seeked', 'timeupdate'] as const;
  for (const event of events) video.addEventListener(event, tell);
  const first = play.sought.peek();
  // What was sought before this clip came was about another.
  if (first.clip && first.clip === play.shown.peek()) video.currentTime = play.time.peek();
  if (!video.paused) play.tell(true); // it has begun by itself
  const stops = [
    effect(() => {
      const { sought } = play;
      if (sought.value !== first && play.isLedByStage.peek()) video.currentTime = sought.value.seconds;
    }),
    effect(() => {
      const isPlaying = play.isPlaying.value;
      untracked(() => {
        if (!play.isLedByStage.value) return;
        if (isPlaying && video.paused) video.play().catch(() => play.tell(false));
        // A video that is still to begin by itself is paused, too.
        if (!isPlaying && !video.paused) video.pause();
      });
    }),
  ];
  return () => {
    cancelAnimationFrame(frame);
    for (const event of events) video.removeEventListener(event, tell);
    for (const stop of stops) stop();
    // Nobody says any more whether it runs.
    if (!play.isOpen.peek()) play.pause();
  };
}
