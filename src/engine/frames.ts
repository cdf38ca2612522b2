import type { PaintedFrames } from './latents.ts';

/**
 * Cuts the middle out of a painted frame.
 * @param index which of the painted frames.
 * @returns RGBA `[height, width, 4]`, the caller's.
 */
export function cropFrame(
  painted: PaintedFrames,
  index: number,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const left = Math.floor((painted.width - width) / 2);
  const top = Math.floor((painted.height - height) / 2);
  const out = new Uint8ClampedArray(width * height * 4);
  const frame = index * painted.width * painted.height * 4;
  for (let y = 0; y < height; y++) {
    const from = frame + ((top + y) * painted.width + left) * 4;
    out.set(painted.rgba.subarray(from, from + width * 4), y * width * 4);
  }
  return out;
}

/**
 * Halves a frame until its longer side is at most `longest`, averaging 2 × 2 blocks: previews are small.
 * @returns the same buffer if it is small enough already.
 */
export function halveTo(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  longest: number,
): { readonly rgba: Uint8ClampedArray<ArrayBuffer>; readonly width: number; readonly height: number } {
  if (Math.max(width, height) <= longest) return { rgba, width, height };
  const outWidth = width >> 1;
  const outHeight = height >> 1;
  const out = new Uint8ClampedArray(outWidth * outHeight * 4);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const from = (2 * y * width + 2 * x) * 4;
      for (let c = 0; c < 4; c++) {
        const sum =
          rgba[from + c]! +
          rgba[from + 4 + c]! +
          rgba[from + 4 * width + c]! +
          rgba[from + 4 * width + 4 + c]!;
        out[(y * outWidth + x) * 4 + c] = (sum + 2) >> 2;
      }
    }
  }
  return halveTo(out, outWidth, outHeight, longest);
}
