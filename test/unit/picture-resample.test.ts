import { describe, expect, test } from 'vitest';
import { centreBox, fillBorders } from '../../src/engine/picture-borders.ts';
import { Resampler, resample } from '../../src/engine/picture-resample.ts';
import { flatFrame, sceneFrame } from '../fixtures/moving-scene.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';

const whole = (width: number, height: number) => ({
  sourceWidth: width,
  sourceHeight: height,
  box: { x: 0, y: 0, width, height },
});

/** Largest difference of a channel. */
const difference = (a: Uint8ClampedArray, b: Uint8ClampedArray): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

const noise = (width: number, height: number): Uint8ClampedArray<ArrayBuffer> => {
  const random = seededRandom(3);
  return new Uint8ClampedArray(width * height * 4).map((_, i) => (i % 4 === 3 ? 255 : random() * 256));
};

describe('scaling', () => {
  test('to the same size changes nothing', () => {
    const picture = noise(50, 30);
    expect(resample(picture, { ...whole(50, 30), width: 50, height: 30 })).toEqual(picture);
  });

  test('a cut at whole pixels changes nothing', () => {
    const cut = resample(noise(50, 30), {
      sourceWidth: 50,
      sourceHeight: 30,
      box: { x: 5, y: 10, width: 20, height: 8 },
      width: 20,
      height: 8,
    });
    const from = (10 * 50 + 5) * 4;
    expect(cut.subarray(0, 80)).toEqual(noise(50, 30).subarray(from, from + 80));
  });

  test('a flat colour stays that colour, larger and smaller, to the edge', () => {
    for (const [width, height] of [
      [7, 5],
      [200, 90],
      [1, 1],
    ] as const) {
      const scaled = resample(flatFrame(33, 21, [220, 50, 40]), { ...whole(33, 21), width, height });
      expect(scaled).toEqual(flatFrame(width, height, [220, 50, 40]));
    }
  });

  test('a straight gradient stays straight', () => {
    const picture = new Uint8ClampedArray(256 * 4).map((_, i) => (i % 4 === 3 ? 255 : i >> 2));
    const scaled = resample(picture, { ...whole(256, 1), width: 64, height: 1 });
    for (let i = 4; i < 60; i++) expect(Math.abs(scaled[i * 4]! - (i * 4 + 1.5))).toBeLessThanOrEqual(1);
  });

  test('shrinking fine stripes gives their mean, without moiré', () => {
    const stripes = new Uint8ClampedArray(600 * 4 * 4).map((_, i) =>
      (((i >> 2) % 600) >> 1) % 2 === 0 ? 0 : 255,
    );
    const scaled = resample(stripes, { ...whole(600, 4), width: 91, height: 1 });
    for (let i = 0; i < 91; i++) expect(Math.abs(scaled[i * 4]! - 127.5)).toBeLessThan(16);
  });

  test('shrinking by a whole factor is near the mean of each block', () => {
    const picture = sceneFrame(320, 192, 1);
    const scaled = resample(picture, { ...whole(320, 192), width: 80, height: 48 });
    let sum = 0;
    for (let y = 0; y < 48; y++) {
      for (let x = 0; x < 80; x++) {
        let block = 0;
        for (let k = 0; k < 16; k++) block += picture[((y * 4 + (k >> 2)) * 320 + x * 4 + (k & 3)) * 4]!;
        sum += Math.abs(block / 16 - scaled[(y * 80 + x) * 4]!);
      }
    }
    expect(sum / (80 * 48)).toBeLessThan(2);
  });

  test('agrees with Pillow (Image.resize, BICUBIC) on a small picture', () => {
    // python3: Image.frombytes('L', (8, 1), bytes([0, 0, 50, 200, 255, 90, 10, 0])).resize((3, 1), Image.BICUBIC)
    const line = [0, 0, 50, 200, 255, 90, 10, 0];
    const picture = new Uint8ClampedArray(line.flatMap((v) => [v, v, v, 255]));
    const at = (width: number): number[] =>
      [...resample(picture, { ...whole(8, 1), width, height: 1 })].filter((_, i) => i % 4 === 0);
    const pillow: Readonly<Record<number, readonly number[]>> = {
      3: [17, 179, 37],
      5: [0, 56, 235, 96, 0],
      13: [0, 0, 1, 23, 86, 186, 247, 245, 134, 53, 12, 0, 0],
    };
    for (const width of [3, 5, 13]) {
      at(width).forEach((value, i) => {
        expect(Math.abs(value - pillow[width]![i]!), `${width}: ${at(width)}`).toBeLessThanOrEqual(1);
      });
    }
  });

  test('in strips is the same as at once', () => {
    const picture = noise(60, 47);
    const options = { ...whole(60, 47), width: 31, height: 23 };
    const strips = new Resampler(options);
    for (let row = 0; row < 47; row += 5) {
      strips.push(picture.subarray(row * 240, Math.min(47, row + 5) * 240), row);
    }
    expect(strips.finish()).toEqual(resample(picture, options));
  });

  test('says which rows it needs', () => {
    const box = { x: 0, y: 400, width: 100, height: 100 };
    const { from, to } = new Resampler({ sourceWidth: 100, sourceHeight: 1000, box, width: 10, height: 10 })
      .sourceRows;
    expect(from).toBeGreaterThan(370);
    expect(to).toBeLessThan(530);
  });
});

describe('fitting', () => {
  test('the centre box has the ratio asked for and touches two edges', () => {
    expect(centreBox({ width: 400, height: 300 }, 1)).toEqual({ x: 50, y: 0, width: 300, height: 300 });
    expect(centreBox({ width: 300, height: 400 }, 2)).toEqual({ x: 0, y: 125, width: 300, height: 150 });
  });

  test('borders are filled with darker colours of the picture, which itself is untouched in the middle', () => {
    const inner = flatFrame(20, 40, [200, 100, 50]);
    const filled = fillBorders(inner, { width: 20, height: 40 }, { width: 60, height: 40 });
    expect([...filled.subarray(0, 4)]).toEqual([120, 60, 30, 255]);
    expect([...filled.subarray(20 * 4, 21 * 4)]).toEqual([200, 100, 50, 255]);
    expect([...filled.subarray(40 * 4, 41 * 4)]).toEqual([120, 60, 30, 255]);
    expect(difference(fillBorders(inner, { width: 20, height: 40 }, { width: 20, height: 40 }), inner)).toBe(
      0,
    );
  });
});
