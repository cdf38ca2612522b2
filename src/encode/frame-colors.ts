// Encoders work on Y′CbCr. Left to itself, Chromium 156 turns RGBA frames into BT.709 *full* range with the sRGB
// transfer and tags the stream so: correct there, wrong in players that assume limited range. So the conversion is
// ours, to what every player expects: BT.709, limited range, 4:2:0.
// Measured for RGB 220,50,40 (H.264, VP9 and AV1 alike, 448×252 and 1280×720): RGBA in → 86,103,213 full range;
// I420 in → 89,106,203 limited range, the standard's own numbers, and 220,50,41 when drawn from a <video>.
// Chromium's software drawing caps blue's coefficient at 2 (the standard says 2.112): 30,60,200 is drawn 30,60,194
// from exact samples. That is the viewer's, not the file's.

import { assert } from '../core/errors.ts';

/** The colour space of every clip, for the frames, the encoder and the container alike. */
export const CLIP_COLOR_SPACE = {
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  fullRange: false,
} as const;

/** Bytes of an I420 frame with even sides. */
export const i420Bytes = (width: number, height: number): number => (width * height * 3) / 2;

// BT.709: Y′ = 0.2126 R + 0.7152 G + 0.0722 B; 219 steps of luma, 224 of chroma. As integers scaled by 2^16.
const SCALE = 65_536;
const luma = (k: number): number => Math.round((219 / 255) * k * SCALE);
const chroma = (k: number): number => Math.round((224 / 255) * k * SCALE);
const YR = luma(0.2126);
const YG = luma(0.7152);
const YB = luma(0.0722);
const UR = chroma(-0.2126 / 1.8556);
const UB = chroma(0.5);
const UG = -UR - UB; // so that every grey has exactly neutral chroma
const VR = chroma(0.5);
const VB = chroma(-0.0722 / 1.5748);
const VG = -VR - VB;
const HALF = SCALE / 2;
const Y_OFFSET = 16 * SCALE + HALF;
const C_OFFSET = 4 * (128 * SCALE + HALF); // chroma is summed over four pixels before it is divided

/**
 * Converts a frame to planar 4:2:0. Chroma is the mean of each 2×2 block. Opaque: alpha is ignored.
 * @param rgba `[H, W, 4]` sRGB. Not changed.
 * @param out `i420Bytes(width, height)` bytes, overwritten: Y, then Cb, then Cr.
 */
export function rgbaToI420(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  out: Uint8Array,
): void {
  assert(
    rgba.length === width * height * 4,
    `a ${width}×${height} frame has ${width * height * 4} bytes, not ${rgba.length}`,
  );
  assert(out.length === i420Bytes(width, height), 'the planar frame has another size');
  const row = width * 4;
  let cb = width * height;
  let cr = cb + (width * height) / 4;
  for (let y = 0; y < height; y += 2) {
    let upper = y * row;
    let lower = upper + row;
    let outUpper = y * width;
    let outLower = outUpper + width;
    for (let x = 0; x < width; x += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = 0; i < 2; i++) {
        const r0 = rgba[upper]!;
        const g0 = rgba[upper + 1]!;
        const b0 = rgba[upper + 2]!;
        const r1 = rgba[lower]!;
        const g1 = rgba[lower + 1]!;
        const b1 = rgba[lower + 2]!;
        out[outUpper++] = (YR * r0 + YG * g0 + YB * b0 + Y_OFFSET) >>> 16;
        out[outLower++] = (YR * r1 + YG * g1 + YB * b1 + Y_OFFSET) >>> 16;
        red += r0 + r1;
        green += g0 + g1;
        blue += b0 + b1;
        upper += 4;
        lower += 4;
      }
      out[cb++] = (UR * red + UG * green + UB * blue + C_OFFSET) >>> 18;
      out[cr++] = (VR * red + VG * green + VB * blue + C_OFFSET) >>> 18;
    }
  }
}
