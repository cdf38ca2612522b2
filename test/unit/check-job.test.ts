import { expect, test } from 'vitest';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Job, ModelLimits, Segment } from '../../src/core/job.ts';

const LIMITS: ModelLimits = {
  pictures: true,
  seconds: { min: 1, max: 5, default: 5 },
  fps: { min: 1, max: 30, default: 30 },
  steps: { min: 1, max: 50, default: 16 },
  guidance: { min: 1, max: 10, default: 2.5 },
  shift: { min: 1, max: 12, default: 3 },
  aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
};
const MODEL = { id: 'seedling', limits: LIMITS };

const job = (changes: Partial<Job> = {}, segment: Partial<Segment> = {}): Job => {
  const plain = newJob(MODEL, { prompt: 'an orange cat', seed: 7 });
  return { ...plain, segments: [{ ...plain.segments[0]!, ...segment }], ...changes };
};

const refusal = (bad: Job, hasPicture = false): AppError => {
  try {
    checkJob(bad, LIMITS, { hasPicture });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
};

test('a job made of defaults passes', () => {
  expect(() => checkJob(job(), LIMITS, { hasPicture: false })).not.toThrow();
});

test.each([
  ['input/seconds', job({}, { seconds: 0 }), '1'],
  ['input/seconds', job({}, { seconds: 61 }), '5'],
  ['input/fps', job({ fps: 60 }), '30'],
  ['input/fps', job({ fps: 23.976 }), '23 or 24'],
  ['input/fps', job({ fps: 0 }), '1'],
  ['input/steps', job({ steps: 0 }), '1'],
  ['input/steps', job({ steps: 51 }), '50'],
  ['input/steps', job({ steps: 2.5 }), '2 or 3'],
  ['input/guidance', job({ guidance: 0.5 }), '1'],
  ['input/guidance', job({ guidance: 100 }), '10'],
  ['input/shift', job({ shift: 0 }), '1'],
  ['input/seed', job({}, { seed: -1 }), '0'],
  ['input/seed', job({}, { seed: 2 ** 32 }), '4294967295'],
  ['input/seed', job({}, { seed: 1.5 }), '1 or 2'],
] as const)('%s out of range is refused and the nearest legal value is named', (code, bad, nearest) => {
  const error = refusal(bad);
  expect(error.code).toBe(code);
  expect(error.message).toContain(`Nearest: ${nearest}.`);
});

test('an infinite number has a nearest legal value too, and the detail survives JSON', () => {
  const { message, detail } = refusal(job({ guidance: Number.POSITIVE_INFINITY }));
  expect(message).toContain('Nearest: 10.');
  expect(JSON.parse(JSON.stringify(detail))).toMatchObject({ asked: 'Infinity', nearest: [10] });
  expect(refusal(job({}, { seed: Number.NEGATIVE_INFINITY })).detail).toMatchObject({ nearest: [0] });
});

test.each(['seconds', 'seed'] as const)('a %s that is not a number is refused with its range', (name) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(refusal(job({}, { [name]: value })).message).toMatch(/from \d+ to \d+/);
  }
});

test.each(['fps', 'steps', 'guidance', 'shift'] as const)('%s that is NaN or infinite is refused', (name) => {
  for (const value of [Number.NaN, Number.NEGATIVE_INFINITY])
    expect(refusal(job({ [name]: value })).code).toBe(`input/${name}`);
});

test('an aspect outside the limits is refused and the nearest is named', () => {
  const error = refusal(job({ aspect: '5:1' }));
  expect(error.code).toBe('input/aspect');
  expect(error.message).toContain('Nearest: 21:9.');
  expect(refusal(job({ aspect: '1:5' })).message).toContain('Nearest: 9:21.');
  expect(refusal(job({ aspect: 'wide' })).code).toBe('input/aspect');
});

test('an aspect at the very limit passes', () => {
  for (const aspect of ['21:9', '9:21'])
    expect(() => checkJob(job({ aspect }), LIMITS, { hasPicture: false })).not.toThrow();
});

test('an empty prompt needs a picture', () => {
  expect(refusal(job({}, { prompt: '  ' })).code).toBe('input/prompt-empty');
  const pictured = job({}, { prompt: '', picture: { fit: 'crop' } });
  expect(() => checkJob(pictured, LIMITS, { hasPicture: true })).not.toThrow();
});

test('a model that begins with words only refuses a picture', () => {
  const pictured = job({}, { picture: { fit: 'crop' } });
  const words = { ...LIMITS, pictures: false };
  expect(() => checkJob(pictured, words, { hasPicture: true })).toThrow(
    expect.objectContaining({ code: 'input/picture-unsupported' }),
  );
  expect(() => checkJob(job(), words, { hasPicture: false })).not.toThrow();
});

test('a picture and a job that disagree are refused', () => {
  expect(refusal(job({}, { picture: { fit: 'crop' } }), false).message).toContain('Add the picture');
  expect(refusal(job(), true).message).toContain('Remove the picture');
});

test('a negative prompt is held to the same length', () => {
  expect(refusal(job({ negativePrompt: 'x'.repeat(501) })).code).toBe('input/prompt-too-long');
});

test('no segments, too many, or a later version are refused', () => {
  const one = job().segments[0]!;
  expect(refusal(job({ segments: [] })).code).toBe('input/job');
  expect(refusal(job({ segments: Array(37).fill(one) })).message).toContain('37 segments');
  expect(refusal(job({ version: 4 as 3 })).message).toContain('version 4');
});
