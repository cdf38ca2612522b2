import { signal } from '@preact/signals-core';
import { describe, expect, test } from 'vitest';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import { capField, MAX_FIELD_LENGTH, StudioForm } from '../../src/state/form.ts';
import { MANIFEST } from './state-fixtures.ts';

const { limits } = MANIFEST;
const newForm = (): StudioForm => {
  let seed = 100;
  const form = new StudioForm(signal(MANIFEST), () => seed++);
  form.prompt.value = 'a cat';
  return form;
};

/** What is wrong with a form, or null. */
function problem(form: StudioForm): AppError | null {
  try {
    checkJob(form.toJob(), limits, { hasPicture: form.picture.value !== null });
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

test('a new form can be made as it is, but for the prompt', () => {
  expect(problem(newForm())).toBeNull();
  expect(newForm().toJob()).toEqual(newJob(MANIFEST, { prompt: 'a cat', seed: 100 }));
});

describe('“use the nearest that works” repairs', () => {
  const cases: readonly [string, (form: StudioForm) => void, (form: StudioForm) => unknown, unknown][] = [
    ['too many steps', (f) => set(f.steps, 999), (f) => f.steps.value, limits.steps.max],
    ['a broken step count', (f) => set(f.steps, 7.4), (f) => f.steps.value, 7],
    ['an empty step field', (f) => set(f.steps, Number.NaN), (f) => f.steps.value, limits.steps.default],
    ['too little guidance', (f) => set(f.guidance, 0), (f) => f.guidance.value, limits.guidance.min],
    [
      'an empty guidance',
      (f) => set(f.guidance, Number.NaN),
      (f) => f.guidance.value,
      limits.guidance.default,
    ],
    ['a long clip', (f) => set(f.seconds, 60), (f) => f.seconds.value, limits.seconds.max],
    ['an odd frame rate', (f) => set(f.fps, 240), (f) => f.fps.value, limits.fps.max],
    ['a shift out of range', (f) => set(f.shift, -3), (f) => f.shift.value, limits.shift.min],
    ['a seed beyond 32 bits', (f) => set(f.seed, 2 ** 40), (f) => f.seed.value, 2 ** 32 - 1],
    ['an empty seed', (f) => set(f.seed, Number.NaN), (f) => f.seed.value, 101],
    ['a shape that is too wide', (f) => setRatio(f, '5', '1'), (f) => f.ratio.value, '21:9'],
    ['a shape that is none', (f) => setRatio(f, 'wide', ''), (f) => f.ratio.value, limits.aspect.default],
  ];
  for (const [name, spoil, read, expected] of cases) {
    test(name, () => {
      const form = newForm();
      spoil(form);
      const error = problem(form);
      if (!error) throw new Error('it was not refused');
      form.useLegal(error);
      expect(read(form)).toBe(expected);
      expect(problem(form)).toBeNull();
    });
  }

  test('and leaves the form alone for any other error', () => {
    const form = newForm();
    const before = form.toJob();
    form.useLegal(new AppError('gpu/lost', 'gone', { detail: { nearest: [3] } }));
    form.useLegal(new AppError('input/prompt-empty', 'empty'));
    expect(form.toJob()).toEqual(before);
  });

  function set(field: { value: number }, value: number): void {
    field.value = value;
  }
  function setRatio(form: StudioForm, width: string, height: string): void {
    form.aspect.value = 'custom';
    form.customWidth.value = width;
    form.customHeight.value = height;
  }
});

describe('a job put into the form', () => {
  const job = newJob(
    MANIFEST,
    { prompt: 'a dog', seed: 5, seconds: 2, picture: null },
    { aspect: '5:4', fps: 24, steps: 9, guidance: 3.5, shift: 4, negativePrompt: 'rain' },
  );

  test('comes out again as it was, with its seed kept', () => {
    const form = newForm();
    form.load(job, null, true);
    expect(form.toJob()).toEqual(job);
    expect(form.seedLocked.value).toBe(true);
    expect(form.carriesHidden.value).toBe(true);
    expect([form.customWidth.value, form.customHeight.value]).toEqual(['5', '4']);
  });

  test('brings its choice about the visible mark; one that does not say leaves it', () => {
    const form = newForm();
    form.load(job, null, false);
    expect(form.visibleLabel.value).toBe(false);
    form.load(job, null, null);
    expect(form.visibleLabel.value).toBe(false);
    form.load(job, null, true);
    expect(form.visibleLabel.value).toBe(true);
  });

  test('“back to the defaults” undoes the settings, the mark included, and keeps words and seed', () => {
    const form = newForm();
    form.load(job, null, false);
    form.resetSettings();
    expect(form.toJob()).toEqual({
      ...newJob(MANIFEST, { prompt: 'a dog', seed: 5 }),
      negativePrompt: 'rain',
    });
    expect(form.visibleLabel.value).toBe(true);
    expect(form.carriesHidden.value).toBe(false);
  });
});

test('the shape is null while the ratio cannot be made', () => {
  const form = newForm();
  expect(form.shape.value).toMatchObject({ frames: 150 });
  form.aspect.value = 'custom';
  for (const [width, height] of [
    ['9', '1'],
    ['0', '1'],
    ['', ''],
    ['1e3', '1'],
  ] as const) {
    form.customWidth.value = width;
    form.customHeight.value = height;
    expect(form.shape.value).toBeNull();
  }
});

test('a book that is pasted is cut, but never through a character', () => {
  expect(capField('a'.repeat(9000))).toHaveLength(MAX_FIELD_LENGTH);
  const cut = capField(`${'a'.repeat(MAX_FIELD_LENGTH - 1)}🦖`);
  expect(cut).toBe('a'.repeat(MAX_FIELD_LENGTH - 1));
});
