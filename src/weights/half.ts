// IEEE half precision as bit patterns in Uint16Array, since Float16Array is not everywhere yet.

let table: Float32Array | null = null;

/** The value of every half-precision bit pattern, `[65536]`; built on first use. */
export function halfValues(): Float32Array {
  if (table) return table;
  table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let value = fraction * 2 ** -24; // subnormal
    if (exponent === 31) value = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    else if (exponent > 0) value = (1024 + fraction) * 2 ** (exponent - 25);
    table[bits] = bits & 0x8000 ? -value : value;
  }
  return table;
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function roundBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00); // ≥ 65536, infinite or NaN
  if (magnitude >= 0x38800000) {
    // Normal: add half of the last place that stays, or a little less if that place is even; a carry into the exponent is right.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  scratchBits[0] = magnitude;
  scratch[0] = scratch[0]! + 0.5; // below 2^-14: the adder aligns to the last place of 0.5, which is 2^-24, and rounds
  return sign | (scratchBits[0] - 0x3f000000);
}

/** The half-precision bits nearest to a number (first rounded to single precision), ties to even; too large becomes infinite. */
export function toHalf(value: number): number {
  scratch[0] = value;
  return roundBits(scratchBits[0]!);
}

type HalfArray = new (
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
) => { set(from: Float32Array): void };
const Float16 = (globalThis as { Float16Array?: HalfArray }).Float16Array;

/**
 * Rounds `count` single-precision numbers to half precision, ties to even.
 * @param native whether the engine's own Float16Array may do it (the result is the same but for NaN payloads).
 */
export function floatsToHalves(
  from: Float32Array,
  count: number,
  to: Uint16Array,
  toOffset: number,
  native = true,
): void {
  if (native && Float16) {
    new Float16(to.buffer, to.byteOffset + 2 * toOffset, count).set(from.subarray(0, count));
    return;
  }
  const bits = new Uint32Array(from.buffer, from.byteOffset, count);
  for (let i = 0; i < count; i++) to[toOffset + i] = roundBits(bits[i]!);
}
