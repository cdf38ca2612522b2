import { expect, test } from 'vitest';
import type { RunningJob } from '../../src/state/job-state.ts';
import { segmentTimes } from '../../src/state/segment-times.ts';
import { request } from './state-fixtures.ts';

/** A job of three segments of 5, 5 and 10 seconds. */
function running(changes: Partial<RunningJob>, index = 0, from = 0): RunningJob {
  const plain = request();
  const [segment] = plain.job.segments;
  const segments = [5, 5, 10].map((seconds) => ({ ...segment!, seconds }));
  return {
    status: 'running',
    request: { ...plain, job: { ...plain.job, segments } },
    shape: { width: 16, height: 16 } as RunningJob['shape'],
    segment: { index, count: 3, from },
    strips: [],
    parts: [],
    phase: 'denoise',
    done: 0,
    total: 1,
    fraction: from,
    secondsLeft: 100,
    preview: null,
    device: 'wasm',
    warnings: [],
    cancelling: false,
    ...changes,
  };
}

const none = (): boolean => false;

test('what is left is shared out by length', () => {
  expect(segmentTimes(running({}), none)).toEqual([
    { fraction: 0, secondsLeft: 25 },
    { fraction: null, secondsLeft: 50 },
    { fraction: null, secondsLeft: 100 },
  ]);
});

test('a segment fills up while its share of the work is done', () => {
  const [first, second, third] = segmentTimes(running({ fraction: 0.125, secondsLeft: 70 }), none);
  expect(first?.fraction).toBeCloseTo(0.5);
  expect(first?.secondsLeft).toBeCloseTo(10);
  expect(second?.secondsLeft).toBeCloseTo(30);
  expect(third?.secondsLeft).toBeCloseTo(70);
});

test('those before are finished, and the next begins empty', () => {
  const times = segmentTimes(running({ fraction: 0.25 }, 1, 0.25), none);
  expect(times[0]).toBeNull();
  expect(times[1]?.fraction).toBe(0);
  expect(times[1]?.secondsLeft).toBeCloseTo(100 / 3);
  expect(times[2]?.secondsLeft).toBeCloseTo(100);
});

test('what is made already costs nothing', () => {
  const times = segmentTimes(running({}), (index) => index === 1);
  expect(times[1]).toBeNull();
  expect(times[0]?.secondsLeft).toBeCloseTo(100 / 3);
  expect(times[2]?.secondsLeft).toBeCloseTo(100);
});

test('more steps and a second prompt count', () => {
  const job = running({});
  const { segments } = job.request.job;
  const dear = { ...segments[0]!, settings: { steps: job.request.job.steps * 4 } };
  const changed = { ...job.request.job, segments: [dear, ...segments.slice(1)] };
  const [first] = segmentTimes({ ...job, request: { ...job.request, job: changed } }, none);
  expect(first?.secondsLeft).toBeCloseTo((100 * 20) / 35);
});

test('nothing is said before anything is known, and nothing is beyond its end', () => {
  for (const time of segmentTimes(running({ secondsLeft: null }), none)) expect(time?.secondsLeft).toBeNull();
  const last = segmentTimes(running({ fraction: 1, secondsLeft: 3 }, 2, 0.5), none);
  expect(last).toEqual([null, null, { fraction: 1, secondsLeft: 3 }]);
});
