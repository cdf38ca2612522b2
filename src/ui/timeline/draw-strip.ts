import { STRIP_HEIGHT, STRIP_PICTURES, stripPictureWidth, stripTimes } from '../../core/segment-strip.ts';

/** Half a frame at 30 per second: at a segment's very end the next one begins. */
const HALF_FRAME = 1 / 60;

let last: Promise<unknown> = Promise.resolve();

/**
 * Draws the strip of a segment from a film. One film is opened at a time: a long storyboard must not open dozens.
 * @param start and `seconds` of the segment in the film. @param whole seconds that it has if its end is not cut.
 * @returns null if the film cannot be read. Never rejects.
 */
export function drawStrip(
  url: string,
  start: number,
  seconds: number,
  whole: number,
  signal: AbortSignal,
): Promise<Blob | null> {
  const times = stripTimes(whole, seconds - HALF_FRAME).map((time) => start + time);
  const drawn = last.then(() => (signal.aborted ? null : draw(url, times, signal))).catch(() => null);
  last = drawn;
  return drawn;
}

async function draw(url: string, times: readonly number[], signal: AbortSignal): Promise<Blob | null> {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  video.src = url;
  try {
    await happens(video, 'loadeddata', signal);
    const width = stripPictureWidth({ width: video.videoWidth, height: video.videoHeight });
    const canvas = document.createElement('canvas');
    canvas.width = width * STRIP_PICTURES;
    canvas.height = STRIP_HEIGHT;
    const context = canvas.getContext('2d');
    for (const [i, time] of times.entries()) {
      video.currentTime = time;
      await happens(video, 'seeked', signal);
      context?.drawImage(video, i * width, 0, width, STRIP_HEIGHT);
    }
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', 0.8));
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
