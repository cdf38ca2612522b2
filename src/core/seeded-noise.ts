// The noise a clip starts from, the same bits in every engine. ECMAScript leaves the last places of Math.log, sin and cos to
// the engine, and they do differ; so these three are written here with + − × ÷ alone, which IEEE 754 fixes to the last bit.
// Math.sqrt is the processor's square root everywhere, correctly rounded.
import { assert } from './errors.ts';
import { philox4x32 } from './philox.ts';

/** The largest seed {@link gaussianNoise} accepts. */
export const MAX_NOISE_SEED = Number.MAX_SAFE_INTEGER;

const bits = new DataView(new ArrayBuffer(8));

/**
 * Natural logarithm of a normal positive number, within 2 units in the last place.
 * x = m·2^e with √½ ≤ m < √2; ln m = 2·artanh(s), s = (m−1)/(m+1), |s| < 0.172, by its series up to s^23.
 */
export function portableLog(x: number): number {
  bits.setFloat64(0, x);
  let exponent = (bits.getUint32(0) >>> 20) - 1023;
  bits.setUint32(0, (bits.getUint32(0) & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0); // 1 ≤ m < 2
  if (m >= Math.SQRT2) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series = 0;
  for (let k = 23; k >= 3; k -= 2) series = (series + 1 / k) * square; // s^2/3 + s^4/5 + …
  return exponent * Math.LN2 + 2 * s * (1 + series);
}

/** cos and sin of `turn · 2π / 2^32` for an integer or half-integer `turn` in [0, 2^32), by their series on ±π/4. */
export function portableCosSin(turn: number): readonly [cos: number, sin: number] {
  const quarter = Math.floor(turn / 2 ** 30 + 0.5); // nearest multiple of π/2
  const angle = (turn - quarter * 2 ** 30) * (Math.PI / 2 ** 31);
  const square = angle * angle;
  let sin = 1;
  for (let k = 17; k >= 3; k -= 2) sin = 1 - (sin * square) / (k * (k - 1));
  sin *= angle;
  let cos = 1;
  for (let k = 18; k >= 2; k -= 2) cos = 1 - (cos * square) / (k * (k - 1));
  switch (quarter & 3) {
    case 0:
      return [cos, sin];
    case 1:
      return [-sin, cos];
    case 2:
      return [-cos, -sin];
    default:
      return [sin, -cos];
  }
}

/**
 * Standard normal numbers, specified to the bit: Philox4x32-10 with the key (seed mod 2^32, ⌊seed / 2^32⌋) and the counter
 * (block, 0, stream, 0) gives four words a, b, c, d per block; words (a, b) and (c, d) give two numbers each by Box–Muller:
 * r·cos φ and r·sin φ with r = √(−2 ln((a + ½)/2^32)), φ = 2π(b + ½)/2^32, in double precision, rounded once to single.
 * So a shorter noise is the start of a longer one, and |values| < 6.77.
 * @param seed integer 0 … 2^53 − 1.
 * @param stream integer 0 … 2^32 − 1: independent noises of one seed (segment, fresh noise of a step).
 */
export function gaussianNoise(seed: number, stream: number, length: number): Float32Array<ArrayBuffer> {
  assert(Number.isSafeInteger(seed) && seed >= 0, `seed ${seed} is not an integer 0 … 2^53 − 1`);
  assert(Number.isInteger(stream) && stream >= 0 && stream < 2 ** 32, `stream ${stream} is not 32-bit`);
  const noise = new Float32Array(length);
  const counter = new Uint32Array([0, 0, stream, 0]);
  const words = new Uint32Array(4);
  const high = Math.floor(seed / 2 ** 32);
  for (let i = 0; i < length; i += 4) {
    counter[0] = i / 4;
    philox4x32(counter, seed, high, words);
    for (let pair = 0; pair < 4; pair += 2) {
      const r = Math.sqrt(-2 * portableLog((words[pair]! + 0.5) / 2 ** 32));
      const [cos, sin] = portableCosSin(words[pair + 1]! + 0.5);
      noise[i + pair] = r * cos; // writes beyond the end are ignored
      noise[i + pair + 1] = r * sin;
    }
  }
  return noise;
}
