import { resample, type SourceBox } from './picture-resample.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest centred part of a picture with this ratio of width to height. */
export function centreBox({ width, height }: Size, ratio: number): SourceBox {
  const boxWidth = Math.min(width, height * ratio);
  const boxHeight = Math.min(height, width / ratio);
  return { x: (width - boxWidth) / 2, y: (height - boxHeight) / 2, width: boxWidth, height: boxHeight };
}

const BLUR_CELLS = 12; // the background is scaled down to this many cells on its longer side: colours remain, shapes go
const DIMMED = 0.6; // darker than the picture, so that the eye stays on it

/**
 * Shows a picture whole on a frame of another shape. The borders show the picture itself, enlarged to fill, blurred and dimmed.
 * @param rgba `[inner.height, inner.width, 4]`, opaque.
 * @param frame not smaller than `inner`; the picture goes in the middle.
 * @returns `[frame.height, frame.width, 4]`; `rgba` itself if nothing is to fill.
 */
export function fillBorders(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  inner: Size,
  frame: Size,
): Uint8ClampedArray<ArrayBuffer> {
  if (inner.width === frame.width && inner.height === frame.height) return rgba;
  const cell = Math.max(frame.width, frame.height) / BLUR_CELLS;
  const coarse = {
    width: Math.max(1, Math.round(frame.width / cell)),
    height: Math.max(1, Math.round(frame.height / cell)),
  };
  const small = resample(rgba, {
    sourceWidth: inner.width,
    sourceHeight: inner.height,
    box: centreBox(inner, frame.width / frame.height),
    ...coarse,
  });
  for (let i = 0; i < small.length; i++) if (i % 4 !== 3) small[i] = small[i]! * DIMMED;
  const filled = resample(small, {
    sourceWidth: coarse.width,
    sourceHeight: coarse.height,
    box: { x: 0, y: 0, ...coarse },
    ...frame,
  });
  const left = Math.floor((frame.width - inner.width) / 2);
  const top = Math.floor((frame.height - inner.height) / 2);
  for (let row = 0; row < inner.height; row++) {
    const line = rgba.subarray(row * inner.width * 4, (row + 1) * inner.width * 4);
    filled.set(line, ((top + row) * frame.width + left) * 4);
  }
  return filled;
}
