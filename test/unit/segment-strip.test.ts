import { expect, test } from 'vitest';
import { picturesOf, STRIP_PICTURES, stripTimes } from '../../src/core/segment-strip.ts';

test('pictures are taken in the middle of their shares, and none behind a cut', () => {
  expect(stripTimes(8)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]);
  expect(stripTimes(8, 3)).toEqual([0.5, 1.5, 2.5, 3, 3, 3, 3, 3]);
});

test('as many pictures are shown as there is room for, spread over what is seen of the segment', () => {
  expect(picturesOf(100, 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(picturesOf(2, 1)).toEqual([2, 6]);
  expect(picturesOf(2, 0.5)).toEqual([1, 3]);
  expect(picturesOf(100, 0.4)).toEqual([0, 1, 2]);
  expect(picturesOf(5, 0.01)).toEqual([0]);
});

test('no picture is shown twice, and none of what is cut away', () => {
  for (let count = 1; count <= 12; count++)
    for (let share = 0.02; share <= 1; share += 0.02) {
      const shown = picturesOf(count, share);
      expect(new Set(shown).size).toBe(shown.length);
      expect(Math.max(...shown)).toBeLessThan(Math.max(1, STRIP_PICTURES * share));
    }
});
