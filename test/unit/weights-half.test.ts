import { expect, test } from 'vitest';
import { floatsToHalves, halfValues, toHalf } from '../../src/weights/half.ts';
import { seededFloats } from '../fixtures/seeded-random.ts';

const values = halfValues();

test('every half-precision number converts to single and back unchanged', () => {
  const changed = [...values.keys()].filter(
    (bits) => !Number.isNaN(values[bits]) && toHalf(values[bits]!) !== bits,
  );
  expect(changed).toEqual([]);
  expect(Number.isNaN(values[toHalf(Number.NaN)])).toBe(true);
});

test('known values have their bits', () => {
  const cases: [number, number][] = [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [1 / 3, 0x3555],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ];
  for (const [value, bits] of cases) expect(toHalf(value), String(value)).toBe(bits);
});

test('midpoints round to the even neighbour, and everything else to the nearer one', () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7bff; bits++) {
    const middle = (values[bits]! + values[bits + 1]!) / 2; // exact in single precision
    const even = bits % 2 === 0 ? bits : bits + 1;
    const right =
      toHalf(middle) === even &&
      toHalf(-middle) === (even | 0x8000) &&
      toHalf(middle * (1 - 2 ** -23)) === bits &&
      toHalf(middle * (1 + 2 ** -23)) === bits + 1;
    if (!right) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test('numbers too large become infinite from half way beyond the largest', () => {
  expect(toHalf(65519.99)).toBe(0x7bff);
  expect(toHalf(65520)).toBe(0x7c00);
  expect(toHalf(1e30)).toBe(0x7c00);
  expect(toHalf(2 ** -25)).toBe(0);
  expect(toHalf(1e-40)).toBe(0);
});

test('arrays convert like single numbers, with or without the engine’s help', () => {
  const from = seededFloats(3, 5000, 300);
  from.set([0, -0, 1e9, -1e9, 2 ** -25, 2 ** -24 * 1.5, 65519, 65520, Number.POSITIVE_INFINITY]);
  const expected = Uint16Array.from(from, toHalf);
  for (const native of [true, false]) {
    const to = new Uint16Array(5003);
    floatsToHalves(from, 5000, to, 3, native);
    expect(to.subarray(3)).toEqual(expected);
  }
});
