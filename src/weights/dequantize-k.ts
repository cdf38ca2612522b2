// ggml's K-quants: 256 numbers per block, with scales for 16 or 32 of them quantised in turn (ggml-common.h, ggml-quants.c).
import { halfValues } from './half.ts';

/** Q2_K, 84 bytes: 16 pairs of 4-bit scale and minimum, 64 bytes of 2-bit numbers, f16 scale of scales, f16 scale of minima. Arguments as `Dequantize`. */
export function dequantizeQ2K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 84, to += 256) {
    const d = half[source[at + 80]! | (source[at + 81]! << 8)]!;
    const dmin = half[source[at + 82]! | (source[at + 83]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const scale = d * (source[at + group]! & 15);
      const minimum = dmin * (source[at + group]! >> 4);
      const bytes = at + 16 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = 2 * ((group >> 1) & 3);
      const first = to + 16 * group;
      for (let j = 0; j < 16; j++) out[first + j] = scale * ((source[bytes + j]! >> shift) & 3) - minimum;
    }
  }
}

/** Q3_K, 110 bytes: 32 bytes of third bits, 64 of low bits, 16 scales of 6 bits in 12 bytes, f16 scale of scales. Arguments as `Dequantize`. */
export function dequantizeQ3K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 110, to += 256) {
    const d = half[source[at + 108]! | (source[at + 109]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const low = (source[at + 96 + (group & 7)]! >> (4 * (group >> 3))) & 15;
      const high = (source[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
      const scale = d * ((low | (high << 4)) - 32);
      const column = 16 * (group & 1);
      const bytes = at + 32 + 32 * (group >> 3) + column;
      const shift = 2 * ((group >> 1) & 3);
      const bit = group >> 1; // of the 32 mask bytes; a set bit means that 4 is not subtracted
      const first = to + 16 * group;
      for (let j = 0; j < 16; j++) {
        const third = ((source[at + column + j]! >> bit) & 1) ^ 1;
        out[first + j] = scale * (((source[bytes + j]! >> shift) & 3) - 4 * third);
      }
    }
  }
}

/** The 6-bit scale of one of the eight groups; `at` is where the 12 packed bytes start. */
const groupScale = (source: Uint8Array, at: number, group: number): number =>
  group < 4
    ? source[at + group]! & 63
    : (source[at + 4 + group]! & 15) | ((source[at + group - 4]! >> 6) << 4);

/** The 6-bit minimum of one of the eight groups. */
const groupMinimum = (source: Uint8Array, at: number, group: number): number =>
  group < 4
    ? source[at + 4 + group]! & 63
    : (source[at + 4 + group]! >> 4) | ((source[at + group]! >> 6) << 4);

/** Q4_K, 144 bytes: f16 scale of scales, f16 scale of minima, 8 scales and minima of 6 bits in 12 bytes, 128 bytes of 4-bit numbers. Arguments as `Dequantize`. */
export function dequantizeQ4K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 144, to += 256) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const dmin = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      const scale = d * groupScale(source, at + 4, group);
      const minimum = dmin * groupMinimum(source, at + 4, group);
      const bytes = at + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      const first = to + 32 * group;
      for (let j = 0; j < 32; j++) out[first + j] = scale * ((source[bytes + j]! >> shift) & 15) - minimum;
    }
  }
}

/** Q5_K, 176 bytes: as Q4_K, with 32 bytes of fifth bits before the 4-bit numbers. Arguments as `Dequantize`. */
export function dequantizeQ5K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 176, to += 256) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const dmin = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      const scale = d * groupScale(source, at + 4, group);
      const minimum = dmin * groupMinimum(source, at + 4, group);
      const bytes = at + 48 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      const first = to + 32 * group;
      for (let j = 0; j < 32; j++) {
        const fifth = (source[at + 16 + j]! >> group) & 1;
        out[first + j] = scale * (((source[bytes + j]! >> shift) & 15) | (fifth << 4)) - minimum;
      }
    }
  }
}

/** Q6_K, 210 bytes: 128 bytes of low 4 bits, 64 of high 2 bits, 16 signed 8-bit scales, f16 scale of scales. Arguments as `Dequantize`. */
export function dequantizeQ6K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 210, to += 256) {
    const d = half[source[at + 208]! | (source[at + 209]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const scale = d * ((source[at + 192 + group]! << 24) >> 24);
      const part = group >> 3; // the two halves of the block repeat one pattern
      const line = (group >> 1) & 3; // 32 numbers within the half
      const column = 16 * (group & 1);
      const lows = at + 64 * part + 32 * (line & 1) + column;
      const lowShift = 4 * (line >> 1);
      const highs = at + 128 + 32 * part + column;
      const highShift = 2 * line;
      const first = to + 16 * group;
      for (let j = 0; j < 16; j++) {
        const low = (source[lows + j]! >> lowShift) & 15;
        const high = (source[highs + j]! >> highShift) & 3;
        out[first + j] = scale * ((low | (high << 4)) - 32);
      }
    }
  }
}
