import { expect, test } from 'vitest';
import { newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import type { ModelLimits } from '../../src/core/job.ts';
import { parseJob, parseJobRecord } from '../../src/protocol/job-file.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';

const range = { min: 1, max: 9, default: 5 };
const LIMITS: ModelLimits = {
  pictures: true,
  seconds: range,
  fps: range,
  steps: range,
  guidance: range,
  shift: range,
  aspect: { min: 0.5, max: 2, default: '1:1' },
};
const JOB = newJob(
  { id: 'seedling', limits: LIMITS },
  { prompt: 'Superman骑着扫帚', seed: 3, picture: { fit: 'letterbox' } },
);
const RECORD = {
  kindling: 1,
  job: JOB,
  model: { id: 'seedling', version: '0.1', hash: 'ab' },
  visibleLabel: false,
  picture: 'iVBORw0KGgo=',
};

const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('a job survives JSON and back', () => {
  expect(parseJob(clone(JOB))).toEqual(JOB);
  expect(parseJobRecord(clone(RECORD))).toEqual(RECORD);
});

test('an error names the path, what was expected and what was found', () => {
  const bad = clone(JOB) as unknown as { segments: { seconds: unknown }[] };
  bad.segments[0]!.seconds = '5';
  expect(() => parseJob(bad)).toThrow('job.segments[0].seconds: expected a number, got "5".');
});

test('a job of a later version says so', () => {
  expect(() => parseJob({ ...JOB, version: 4 })).toThrow(/newer Kindling/);
});

test('a job of version 1 comes back as the current one', () => {
  const { settings: _, camera: __, ...segment } = JOB.segments[0]!;
  const { scene: ___, ...job } = JOB;
  expect(parseJob(clone({ ...job, version: 1, segments: [segment] }))).toEqual(JOB);
});

test('a job of version 2 had no cuts', () => {
  expect(parseJob(clone({ ...JOB, version: 2 }))).toEqual(JOB);
  const cut = { ...JOB, segments: [{ ...JOB.segments[0]!, keepSeconds: 2.5 }] };
  expect(parseJob(clone(cut))).toEqual(cut);
  const odd = { ...JOB, segments: [{ ...JOB.segments[0]!, keepSeconds: '2' }] };
  expect(() => parseJob(odd)).toThrow('job.segments[0].keepSeconds: expected a number, got "2"');
});

test('what a segment says for itself is read, and nothing else', () => {
  const segment = { ...JOB.segments[0]!, camera: 'pan left', settings: { steps: 3, negativePrompt: 'fog' } };
  expect(parseJob(clone({ ...JOB, segments: [segment] })).segments[0]).toEqual(segment);
  const odd = (changes: object) => () => parseJob({ ...JOB, segments: [{ ...segment, ...changes }] });
  expect(odd({ camera: 'dolly' })).toThrow('job.segments[0].camera: expected one of still');
  expect(odd({ settings: { shift: '3' } })).toThrow('job.segments[0].settings.shift: expected a number');
  expect(odd({ settings: [] })).toThrow('job.segments[0].settings: expected an object');
});

test('fields that are not known are left out, and prototypes are not read', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}, "extra": 1}') as object;
  expect(parseJob({ ...clone(JOB), ...hostile })).toEqual(JOB);
  expect(() => parseJob(Object.create(JOB))).toThrow(AppError);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each([
  null,
  undefined,
  3,
  'job',
  [],
  {},
  { version: 1 },
  { ...JOB, segments: [] },
  { ...JOB, segments: Array(10_000).fill(JOB.segments[0]) },
])('refuses %# with input/job', (value) => {
  expect(() => parseJob(value)).toThrow(expect.objectContaining({ code: 'input/job' }));
});

test('any JSON gives a typed error or a job (fuzz, fixed seed)', () => {
  const random = seededRandom(20_260_101);
  const values = [null, true, -1, 1e308, '', 'x', [], {}, [1], { a: 1 }, '\u0000', 'x'.repeat(30_000)];
  const pick = (): unknown => values[Math.floor(random() * values.length)];
  const mutate = (value: unknown): unknown => {
    if (random() < 0.15) return pick();
    if (Array.isArray(value)) return value.map(mutate);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (random() < 0.05 ? [] : [[key, mutate(inner)]])),
    );
  };
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    try {
      parseJobRecord(mutate(RECORD));
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(500);
  expect(refused).toBeLessThan(3000);
});

test('a record that says nothing of the visible mark had it', () => {
  const { visibleLabel: _, ...rest } = RECORD;
  expect(parseJobRecord(rest).visibleLabel).toBe(true);
  expect(() => parseJobRecord({ ...RECORD, visibleLabel: 'no' })).toThrow(/record\.visibleLabel/);
});
