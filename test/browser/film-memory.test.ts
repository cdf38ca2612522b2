// A long film takes no more of the GPU than a short one. `npm run bench` counts one of 36 segments.

import { expect, test } from 'vitest';
import { measureFilmMemory } from '../bench/film-memory.ts';

/** Few: the software adapter makes 0.3 GFLOP/s. */
const SEGMENTS = 5;

test('the last segment of a film takes as much on the GPU as the second', async () => {
  const { segments, second, last } = await measureFilmMemory(SEGMENTS);
  expect(segments).toBe(SEGMENTS);
  expect(second).toBeGreaterThan(100_000); // its weights alone are more
  expect(last - second).toBeLessThan(2048); // the latents of three segments are more
});
