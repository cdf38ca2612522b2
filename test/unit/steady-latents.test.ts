import { expect, test } from 'vitest';
import type { Latents } from '../../src/engine/latents.ts';
import { steadyLatents } from '../../src/engine/steady-latents.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';

const [CHANNELS, FRAMES, HEIGHT, WIDTH] = [3, 6, 8, 12];
const AREA = HEIGHT * WIDTH;
const PREFIX = 2;

/** The same pattern in each frame, harder in contrast and brighter by so much a frame after the prefix. */
function scene(harder: number, brighter: number): Latents {
  const random = seededRandom(7);
  const pattern = Float32Array.from({ length: CHANNELS * AREA }, () => 2 * random() - 1);
  const data = new Float32Array(CHANNELS * FRAMES * AREA);
  for (let c = 0; c < CHANNELS; c++)
    for (let t = 0; t < FRAMES; t++) {
      const later = Math.max(0, t - PREFIX + 1);
      for (let i = 0; i < AREA; i++)
        data[(c * FRAMES + t) * AREA + i] = pattern[c * AREA + i]! * (1 + harder * later) + brighter * later;
    }
  return { data, channels: CHANNELS, frames: FRAMES, height: HEIGHT, width: WIDTH };
}

const frameOf = ({ data }: Latents, c: number, t: number): number[] => [
  ...data.subarray((c * FRAMES + t) * AREA, (c * FRAMES + t + 1) * AREA),
];

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

test('small growth of contrast and brightness is gone at the end, and the prefix stays', () => {
  const latents = scene(0.01, 0.003);
  const prefix = [0, 1].map((t) => frameOf(latents, 0, t));
  steadyLatents(latents, PREFIX, 0.1);
  expect([0, 1].map((t) => frameOf(latents, 0, t))).toEqual(prefix);
  for (let c = 0; c < CHANNELS; c++)
    expect(farthest(frameOf(latents, c, FRAMES - 1), frameOf(latents, c, PREFIX - 1))).toBeLessThan(1e-5);
});

test('what changes by more loses only that much, and nothing jumps at the seam', () => {
  const [changed, asMade] = [scene(0.5, 1), scene(0.5, 1)];
  steadyLatents(changed, PREFIX, 0.05);
  const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  for (let c = 0; c < CHANNELS; c++) {
    const end = frameOf(changed, c, FRAMES - 1);
    const made = frameOf(asMade, c, FRAMES - 1);
    expect(spread(end) / spread(made)).toBeCloseTo(1 / 1.05, 4);
    // A quarter of the way after one frame of four.
    const first = frameOf(changed, c, PREFIX);
    expect(spread(first) / spread(frameOf(asMade, c, PREFIX))).toBeCloseTo(1 + (1 / 1.05 - 1) / 4, 4);
  }
});

test('nothing is changed where no drift is known, and flat channels stay numbers', () => {
  const latents = scene(0.1, 0.1);
  const before = latents.data.slice();
  steadyLatents(latents, PREFIX, 0);
  expect(latents.data).toEqual(before);
  latents.data.fill(0);
  steadyLatents(latents, PREFIX, 0.05);
  expect(latents.data.every((value) => value === 0)).toBe(true);
});
