// Pictures out of videos, by the page's own player: whatever the browser can play.

/** Nearly the end: players show the last frame there, and some show nothing at the end itself. */
const BEFORE_END = 0.02;
/** A player that has shown nothing after this long will not. */
const PATIENCE_MS = 15_000;

/**
 * Draws a video's last frame.
 * @returns a PNG of the video's own size.
 * @throws {Error} if the browser cannot play it.
 */
export async function lastFrameOf(file: Blob): Promise<Blob> {
  const video = document.createElement('video');
  const address = URL.createObjectURL(file);
  try {
    video.muted = true;
    video.preload = 'auto';
    const loaded = happens(video, 'loadeddata');
    video.src = address;
    await loaded;
    if (!Number.isFinite(video.duration) || video.videoWidth === 0) throw new Error('it has no pictures');
    const sought = happens(video, 'seeked');
    video.currentTime = Math.max(0, video.duration - BEFORE_END);
    await sought;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((png) => (png ? resolve(png) : reject(new Error('it could not be drawn'))), 'image/png');
    });
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}

const happens = (video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const fail = (): void => reject(new Error(video.error?.message || 'the browser cannot play it'));
    signal.addEventListener('abort', fail, { once: true });
    video.addEventListener('error', fail, { once: true });
    video.addEventListener(event, () => resolve(), { once: true });
  });
