import { STRIP_HEIGHT, STRIP_PICTURES, stripPictureWidth, stripTimes } from '../core/segment-strip.ts';

/** Where canvases have no WebP, the browser takes PNG. */
const FORMAT = { type: 'image/webp', quality: 0.8 } as const;

/** Draws the strip of one segment while its frames are painted. Never throws: a strip that cannot be drawn is left out. */
export interface StripPainter {
  /** @param frame RGBA `[height, width, 4]`, read before this returns. @param index counted from the segment's first frame. */
  take(index: number, frame: Uint8ClampedArray<ArrayBuffer>): void;
  /** @returns the strip as a picture file; null if there is none. */
  finish(): Promise<Blob | null>;
}

/**
 * Begins a strip.
 * @param frames of the segment, at least 1.
 * @param shape of its frames, pixels.
 * @param whole frames that it would have if its end were not cut: a strip says where in the whole segment something is.
 * @returns null where Workers have no canvas.
 */
export function openStrip(
  frames: number,
  shape: { readonly width: number; readonly height: number },
  whole = frames,
): StripPainter | null {
  if (typeof OffscreenCanvas === 'undefined') return null;
  const pictureWidth = stripPictureWidth(shape);
  const strip = new OffscreenCanvas(pictureWidth * STRIP_PICTURES, STRIP_HEIGHT);
  const large = new OffscreenCanvas(shape.width, shape.height);
  const [context, largeContext] = [strip.getContext('2d'), large.getContext('2d')];
  if (!context || !largeContext) return null;
  context.imageSmoothingQuality = 'high';
  const wanted = stripTimes(whole, frames - 1).map(Math.floor); // of fewer frames than pictures some are drawn twice
  return {
    take(index, frame) {
      if (!wanted.includes(index)) return;
      largeContext.putImageData(new ImageData(frame, shape.width, shape.height), 0, 0);
      for (const [place, at] of wanted.entries())
        if (at === index) context.drawImage(large, place * pictureWidth, 0, pictureWidth, STRIP_HEIGHT);
    },
    finish: () => strip.convertToBlob(FORMAT).catch(() => null),
  };
}
