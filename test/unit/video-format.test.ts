import { expect, test } from 'vitest';
import { ASPECTS, type ModelGeometry } from '../../src/core/job.ts';
import { clipShape, framePicks, parseAspect } from '../../src/core/video-format.ts';

const SEEDLING: ModelGeometry = { latentRate: 2, shortSide: 64, unit: 16, upscale: 4, decoderFps: 30 };

test.each(ASPECTS)(
  '%s gives even sizes of the shape asked for, cut from what the decoder paints',
  (aspect) => {
    const shape = clipShape(SEEDLING, aspect, 5, 30);
    const asked = parseAspect(aspect)!;
    expect(shape.width % 2).toBe(0);
    expect(shape.height % 2).toBe(0);
    expect(shape.width).toBeLessThanOrEqual(shape.decoderWidth);
    expect(shape.height).toBeLessThanOrEqual(shape.decoderHeight);
    // One even pixel of 256 is the most that rounding may cost.
    expect(Math.abs(shape.width / shape.height / (asked.width / asked.height) - 1)).toBeLessThan(0.01);
    expect(shape.encoderWidth % SEEDLING.unit).toBe(0);
    expect(shape.encoderHeight % SEEDLING.unit).toBe(0);
  },
);

test('five seconds at two latent frames a second are eleven latent frames and 150 frames of file', () => {
  expect(clipShape(SEEDLING, '16:9', 5, 30)).toMatchObject({
    latentFrames: 11,
    frames: 150,
    width: 448,
    height: 252,
    decoderWidth: 448,
    decoderHeight: 256,
  });
});

test('a length between latent frames takes the next whole one', () => {
  expect(clipShape(SEEDLING, '1:1', 3.2, 30)).toMatchObject({ latentFrames: 8, frames: 96 });
});

test('portrait is landscape turned', () => {
  const wide = clipShape(SEEDLING, '21:9', 2, 30);
  const tall = clipShape(SEEDLING, '9:21', 2, 30);
  expect([tall.width, tall.height]).toEqual([wide.height, wide.width]);
});

test('every painted frame that is picked exists, in order, and the clip keeps its speed', () => {
  for (const fps of [1, 7, 12, 24, 25, 29, 30]) {
    for (const seconds of [1, 1.5, 3.3, 5]) {
      const { frames, latentFrames } = clipShape(SEEDLING, '1:1', seconds, fps);
      const picks = framePicks(frames, fps, 30);
      const painted = (latentFrames - 1) * 15 + 1;
      expect(picks[0]).toBe(0);
      expect(picks.at(-1)).toBeLessThan(painted);
      for (const [i, pick] of picks.entries())
        expect(Math.abs(pick / 30 - i / fps)).toBeLessThanOrEqual(0.5 / 30 + 1e-9);
    }
  }
});

test.each(['', '16', '16:', ':9', '0:1', '1:0', '-1:1', '16x9', 'NaN:1', '1e3:1', '123456:1'])(
  '“%s” is not an aspect ratio',
  (text) => {
    expect(parseAspect(text)).toBeNull();
    expect(() => clipShape(SEEDLING, text, 5, 30)).toThrow(expect.objectContaining({ code: 'input/aspect' }));
  },
);
