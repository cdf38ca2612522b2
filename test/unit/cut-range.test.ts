import { expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import type { Continuation } from '../../src/core/job.ts';
import { cutRange, cutSeconds } from '../../src/state/cut-range.ts';

const [model] = MODELS;
const sixths: Continuation = { prefixFrames: 1, secondsStep: 1 / 6, from: 'picture' };

test.each([
  [5, model.limits.continuation, 30],
  [4.2, model.limits.continuation, 30],
  [2, model.limits.continuation, 1],
  [5, sixths, 24],
  [1.1667, sixths, 24],
] as const)('every place in %d s that is offered can be cut', (seconds, continuation, fps) => {
  const range = cutRange(seconds, continuation, fps)!;
  const limits = { ...model.limits, continuation: continuation! };
  for (let steps = range.first; steps <= range.last; steps++) {
    const job = newJob({ ...model, limits }, { prompt: 'a cat', seed: 1, seconds }, { fps });
    const cut = { ...job.segments[0]!, keepSeconds: cutSeconds(range, steps) };
    checkJob({ ...job, segments: [cut, cut, cut] }, limits, { hasPicture: false });
  }
  expect(range.last).toBeGreaterThanOrEqual(range.first);
});

test('there is nothing to cut where nothing would be left, or the model cannot go on', () => {
  expect(cutRange(1, model.limits.continuation, 30)).toBeNull();
  expect(cutRange(5, undefined, 30)).toBeNull();
  expect(cutRange(5, model.limits.continuation, 30)).toEqual({ step: 0.5, first: 2, last: 9 });
});
