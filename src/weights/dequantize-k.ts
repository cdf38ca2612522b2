// ggml's K-quants: 256 numbers per block, with scales for 16 or 32 of them quantised in turn (ggml-common.h, ggml-quants.c).
import { halfValues } from './half.ts';

/** Two bytes at a time: every number of a block stands at the same bits of its byte as its neighbour does of the next. */
const wordsOf = (source: Uint8Array, at: number, count: number): Uint16Array =>
  new Uint16Array(source.buffer, source.byteOffset + at, count);

/** Q2_K, 84 bytes: 16 pairs of 4-bit scale and minimum, 64 bytes of 2-bit numbers, f16 scale of scales, f16 scale of minima. Arguments as `Dequantize`. */
export function dequantizeQ2K(
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
): void {
  const half = halfValues();
  const words = wordsOf(source, at, 42 * blocks);
  for (let b = 0, w = 0; b < blocks; b++, at += 84, w += 42, to += 256) {
    const d = half[source[at + 80]! | (source[at + 81]! << 8)]!;
    const dmin = half[source[at + 82]! | (source[at + 83]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const scale = d * (source[at + group]! & 15);
      const minimum = dmin * (source[at + group]! >> 4);
      const lows = w + 8 + 16 * (group >> 3) + 8 * (group & 1);
      const shift = 2 * ((group >> 1) & 3);
      for (let j = 0, o = to + 16 * group; j < 8; j++, o += 2) {
        const two = (words[lows + j]! >> shift) & 0x0303;
        out[o] = scale * (two & 255) - minimum;
        out[o + 1] = scale * (two >> 8) - minimum;
      }
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
  const words = wordsOf(source, at, 55 * blocks);
  for (let b = 0, w = 0; b < blocks; b++, at += 110, w += 55, to += 256) {
    const d = half[source[at + 108]! | (source[at + 109]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const low = (source[at + 96 + (group & 7)]! >> (4 * (group >> 3))) & 15;
      const high = (source[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
      const scale = d * ((low | (high << 4)) - 32);
      const thirds = w + 8 * (group & 1);
      const lows = thirds + 16 + 16 * (group >> 3);
      const shift = 2 * ((group >> 1) & 3);
      const bit = group >> 1; // of the 32 mask bytes; a set bit means that 4 is not subtracted
      for (let j = 0, o = to + 16 * group; j < 8; j++, o += 2) {
        const two = ((words[lows + j]! >> shift) & 0x0303) | (((words[thirds + j]! >> bit) & 0x0101) << 2);
        out[o] = scale * ((two & 255) - 4);
        out[o + 1] = scale * ((two >> 8) - 4);
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
  const words = wordsOf(source, at, 72 * blocks);
  for (let b = 0, w = 0; b < blocks; b++, at += 144, w += 72, to += 256) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const dmin = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      const scale = d * groupScale(source, at + 4, group);
      const minimum = dmin * groupMinimum(source, at + 4, group);
      const lows = w + 8 + 16 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let j = 0, o = to + 32 * group; j < 16; j++, o += 2) {
        const two = (words[lows + j]! >> shift) & 0x0f0f;
        out[o] = scale * (two & 255) - minimum;
        out[o + 1] = scale * (two >> 8) - minimum;
      }
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
  const words = wordsOf(source, at, 88 * blocks);
  for (let b = 0, w = 0; b < blocks; b++, at += 176, w += 88, to += 256) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const dmin = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      const scale = d * groupScale(source, at + 4, group);
      const minimum = dmin * groupMinimum(source, at + 4, group);
      const lows = w + 24 + 16 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let j = 0, o = to + 32 * group; j < 16; j++, o += 2) {
        const two = ((words[lows + j]! >> shift) & 0x0f0f) | (((words[w + 8 + j]! >> group) & 0x0101) << 4);
        out[o] = scale * (two & 255) - minimum;
        out[o + 1] = scale * (two >> 8) - minimum;
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
  const words = wordsOf(source, at, 105 * blocks);
  for (let b = 0, w = 0; b < blocks; b++, at += 210, w += 105, to += 256) {
    const d = half[words[w + 104]!]!;
    for (let group = 0; group < 16; group++) {
      const scale = d * ((source[at + 192 + group]! << 24) >> 24);
      const part = group >> 3; // the two halves of the block repeat one pattern
      const line = (group >> 1) & 3; // 32 numbers within the half
      const column = 8 * (group & 1);
      const lows = w + 32 * part + 16 * (line & 1) + column;
      const lowShift = 4 * (line >> 1);
      const highs = w + 64 + 16 * part + column;
      const highShift = 2 * line;
      for (let j = 0, o = to + 16 * group; j < 8; j++, o += 2) {
        const two =
          ((words[lows + j]! >> lowShift) & 0x0f0f) | (((words[highs + j]! >> highShift) & 0x0303) << 4);
        out[o] = scale * ((two & 255) - 32);
        out[o + 1] = scale * ((two >> 8) - 32);
      }
    }
  }
}
