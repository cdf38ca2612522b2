import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type FourWords, philox4x32 } from '../../src/core/philox.ts';
import { gaussianNoise, MAX_NOISE_SEED, portableCosSin, portableLog } from '../../src/core/seeded-noise.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';

const sha256 = (noise: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(noise.buffer)).digest('hex');

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
test.each<[FourWords, number, number, string]>([
  [[0, 0, 0, 0], 0, 0, '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    0xffffffff,
    0xffffffff,
    '408f276d 41c83b0e a20bc7c6 6d5451fd',
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    0xa4093822,
    0x299f31d0,
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  ],
])('Philox4x32-10 gives the published words for counter %j', (counter, key0, key1, expected) => {
  const out = new Uint32Array(4);
  philox4x32(counter, key0, key1, out);
  expect([...out].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
});

describe('the portable functions', () => {
  const random = seededRandom(1);

  test('log agrees with the engine to 2 units in the last place over the range that is used', () => {
    for (const x of [2 ** -33, 0.5, Math.SQRT1_2, 1 - 2 ** -33, 1, 1.5, 1000]) {
      expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(Math.abs(Math.log(x)) * 4.5e-16);
    }
    for (let i = 0; i < 10_000; i++) {
      const x = (Math.floor(random() * 2 ** 32) + 0.5) / 2 ** 32;
      expect(Math.abs(portableLog(x) / Math.log(x) - 1)).toBeLessThan(4.5e-16);
    }
  });

  test('cos and sin agree with the engine to rounding, in every octant', () => {
    for (let i = 0; i < 10_000; i++) {
      const turn = Math.floor(random() * 2 ** 32) + 0.5;
      const angle = (turn / 2 ** 32) * 2 * Math.PI;
      const [cos, sin] = portableCosSin(turn);
      expect(Math.abs(cos - Math.cos(angle))).toBeLessThan(1.5e-15); // the engine's angle is itself rounded, up to 2π·2^-53
      expect(Math.abs(sin - Math.sin(angle))).toBeLessThan(1.5e-15);
    }
    expect(portableCosSin(0)).toEqual([1, 0]);
    expect(portableCosSin(2 ** 30)).toEqual([-0, 1]);
  });
});

describe('seeded noise', () => {
  const noise = gaussianNoise(42, 0, 1_000_000);
  const mean = (values: Float32Array, power: number): number => {
    let sum = 0;
    for (const value of values) sum += value ** power;
    return sum / values.length;
  };

  test('has the moments of a standard normal distribution', () => {
    expect(mean(noise, 1)).toBeCloseTo(0, 2);
    expect(mean(noise, 2)).toBeCloseTo(1, 2);
    expect(mean(noise, 3)).toBeCloseTo(0, 1);
    expect(mean(noise, 4)).toBeCloseTo(3, 1);
  });

  test('falls within one deviation 68.3 % of the time and never beyond 6.77', () => {
    expect(noise.filter((value) => Math.abs(value) < 1).length / noise.length).toBeCloseTo(0.6827, 2);
    expect(noise.every((value) => Math.abs(value) < 6.77)).toBe(true);
  });

  test('of neighbours, streams and seeds is uncorrelated', () => {
    const length = 100_000;
    const dot = (a: Float32Array, b: Float32Array): number => {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
      return sum / length;
    };
    expect(dot(noise, noise.subarray(1))).toBeCloseTo(0, 1.5);
    expect(dot(noise, noise.subarray(2))).toBeCloseTo(0, 1.5);
    expect(dot(noise, gaussianNoise(42, 1, length))).toBeCloseTo(0, 1.5);
    expect(dot(noise, gaussianNoise(43, 0, length))).toBeCloseTo(0, 1.5);
  });

  test('of a shorter length is the start of a longer one', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 1023]) {
      expect(gaussianNoise(42, 0, length)).toEqual(noise.slice(0, length));
    }
  });

  test('uses all bits of the seed', () => {
    const of = (seed: number): number => gaussianNoise(seed, 0, 1)[0]!;
    expect(new Set([0, 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, MAX_NOISE_SEED].map(of)).size).toBe(6);
  });

  test('refuses seeds and streams that are no such integers', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => gaussianNoise(seed, 0, 1)).toThrow(/seed/);
    for (const stream of [-1, 0.5, 2 ** 32]) expect(() => gaussianNoise(0, stream, 1)).toThrow(/stream/);
  });

  // python3 models/wan/reference/seeded_noise.py, an independent implementation of the same specification.
  test('is the same to the last bit in every engine and for ever', () => {
    expect(sha256(noise)).toBe('dac6b8fa773024b4b3832f9d4c919f9d0215d59b6f92fb07c17e464d0d045b1a');
    expect(sha256(gaussianNoise(MAX_NOISE_SEED, 2 ** 32 - 1, 100_000))).toBe(
      'bd00b4f31b4d4525cefbf7fb4b6cabd7382ff369b554b98416f5a6313b4ee503',
    );
  });
});
