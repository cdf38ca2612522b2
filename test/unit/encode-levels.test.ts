import { describe, expect, test } from 'vitest';
import { checkClipSize, codecStrings } from '../../src/encode/codec-levels.ts';

describe('the lowest level that fits is asked for', () => {
  const cases = [
    [448, 252, 30, 'avc1.64001e', 'vp09.00.21.08', 'av01.0.01M.08'],
    [832, 480, 30, 'avc1.64001f', 'vp09.00.30.08', 'av01.0.04M.08'],
    [1280, 720, 30, 'avc1.64001f', 'vp09.00.31.08', 'av01.0.05M.08'],
    [1280, 704, 24, 'avc1.64001f', 'vp09.00.31.08', 'av01.0.05M.08'],
    [1920, 1080, 30, 'avc1.640028', 'vp09.00.40.08', 'av01.0.08M.08'],
    [3840, 2160, 60, 'avc1.640034', 'vp09.00.51.08', 'av01.0.13M.08'],
  ] as const;
  for (const [width, height, fps, avc, vp9, av1] of cases) {
    test(`${width}×${height} at ${fps}`, () => {
      const first = (['avc', 'vp9', 'av1'] as const).map(
        (family) => codecStrings(family, { width, height, fps })[0],
      );
      expect(first).toEqual([avc, vp9, av1]);
    });
  }

  test('nothing is asked for beyond the highest', () => {
    expect(codecStrings('avc', { width: 8192, height: 8192, fps: 60 })).toEqual([]);
  });
});

describe('sizes', () => {
  test('odd sides are refused with the nearest even size', () => {
    expect(() => checkClipSize({ width: 447, height: 252, fps: 30 })).toThrow(/Nearest is 448×252/);
    expect(() => checkClipSize({ width: 448, height: 251.5, fps: 30 })).toThrow(/Nearest is 448×252/);
    expect(() => checkClipSize({ width: Number.NaN, height: 0, fps: 30 })).toThrow(/Nearest is 2×2/);
    expect(() => checkClipSize({ width: 448, height: 252, fps: 29.97 })).toThrow(/whole number/);
    expect(() => checkClipSize({ width: 448, height: 252, fps: 30 })).not.toThrow();
  });
});
