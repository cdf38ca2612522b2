import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useStudio } from './studio-context.tsx';

/** Pictures of each segment. */
const COUNT = 2;
/** Height of a picture in the strip, px; drawn at twice that for fine screens. */
const HEIGHT = 96;

/** A strip of pictures of a segment, taken from the newest film that shows it; empty until there is one. */
export function SegmentPictures({ index }: { readonly index: number }): VNode {
  const studio = useStudio();
  const canvas = useRef<HTMLCanvasElement>(null);
  const found = studio.segmentInFilm(index);
  const url = found?.clip.url ?? null;
  const start = found?.start ?? 0;
  const seconds = found?.seconds ?? 0;
  useEffect(() => {
    const target = canvas.current;
    if (!target || !url) return;
    const times = Array.from({ length: COUNT }, (_, i) => start + (seconds * (i + 0.5)) / COUNT);
    const stop = new AbortController();
    void queue(() => draw(target, url, times, stop.signal));
    return () => stop.abort();
  }, [url, start, seconds]);
  return <canvas ref={canvas} class="segment-pictures" width={0} height={0} hidden={!url} />;
}

let last: Promise<void> = Promise.resolve();

/** One film is opened at a time: a long storyboard must not open dozens. */
function queue(work: () => Promise<void>): Promise<void> {
  last = last.then(work).catch(() => {}); // a picture that cannot be drawn is left out
  return last;
}

async function draw(
  canvas: HTMLCanvasElement,
  url: string,
  times: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  video.src = url;
  try {
    await happens(video, 'loadeddata', signal);
    const width = Math.round((HEIGHT * video.videoWidth) / video.videoHeight);
    canvas.width = width * times.length;
    canvas.height = HEIGHT;
    const context = canvas.getContext('2d');
    for (const [i, time] of times.entries()) {
      video.currentTime = time;
      await happens(video, 'seeked', signal);
      context?.drawImage(video, i * width, 0, width, HEIGHT);
    }
  } finally {
    video.removeAttribute('src');
    video.load();
  }
}

const happens = (video: HTMLVideoElement, event: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = { once: true, signal };
    video.addEventListener(event, () => resolve(), options);
    video.addEventListener('error', () => reject(new Error('the film cannot be read')), options);
    signal.addEventListener('abort', () => reject(new Error('no longer needed')), { once: true });
  });
