// Numbers → blocks of 32 as onnxruntime's MatMulNBits reads them (contrib operator; symmetric, no zero points given):
// element 2i of a block in the low nibble of byte i, 2i+1 in the high; value = (stored − 2^(bits−1)) · scale.
import { halfValues, toHalf } from './half.ts';

/** Numbers that share a scale. */
export const PACKED_BLOCK = 32;

/** Where packed blocks go: `[blocks, 32·bits/8]` bytes and one scale per block, as f32 or as half-precision bits. */
export interface PackedBlocks {
  readonly quantized: Uint8Array;
  readonly scales: Float32Array | Uint16Array;
}

/**
 * Repacks GGUF Q4_0 blocks (f16 scale, 16 bytes with elements j and j+16 in byte j) without loss.
 * @param source starts with the blocks, at a multiple of four.
 * @param to `quantized` starts at a multiple of four.
 * @param first index of the first block in `to`.
 */
export function repackQ4_0(source: Uint8Array, blocks: number, to: PackedBlocks, first: number): void {
  const halves = new Uint16Array(source.buffer, source.byteOffset, 9 * blocks);
  const words = new Int32Array(source.buffer, source.byteOffset, (9 * blocks) >> 1);
  const out = new Int32Array(to.quantized.buffer, to.quantized.byteOffset + 16 * first, 4 * blocks);
  // Two blocks are nine 32-bit words: read and written as such, 1.6 times as fast as through 16-bit ones (V8 of Node 20). The first
  // block's levels begin in the middle of a word.
  let s = 0;
  let o = 0;
  for (; o + 8 <= out.length; s += 9, o += 8) {
    const a = words[s]!;
    const b = words[s + 1]!;
    const c = words[s + 2]!;
    const d = words[s + 3]!;
    const e = words[s + 4]!;
    pairNibbles((a >>> 16) | (b << 16), (b >>> 16) | (c << 16), out, o);
    pairNibbles((c >>> 16) | (d << 16), (d >>> 16) | (e << 16), out, o + 1);
    pairNibbles(words[s + 5]!, words[s + 6]!, out, o + 4);
    pairNibbles(words[s + 7]!, words[s + 8]!, out, o + 5);
  }
  if (o < out.length) {
    const at = (i: number): number => halves[2 * s + 1 + i]! | (halves[2 * s + 2 + i]! << 16);
    pairNibbles(at(0), at(2), out, o);
    pairNibbles(at(4), at(6), out, o + 1);
  }
  copyScales(halves, 9, blocks, to.scales, first);
}

/**
 * Eight bytes hold elements n … n+7 in their low nibbles and n+16 … n+23 in their high ones.
 * @param to the low ones' pairs go to `at`, the high ones' to `at + 2`.
 */
function pairNibbles(one: number, two: number, to: Int32Array, at: number): void {
  // Bytes 0, 4, 2, 6 of the eight, and 1, 5, 3, 7.
  const even = (one & 0x00ff00ff) | ((two & 0x00ff00ff) << 8);
  const odd = ((one >>> 8) & 0x00ff00ff) | (two & 0xff00ff00);
  to[at] = swapMiddle((even & 0x0f0f0f0f) | ((odd & 0x0f0f0f0f) << 4));
  to[at + 2] = swapMiddle(((even >>> 4) & 0x0f0f0f0f) | (odd & 0xf0f0f0f0));
}

/** Changes places of a word's second and third byte. */
function swapMiddle(word: number): number {
  const differ = (word ^ (word >>> 8)) & 0xff00;
  return word ^ differ ^ (differ << 8);
}

/** Repacks GGUF Q8_0 blocks (f16 scale, 32 signed bytes) without loss. Arguments as {@link repackQ4_0}. */
export function repackQ8_0(source: Uint8Array, blocks: number, to: PackedBlocks, first: number): void {
  const words = new Uint16Array(source.buffer, source.byteOffset, 17 * blocks);
  const out = new Uint16Array(to.quantized.buffer, to.quantized.byteOffset + 32 * first, 16 * blocks);
  for (let b = 0, s = 1, o = 0; b < blocks; b++, s += 17, o += 16) {
    for (let i = 0; i < 16; i++) out[o + i] = words[s + i]! ^ 0x8080;
  }
  copyScales(words, 17, blocks, to.scales, first);
}

function copyScales(
  words: Uint16Array,
  stride: number,
  blocks: number,
  scales: Float32Array | Uint16Array,
  first: number,
): void {
  if (scales instanceof Uint16Array) {
    for (let b = 0; b < blocks; b++) scales[first + b] = words[b * stride]!;
  } else {
    const half = halfValues();
    for (let b = 0; b < blocks; b++) scales[first + b] = half[words[b * stride]!]!;
  }
}

/** Stores a scale in the precision asked for and returns what was stored, so that the numbers are divided by what they will be multiplied with. */
function storeScale(scales: Float32Array | Uint16Array, index: number, value: number): number {
  if (scales instanceof Uint16Array) {
    const bits = Math.min(toHalf(Math.abs(value)), 0x7bff) | (value < 0 ? 0x8000 : 0); // 65504 rather than infinite
    scales[index] = bits;
    return halfValues()[bits]!;
  }
  scales[index] = value;
  return scales[index]!;
}

/** Of single-precision bits without their sign: this and everything above is infinite or not a number. Magnitudes order like these integers. */
const INFINITE = 0x7f800000;

/** Index of the first number of largest magnitude among the 32 from `at` on; branches on random numbers would cost more. */
function extremeOf(bits: Int32Array, at: number): number {
  let even = 0;
  let odd = 0;
  for (let i = at; i < at + 32; i += 2) {
    const rise = (bits[i]! & 0x7fffffff) - even;
    even = (even + (rise & ~(rise >> 31))) | 0;
    const oddRise = (bits[i + 1]! & 0x7fffffff) - odd;
    odd = (odd + (oddRise & ~(oddRise >> 31))) | 0;
  }
  const largest = Math.max(even, odd);
  let extreme = at;
  while ((bits[extreme]! & 0x7fffffff) !== largest) extreme++;
  return extreme;
}

/**
 * Quantises blocks of 32 to 8 bits: scale = largest magnitude / 127.
 * @param values starts with `32·blocks` numbers.
 * @param first index of the first block in `to`.
 * @returns false if some number is not finite; `to` then holds nonsense.
 */
export function quantizeQ8(values: Float32Array, blocks: number, to: PackedBlocks, first: number): boolean {
  const { quantized, scales } = to;
  const bits = new Int32Array(values.buffer, values.byteOffset, 32 * blocks);
  let finite = true;
  for (let b = 0, v = 0, o = 32 * first; b < blocks; b++, v += 32, o += 32) {
    const extreme = extremeOf(bits, v);
    const largest = bits[extreme]! & 0x7fffffff;
    if (largest >= INFINITE) finite = false;
    const scale = storeScale(scales, first + b, Math.abs(values[extreme]!) / 127);
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let j = 0; j < 32; j++) {
      const q = (values[v + j]! * inverse + 128.5) | 0; // truncation rounds, because the sum is positive
      quantized[o + j] = q < 0 ? 0 : Math.min(q, 255);
    }
  }
  return finite;
}

/**
 * Quantises blocks of 32 to 4 bits: the number of largest magnitude becomes −8 (as ggml's Q4_0 does, so that the sixteenth
 * level is used), then the scale is refitted to the chosen levels by least squares, which can only lower the squared error.
 * Numbers that are already on such a grid come back exactly. Arguments and result as {@link quantizeQ8}.
 */
export function quantizeQ4(values: Float32Array, blocks: number, to: PackedBlocks, first: number): boolean {
  const { quantized, scales } = to;
  const bits = new Int32Array(values.buffer, values.byteOffset, 32 * blocks);
  const out = new Int32Array(quantized.buffer, quantized.byteOffset + 16 * first, 4 * blocks);
  let finite = true;
  for (let b = 0, v = 0, o = 0; b < blocks; b++, v += 32, o += 4) {
    const extreme = extremeOf(bits, v);
    const largest = bits[extreme]! & 0x7fffffff;
    if (largest >= INFINITE) finite = false;
    const inverse = largest === 0 ? 0 : -8 / values[extreme]!;
    let dot = 0;
    let squares = 0;
    for (let w = 0, i = v; w < 4; w++, i += 8) {
      let word = 0;
      for (let j = 0; j < 8; j += 2) {
        const even = values[i + j]!;
        const odd = values[i + j + 1]!;
        let low = (even * inverse + 8.5) | 0; // truncation rounds, because the sum is positive
        let high = (odd * inverse + 8.5) | 0;
        low -= low >> 4; // 16 becomes 15
        high -= high >> 4;
        word |= (low | (high << 4)) << (4 * j);
        low -= 8;
        high -= 8;
        dot += even * low + odd * high;
        squares = (squares + Math.imul(low, low) + Math.imul(high, high)) | 0;
      }
      out[o + w] = word;
    }
    storeScale(scales, first + b, squares === 0 ? 0 : dot / squares);
  }
  return finite;
}
