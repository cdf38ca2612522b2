import { describe, expect, test } from 'vitest';
import { i420Bytes, rgbaToI420 } from '../../src/encode/frame-colors.ts';

const flat = (width: number, height: number, color: readonly number[]): Uint8ClampedArray =>
  Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : color[i % 4]!));

function convert(rgba: Uint8ClampedArray, width: number, height: number): number[] {
  const out = new Uint8Array(i420Bytes(width, height));
  rgbaToI420(rgba, width, height, out);
  return [...out];
}

describe('RGBA becomes BT.709 limited range', () => {
  // Rec. ITU-R BT.709-6 §3: computed here in floating point from the definition.
  const reference = ([r = 0, g = 0, b = 0]: readonly number[]): number[] => {
    const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return [
      16 + (219 * y) / 255,
      128 + (224 * (b - y)) / 1.8556 / 255,
      128 + (224 * (r - y)) / 1.5748 / 255,
    ].map(Math.round);
  };

  test('for flat colours, all channels within one step of the definition', () => {
    let worst = 0;
    for (let r = 0; r < 256; r += 15) {
      for (let g = 0; g < 256; g += 15) {
        for (let b = 0; b < 256; b += 15) {
          const [y, , , , cb, cr] = convert(flat(2, 2, [r, g, b]), 2, 2);
          const wanted = reference([r, g, b]);
          [y!, cb!, cr!].forEach((value, i) => {
            worst = Math.max(worst, Math.abs(value - wanted[i]!));
          });
        }
      }
    }
    expect(worst).toBeLessThanOrEqual(1);
    expect(convert(flat(2, 2, [220, 50, 40]), 2, 2)).toEqual([89, 89, 89, 89, 106, 203]);
  });

  test('every grey has neutral chroma, black is 16 and white is 235', () => {
    for (let v = 0; v < 256; v++) expect(convert(flat(2, 2, [v, v, v]), 2, 2).slice(4)).toEqual([128, 128]);
    expect(convert(flat(2, 2, [0, 0, 0]), 2, 2)[0]).toBe(16);
    expect(convert(flat(2, 2, [255, 255, 255]), 2, 2)[0]).toBe(235);
  });

  test('chroma is the mean of a block, luma keeps its place', () => {
    const picture = flat(4, 2, [0, 0, 0]);
    picture.set([255, 255, 255], 4 * 4 + 2 * 4); // third pixel of the second row
    expect(convert(picture, 4, 2)).toEqual([16, 16, 16, 16, 16, 16, 235, 16, 128, 128, 128, 128]);
  });

  test('a frame of another size is our own mistake', () => {
    expect(() => rgbaToI420(flat(2, 2, [0, 0, 0]), 4, 2, new Uint8Array(12))).toThrow(/32 bytes, not 16/);
  });
});
