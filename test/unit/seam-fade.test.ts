import { expect, test } from 'vitest';
import { SeamFade } from '../../src/engine/seam-fade.ts';

const picture = (...values: number[]): Uint8ClampedArray => Uint8ClampedArray.from(values);
const [SHOWN, KNOWN] = [picture(100, 50, 0, 255), picture(60, 90, 8, 255)];

/** A picture so many pictures after the seam. */
function faded(since: number, from: Uint8ClampedArray = KNOWN): number[] {
  const rgba = from.slice();
  new SeamFade(SHOWN, KNOWN, 4).apply(rgba, since);
  return [...rgba];
}

test('at the seam it is the picture that was shown last', () => {
  expect(faded(0)).toEqual([...SHOWN]);
  expect(faded(-2)).toEqual([...SHOWN]); // and before it: a frame rate may ask for that
});

test('behind it the difference goes evenly, and is gone in time', () => {
  expect(faded(1)).toEqual([90, 60, 2, 255]);
  expect(faded(3)).toEqual([70, 80, 6, 255]);
  for (const since of [4, 5, 100]) expect(faded(since)).toEqual([...KNOWN]);
});

test('stays within the levels that there are', () => {
  expect(faded(0, picture(250, 10, 4, 255))).toEqual([255, 0, 0, 255]);
});
