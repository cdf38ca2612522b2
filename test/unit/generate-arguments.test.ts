import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT_CANCELLED, EXIT_CODES, exitCodeOf } from '../../scripts/exit-codes.ts';
import { type GenerateCommand, readCommand, usage } from '../../scripts/generate-arguments.ts';
import { AppError, ERROR_AREAS, ERROR_CODES, errorArea } from '../../src/core/errors.ts';
import { ASPECTS } from '../../src/core/job.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';

const model = {
  id: 'seedling',
  limits: {
    pictures: true,
    seconds: { min: 1, max: 5, default: 5 },
    fps: { min: 1, max: 30, default: 30 },
    steps: { min: 1, max: 50, default: 12 },
    guidance: { min: 1, max: 10, default: 3 },
    shift: { min: 1, max: 12, default: 3 },
    aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
  },
} as ModelManifest;

const read = (...args: string[]): GenerateCommand => {
  const command = readCommand(args, model, 7);
  if (command === 'help') throw new Error('asked for help');
  return command;
};

/** Code and message of the refusal. */
const refusal = (...args: string[]): string => {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

test('a prompt and a file are enough: five seconds at 30 fps in 16:9', () => {
  const { job, ...rest } = read('--prompt', 'a cat', '--out', 'a.mp4');
  expect(rest).toEqual({
    image: null,
    picture: null,
    out: 'a.mp4',
    device: 'auto',
    visibleLabel: true,
    json: false,
  });
  expect(job).toMatchObject({
    model: 'seedling',
    aspect: '16:9',
    fps: 30,
    steps: 12,
    guidance: 3,
    negativePrompt: '',
  });
  expect(job.segments).toEqual([
    { prompt: 'a cat', seconds: 5, seed: 7, camera: null, picture: null, settings: {} },
  ]);
});

test('every option reaches the job', () => {
  const { job, ...rest } = read(
    ...[
      '--prompt',
      '月亮',
      '-o',
      'b.mp4',
      '--image',
      'p.jpg',
      '--fit',
      'letterbox',
      '--seconds',
      '2.5',
      '--fps',
      '12',
    ],
    ...[
      '--aspect=9:16',
      '--seed',
      '42',
      '--steps',
      '4',
      '--guidance',
      '1.5',
      '--negative',
      'rain',
      '--device',
      'wasm',
    ],
    ...['--no-label', '--json'],
  );
  expect(rest).toEqual({
    image: 'p.jpg',
    picture: null,
    out: 'b.mp4',
    device: 'wasm',
    visibleLabel: false,
    json: true,
  });
  expect(job).toMatchObject({ aspect: '9:16', fps: 12, steps: 4, guidance: 1.5, negativePrompt: 'rain' });
  expect(job.segments).toEqual([
    { prompt: '月亮', seconds: 2.5, seed: 42, camera: null, picture: { fit: 'letterbox' }, settings: {} },
  ]);
});

test('a picture needs no prompt', () => {
  expect(refusal('--image', 'p.jpg', '--out', 'a.mp4')).toBe('accepted');
});

describe('refuses, naming what would work,', () => {
  const refuses = (name: string, args: string[], expected: RegExp): void => {
    test(name, () => expect(refusal(...args)).toMatch(expected));
  };
  const good = ['--prompt', 'a', '--out', 'a.mp4'];

  refuses('nothing at all', [], /^input\/prompt-empty: .*--prompt .*--image/);
  refuses('no file', ['--prompt', 'a'], /^input\/argument: .*--out/);
  refuses('an unknown option', [...good, '--secnds', '3'], /^input\/argument: .*--secnds.*--seconds/);
  refuses('an option without its value', ['--prompt', 'a', '--out'], /^input\/argument: /);
  refuses('a stray word', [...good, 'cat'], /^input\/argument: /);
  refuses('words for a number', [...good, '--seconds', 'five'], /^input\/seconds: .*“five”.*5/);
  refuses('nothing for a number', [...good, '--steps='], /^input\/steps: /);
  refuses('too long', [...good, '--seconds', '9'], /^input\/seconds: .*Nearest: 5/);
  refuses('a negative seed', [...good, '--seed', '-1'], /^input\/seed: .*Nearest: 0/);
  refuses('half a step', [...good, '--steps', '2.5'], /^input\/steps: .*2 or 3/);
  refuses('endless guidance', [...good, '--guidance', 'Infinity'], /^input\/guidance: .*1 to 10/);
  refuses('a shape that is none', [...good, '--aspect', 'wide'], /^input\/aspect: .*16:9/);
  refuses('a device that is none', [...good, '--device', 'webgl'], /^input\/argument: .*auto, webgpu, wasm/);
  refuses(
    'a fit that is none',
    [...good, '--image', 'p.jpg', '--fit', 'stretch'],
    /^input\/argument: .*crop, letterbox/,
  );
  refuses(
    '501 graphemes',
    ['--prompt', '👨‍👩‍👧'.repeat(501), '--out', 'a.mp4'],
    /^input\/prompt-too-long: .*50[01]/,
  );
});

test('help names every option and every named shape', () => {
  expect(readCommand(['--help'], model, 0)).toBe('help');
  const text = usage(model);
  for (const aspect of ASPECTS) expect(text).toContain(aspect);
  const options =
    'prompt out image seconds fps aspect seed steps guidance negative fit device no-label json help';
  for (const option of options.split(' ')) expect(text).toContain(`--${option}`);
});

describe('the exit code', () => {
  test.each(ERROR_CODES)('of %s is that of its area', (code) => {
    expect(exitCodeOf(new AppError(code, 'a message'))).toBe(EXIT_CODES[errorArea(code)]);
  });

  test('of each area is its own, and none of those that shells and Node use', () => {
    const codes = ERROR_AREAS.map((area) => EXIT_CODES[area]);
    expect(codes.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('of a cancelled job is 130, whoever cancelled it', () => {
    expect(exitCodeOf(new DOMException('stop', 'AbortError'))).toBe(EXIT_CANCELLED);
    expect(exitCodeOf(Object.assign(new Error('stop'), { name: 'AbortError' }))).toBe(130);
  });

  test('of anything else that is thrown is that of our mistakes', () => {
    for (const thrown of [new TypeError('oops'), 'oops', undefined]) {
      expect(exitCodeOf(thrown)).toBe(EXIT_CODES.internal);
    }
  });
});

describe('a storyboard', () => {
  const film = (board: unknown, ...args: string[]): GenerateCommand => {
    const command = readCommand(['--storyboard', 'b.json', '--out', 'f.mp4', ...args], model, 7, () => board);
    if (command === 'help') throw new Error('asked for help');
    return command;
  };
  const limits = {
    ...model.limits,
    continuation: { prefixFrames: 2, secondsStep: 0.5, from: 'latents' as const },
  };
  const goesOn = { ...model, limits };

  test('is the job, and a picture can come beside it', () => {
    const board = { aspect: '1:1', segments: [{ prompt: 'a cat', seed: 3 }] };
    expect(film(board).job).toMatchObject({
      aspect: '1:1',
      segments: [{ prompt: 'a cat', seed: 3, picture: null }],
    });
    const pictured = film(board, '--image', 'a.png', '--fit', 'letterbox');
    expect(pictured).toMatchObject({
      image: 'a.png',
      job: { segments: [{ picture: { fit: 'letterbox' } }] },
    });
  });

  test('a picture of its own is fitted as is said beside it', () => {
    const picture = `data:image/png;base64,${readFileSync('test/fixtures/pictures/scene.png').toString('base64')}`;
    const board = { segments: [{ prompt: 'a cat', picture: { fit: 'crop' } }], picture };
    expect(film(board).job.segments[0]?.picture).toEqual({ fit: 'crop' });
    expect(film(board, '--fit', 'letterbox').job.segments[0]?.picture).toEqual({ fit: 'letterbox' });
  });

  test('says what is wrong with it, and with what is said beside it', () => {
    expect(() => film({ segments: [{ prompt: 'a' }] }, '--seconds', '3')).toThrow('say it in b.json');
    expect(() => film({ segments: [{ prompt: 'a' }, { prompt: 'b' }] })).toThrow('cannot go on');
    const two = { segments: [{ prompt: 'a', seconds: 1.2 }, { prompt: 'b' }] };
    const args = ['--storyboard', 'b.json', '--out', 'f.mp4'];
    expect(() => readCommand(args, goesOn, 7, () => two)).toThrow(/^Segment 1: .*Nearest: 1 or 1\.5\./);
    expect(refusal('--storyboard', '/nowhere/b.json', '--out', 'f.mp4')).toMatch(
      /^storage\/read: .*\/nowhere\/b\.json/,
    );
    expect(refusal('--storyboard', 'package.json', '--out', 'f.mp4')).toMatch(
      /^input\/job: storyboard\.name: there is no/,
    );
    expect(refusal('--storyboard', 'README.md', '--out', 'f.mp4')).toMatch(
      /^input\/job: README\.md is not JSON/,
    );
  });
});
