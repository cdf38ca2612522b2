// Stored blocks → single precision. Block formats: ggml-quants.c `dequantize_row_*`, gguf-py quants.py; results are bit-equal to both,
// because every product below fits a double exactly and is rounded once.
import { dequantizeQ2K, dequantizeQ3K, dequantizeQ4K, dequantizeQ5K, dequantizeQ6K } from './dequantize-k.ts';
import { halfValues } from './half.ts';
import type { TensorType } from './tensor-type.ts';

/**
 * Turns `blocks` blocks that start at `at` in `source` into floats from `to` in `out` on.
 * `source.byteOffset + at` must be a multiple of the type's element size for F32, F16 and BF16, and even for K-quants.
 */
export type Dequantize = (
  source: Uint8Array,
  at: number,
  blocks: number,
  out: Float32Array,
  to: number,
) => void;

const dequantizeF32: Dequantize = (source, at, count, out, to) => {
  out.set(new Float32Array(source.buffer, source.byteOffset + at, count), to);
};

const dequantizeF16: Dequantize = (source, at, count, out, to) => {
  const half = halfValues();
  const bits = new Uint16Array(source.buffer, source.byteOffset + at, count);
  for (let i = 0; i < count; i++) out[to + i] = half[bits[i]!]!;
};

const dequantizeBF16: Dequantize = (source, at, count, out, to) => {
  const bits = new Uint16Array(source.buffer, source.byteOffset + at, count);
  const outBits = new Uint32Array(out.buffer, out.byteOffset + 4 * to, count);
  for (let i = 0; i < count; i++) outBits[i] = bits[i]! << 16;
};

const dequantizeQ4_0: Dequantize = (source, at, blocks, out, to) => {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 18, to += 32) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    for (let j = 0; j < 16; j++) {
      const pair = source[at + 2 + j]!;
      out[to + j] = d * ((pair & 15) - 8);
      out[to + 16 + j] = d * ((pair >> 4) - 8);
    }
  }
};

const dequantizeQ4_1: Dequantize = (source, at, blocks, out, to) => {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 20, to += 32) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const m = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    for (let j = 0; j < 16; j++) {
      const pair = source[at + 4 + j]!;
      out[to + j] = d * (pair & 15) + m;
      out[to + 16 + j] = d * (pair >> 4) + m;
    }
  }
};

const dequantizeQ5_0: Dequantize = (source, at, blocks, out, to) => {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 22, to += 32) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const low = source[at + 2]! | (source[at + 3]! << 8); // fifth bits of elements 0–15
    const high = source[at + 4]! | (source[at + 5]! << 8); // and of 16–31
    for (let j = 0; j < 16; j++) {
      const pair = source[at + 6 + j]!;
      out[to + j] = d * (((pair & 15) | (((low >> j) & 1) << 4)) - 16);
      out[to + 16 + j] = d * (((pair >> 4) | (((high >> j) & 1) << 4)) - 16);
    }
  }
};

const dequantizeQ5_1: Dequantize = (source, at, blocks, out, to) => {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 24, to += 32) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    const m = half[source[at + 2]! | (source[at + 3]! << 8)]!;
    const low = source[at + 4]! | (source[at + 5]! << 8);
    const high = source[at + 6]! | (source[at + 7]! << 8);
    for (let j = 0; j < 16; j++) {
      const pair = source[at + 8 + j]!;
      out[to + j] = d * ((pair & 15) | (((low >> j) & 1) << 4)) + m;
      out[to + 16 + j] = d * ((pair >> 4) | (((high >> j) & 1) << 4)) + m;
    }
  }
};

const dequantizeQ8_0: Dequantize = (source, at, blocks, out, to) => {
  const half = halfValues();
  for (let b = 0; b < blocks; b++, at += 34, to += 32) {
    const d = half[source[at]! | (source[at + 1]! << 8)]!;
    for (let j = 0; j < 32; j++) out[to + j] = d * ((source[at + 2 + j]! << 24) >> 24);
  }
};

const DEQUANTIZE: Partial<Record<TensorType, Dequantize>> = {
  F32: dequantizeF32,
  F16: dequantizeF16,
  BF16: dequantizeBF16,
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q5_0: dequantizeQ5_0,
  Q5_1: dequantizeQ5_1,
  Q8_0: dequantizeQ8_0,
  Q2_K: dequantizeQ2K,
  Q3_K: dequantizeQ3K,
  Q4_K: dequantizeQ4K,
  Q5_K: dequantizeQ5K,
  Q6_K: dequantizeQ6K,
};

/** How to read a type as single precision, or null for a type that cannot be read. */
export const dequantizerOf = (type: TensorType): Dequantize | null => DEQUANTIZE[type] ?? null;

/** The types that can be read. */
export const READABLE_TYPES = Object.keys(DEQUANTIZE) as readonly TensorType[];
