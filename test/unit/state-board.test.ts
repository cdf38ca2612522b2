import { signal } from '@preact/signals-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { checkJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import { MAX_SEGMENTS } from '../../src/core/job.ts';
import { Board } from '../../src/state/board.ts';
import { BoardKeeper, type KeptState } from '../../src/state/board-keeper.ts';
import { StudioForm } from '../../src/state/form.ts';

const [model] = MODELS;
let form: StudioForm;
let board: Board;
let seeds: number;

beforeEach(() => {
  seeds = 0;
  form = new StudioForm(signal(model), () => 100 + seeds++);
  board = new Board(form);
});

/** Types words into the field. */
const say = (words: string): void => {
  form.prompt.value = words;
};
const prompts = (): readonly string[] => board.segments.value.map(({ prompt }) => prompt);
const castle = (): void => {
  say('a castle');
  board.add();
  say('the sun sets');
  board.add();
  say('fog rises');
};

test('a board begins as a plain clip of what the form says', () => {
  say('a cat');
  expect(board.isFilm.value).toBe(false);
  expect(board.toJob()).toEqual(form.toJob());
});

test('with the second segment the first words become what is there all the time, and what was made stays made', () => {
  say('a castle');
  const plain = board.toJob();
  board.markMade(plain, null, [board.segments.value[0]!.id]);
  board.add();
  expect(form.scene.value).toBe('a castle');
  expect(prompts()).toEqual(['', '']);
  expect(board.states.value).toEqual(['made', 'new']);
  expect(board.selected.value).toBe(1);
  expect(board.toJob().segments.map(({ seed }) => seed)).toEqual([plain.segments[0]!.seed, form.seed.value]);
});

test('the form shows the selected segment, and what is typed there stays with it', () => {
  castle();
  form.camera.value = 'pan left';
  form.seconds.value = 2;
  board.select(1);
  expect([form.prompt.value, form.camera.value, form.seconds.value]).toEqual(['the sun sets', null, 5]);
  say('the sun goes down');
  board.select(2);
  expect([form.prompt.value, form.camera.value, form.seconds.value]).toEqual(['fog rises', 'pan left', 2]);
  expect(prompts()).toEqual(['', 'the sun goes down', 'fog rises']);
  expect(board.seconds.value).toBe(12);
  board.select(9);
  expect(board.selected.value).toBe(2);
});

test('the job has all segments, and only the first can have the picture', () => {
  castle();
  form.picture.value = { name: 'a.png', file: new Blob(['x']), thumbnailUrl: '' } as never;
  const job = board.toJob();
  expect(job.segments.map(({ picture }) => picture)).toEqual([{ fit: 'crop' }, null, null]);
  checkJob(job, model.limits, { hasPicture: true });
});

describe('editing', () => {
  beforeEach(castle);

  test('moves, duplicates and removes the selected segment', () => {
    board.move(-1);
    expect(prompts()).toEqual(['', 'fog rises', 'the sun sets']);
    expect(board.selected.value).toBe(1);
    board.duplicate();
    expect(prompts()).toEqual(['', 'fog rises', 'fog rises', 'the sun sets']);
    const seedsOf = board.segments.value.map(({ seed }) => seed);
    expect(new Set(seedsOf).size).toBe(4);
    board.remove();
    expect(prompts()).toEqual(['', 'fog rises', 'the sun sets']);
    board.move(7);
    expect(prompts()).toEqual(['', 'fog rises', 'the sun sets']);
  });

  test('is undone and done again, step by step, the scene included', () => {
    board.remove();
    board.undo();
    expect(prompts()).toEqual(['', 'the sun sets', 'fog rises']);
    board.undo();
    board.undo();
    expect(prompts()).toEqual(['a castle']);
    expect(form.scene.value).toBe('');
    expect(board.canUndo.value).toBe(false);
    board.undo();
    for (let i = 0; i < 3; i++) board.redo();
    expect(prompts()).toEqual(['', 'the sun sets']);
    expect(board.canRedo.value).toBe(false);
    board.undo();
    board.add();
    expect(board.canRedo.value).toBe(false); // another way was taken
  });

  test('one segment can go its own way, and the last one stays', () => {
    board.select(1);
    board.startOver();
    expect(prompts()).toEqual(['a castle']);
    expect(form.scene.value).toBe('');
    board.remove();
    expect(prompts()).toEqual(['a castle']);
  });

  test('ends at the most segments there can be', () => {
    for (let i = 0; i < 60; i++) board.add();
    expect(board.segments.value).toHaveLength(MAX_SEGMENTS);
    board.duplicate();
    expect(board.segments.value).toHaveLength(MAX_SEGMENTS);
  });
});

test('what was changed, and what goes on from it, is no longer made', () => {
  castle();
  const ids = board.segments.value.map(({ id }) => id);
  board.markMade(board.toJob(), null, ids);
  expect(board.states.value).toEqual(['made', 'made', 'made']);
  board.select(1);
  say('the sun rises');
  expect(board.states.value).toEqual(['made', 'outdated', 'based']);
  say('the sun sets');
  expect(board.states.value).toEqual(['made', 'made', 'made']);
  board.select(2);
  board.add();
  expect(board.states.value).toEqual(['made', 'made', 'made', 'new']);
  form.steps.value = 3;
  expect(board.states.value).toEqual(['outdated', 'outdated', 'outdated', 'new']);
});

test('each segment keeps its own seed, or not', () => {
  form.seedLocked.value = true;
  castle();
  expect(board.segments.value.map(({ seedLocked }) => seedLocked)).toEqual([true, false, false]);
  board.select(0);
  expect(form.seedLocked.value).toBe(true);
  board.select(2);
  form.seedLocked.value = true;
  board.duplicate();
  expect(form.seedLocked.value).toBe(false);
  board.undo();
  expect(board.segments.value.map(({ seedLocked }) => seedLocked)).toEqual([true, false, true]);
  // A film that was opened from a file is made as it stands anyway; a plain clip's seed is kept, as it always was.
  const job = board.toJob();
  form.load(job, null, null);
  board.load(job);
  expect(board.segments.value.map(({ seedLocked }) => seedLocked)).toEqual([false, false, false]);
  const plain = { ...job, segments: job.segments.slice(0, 1) };
  form.load(plain, null, null);
  board.load(plain);
  expect(form.seedLocked.value).toBe(true);
});

test('a board comes back from its job', () => {
  castle();
  form.camera.value = 'roll';
  const job = board.toJob();
  const other = new StudioForm(signal(model), () => 1);
  const restored = new Board(other);
  other.load(job, null, null);
  restored.load(job);
  expect(restored.toJob()).toEqual(job);
  restored.select(2);
  expect(other.camera.value).toBe('roll');
});

describe('over a reload', () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  };
  const keeper = () => new BoardKeeper(store, null, signal({ id: '', name: '', isKept: false }));
  const isRunning = signal(false);
  const state = (): KeptState => ({
    job: board.toJob(),
    selected: board.selected.value,
    made: board.madeIdentities(),
    states: board.states.value,
    extras: board.extras.value,
    visibleLabel: false,
    device: 'wasm',
    isFilm: board.isFilm.value,
    isRunning: isRunning.value,
    picture: null,
  });

  beforeEach(() => {
    kept.clear();
    isRunning.value = false;
  });

  test('a storyboard stays as it was typed, with what of it is made, even if it cannot be made yet', async () => {
    const stop = keeper().keep(state);
    castle();
    board.markMade(
      board.toJob(),
      null,
      board.segments.value.map(({ id }) => id),
    );
    board.select(1);
    form.seconds.value = 1.7;
    board.add();
    stop();
    const found = await keeper().kept(model);
    expect(found).toMatchObject({ selected: 2, wasRunning: false, job: board.toJob() });
    const other = new StudioForm(signal(model), () => 1);
    const restored = new Board(other);
    other.load(found!.job, null, null);
    restored.load(found!.job, found!.made, found!.states);
    expect(restored.states.value).toEqual(['made', 'outdated', 'new', 'based']);
    expect(found).toMatchObject({ visibleLabel: false, device: 'wasm' });
  });

  test('kept seeds, and what a changed segment was made as, come back', async () => {
    const stop = keeper().keep(state);
    castle();
    const ids = board.segments.value.map(({ id }) => id);
    board.markMade(board.toJob(), null, ids);
    const made = board.madeAs(ids[1]!);
    board.select(1);
    form.seedLocked.value = true;
    say('the sun rises');
    stop();
    const found = (await keeper().kept(model))!;
    const other = new StudioForm(signal(model), () => 1);
    const restored = new Board(other);
    other.load(found.job, null, null);
    restored.load(found.job, found.made, found.states, found.extras);
    expect(restored.states.value).toEqual(['made', 'outdated', 'based']);
    expect(restored.segments.value.map(({ seedLocked }) => seedLocked)).toEqual([false, true, false]);
    expect(restored.madeAs(restored.segments.value[1]!.id)).toEqual(made);
    expect(made?.segment).toMatchObject({ prompt: 'the sun sets', settings: { steps: form.steps.value } });
    restored.select(1);
    expect(other.seedLocked.value).toBe(true);
    other.prompt.value = 'the sun sets';
    expect(restored.states.value).toEqual(['made', 'made', 'made']);
  });

  test('extras that are damaged are forgotten, and a board from before there were any is read', async () => {
    const stop = keeper().keep(state);
    castle();
    stop();
    const text = JSON.parse(kept.get('kindling.board')!) as Record<string, unknown>;
    const read = (extras: unknown) => {
      kept.set('kindling.board', JSON.stringify({ ...text, extras }));
      return keeper().kept(model);
    };
    expect((await read(undefined))?.extras).toEqual([]);
    const nothing = { take: 1, seedLocked: false, made: null, takes: [] };
    expect((await read('x'))?.extras).toEqual([nothing, nothing, nothing]);
    expect((await read([{ take: -1, takes: 3, made: [] }]))?.extras[0]).toEqual(nothing);
    expect(await read([{ takes: [{ prompt: 3 }] }])).toBeNull();
  });

  test('a plain clip stays only while it is made, and it is told that it was not finished', async () => {
    const stop = keeper().keep(state);
    say('a cat');
    expect(await keeper().kept(model)).toBeNull();
    isRunning.value = true;
    expect(await keeper().kept(model)).toMatchObject({
      wasRunning: true,
      job: { segments: [{ prompt: 'a cat' }] },
    });
    isRunning.value = false;
    expect(await keeper().kept(model)).toBeNull();
    stop();
  });

  test.each(['', '{', '{"job": {}}', '[]', '{"job": {"version": 9}}'])(
    'what is damaged is forgotten: %j',
    async (text) => {
      kept.set('kindling.board', text);
      expect(await keeper().kept(model)).toBeNull();
    },
  );

  test('another model’s board is left alone', async () => {
    const stop = keeper().keep(state);
    castle();
    stop();
    expect(await keeper().kept({ id: 'wan' })).toBeNull();
  });
});

describe('a segment whose end is cut', () => {
  beforeEach(() => {
    castle();
    board.markMade(
      board.toJob(),
      null,
      board.segments.value.map(({ id }) => id),
    );
    board.select(0);
    board.cut(3);
  });

  test('stays made; those that go on from it are based on the old one; undo lifts the cut', () => {
    expect(board.states.value).toEqual(['made', 'based', 'based']);
    expect(board.seconds.value).toBe(13);
    expect(board.toJob().segments.map(({ keepSeconds }) => keepSeconds)).toEqual([3, undefined, undefined]);
    checkJob(board.toJob(), model.limits, { hasPicture: false });
    board.undo();
    expect(board.states.value).toEqual(['made', 'made', 'made']);
    board.redo();
    board.cut(null);
    expect(Object.keys(board.toJob().segments[0]!)).not.toContain('keepSeconds');
    expect(board.states.value).toEqual(['made', 'made', 'made']);
  });

  test('is cut step by step in one step of undo; after anything else a new one begins', () => {
    const cuts = (): readonly (number | undefined)[] =>
      board.segments.value.slice(0, 2).map(({ keepSeconds }) => keepSeconds);
    for (let i = 1; i <= 150; i++) board.cut(2 + (i % 10) / 10);
    board.cut(2.5);
    board.cut(null);
    board.undo();
    expect(cuts()).toEqual([2.5, undefined]);
    board.select(1);
    board.cut(3);
    board.cut(2);
    board.select(0);
    board.cut(4);
    board.undo();
    expect(cuts()).toEqual([2.5, 2]);
    board.undo();
    expect(cuts()).toEqual([2.5, undefined]);
    board.undo();
    expect(cuts()).toEqual([undefined, undefined]);
    expect(board.canUndo.value).toBe(true); // what was added before
    board.redo();
    board.cut(2);
    board.undo();
    expect(cuts()).toEqual([2.5, undefined]);
  });

  test('is as long as it says when it becomes shorter than what was kept', () => {
    form.seconds.value = 2.5;
    expect(board.seconds.value).toBe(12.5);
    expect(board.toJob().segments[0]?.keepSeconds).toBeUndefined();
    form.seconds.value = 5;
    expect(board.seconds.value).toBe(13);
  });

  test('goes on uncut in the next, and is copied as it is', () => {
    board.add();
    expect(board.segments.value[1]?.keepSeconds).toBeUndefined();
    board.select(0);
    board.duplicate();
    expect(board.segments.value[1]?.keepSeconds).toBe(3);
  });

  test('is cut where it can be at a press', () => {
    const refused = (nearest: number[]) =>
      new AppError('input/cut', 'no', { detail: { segment: 0, nearest } });
    board.select(2);
    board.useLegal(refused([2.5, 3]));
    expect(board.segments.value[0]?.keepSeconds).toBe(2.5);
    board.useLegal(refused([]));
    expect(board.segments.value[0]?.keepSeconds).toBeUndefined();
  });
});

describe('a value that cannot be used', () => {
  const refused = (code: 'input/seconds' | 'input/steps', detail: Record<string, unknown>): AppError =>
    new AppError(code, 'no', { detail });

  test('is mended in the segment that the error names', () => {
    castle();
    board.select(0);
    board.useLegal(refused('input/seconds', { segment: 1, nearest: [2.5] }));
    expect(board.selected.value).toBe(1);
    expect(board.segments.value.map(({ seconds }) => seconds)).toEqual([5, 2.5, 5]);
  });

  test('is taken back where a segment has a setting of its own', () => {
    castle();
    const job = board.toJob();
    const [first, second, third] = job.segments;
    board.load({ ...job, segments: [first!, { ...second!, settings: { steps: 500, shift: 4 } }, third!] });
    board.useLegal(refused('input/steps', { segment: 1, nearest: [50] }));
    expect(board.toJob().segments[1]?.settings).toEqual({ shift: 4 });
    expect(form.steps.value).toBe(job.steps);
  });

  test('of the whole board is mended in its field', () => {
    board.useLegal(refused('input/steps', { nearest: [50] }));
    expect(form.steps.value).toBe(50);
  });
});
