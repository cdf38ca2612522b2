import { signal } from '@preact/signals-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { Board } from '../../src/state/board.ts';
import { StudioForm } from '../../src/state/form.ts';
import { MOST_TAKES, parseExtras } from '../../src/state/kept-extras.ts';
import { TakeFilms } from '../../src/state/take-films.ts';
import {
  beginTake,
  chooseTake,
  jobOfTake,
  removeTake,
  takeRefusal,
  takeState,
  takesOf,
} from '../../src/state/takes.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { request } from './state-fixtures.ts';

const [model] = MODELS;
let form: StudioForm;
let board: Board;
let seeds: number;

/** A board of three made parts, the second selected. */
beforeEach(() => {
  seeds = 0;
  form = new StudioForm(signal(model), () => 100 + seeds++);
  board = new Board(form);
  form.prompt.value = 'a castle';
  board.add();
  form.prompt.value = 'the sun sets';
  board.add();
  form.prompt.value = 'fog rises';
  make();
  board.select(1);
});

/** Says that so many parts were made as they stand. */
function make(parts = board.segments.value.length): void {
  const job = board.toJob();
  const ids = board.segments.value.map(({ id }) => id);
  board.markMade({ ...job, segments: job.segments.slice(0, parts) }, null, ids.slice(0, parts));
}
const begin = (): boolean => beginTake(board, () => 500 + seeds++);
const numbers = (): readonly number[] => takesOf(board).map(({ take }) => take);
const inUse = (): number => board.segments.value[1]!.take;
const takeAt = (number: number) => takesOf(board).find(({ take }) => take === number)!;

describe('another take', () => {
  test('has a new seed, keeps the former, and leaves what goes on from it based on the old one', () => {
    const { seed } = board.segments.value[1]!;
    expect(begin()).toBe(true);
    expect(form.seed.value).toBeGreaterThanOrEqual(500);
    expect(takesOf(board)).toMatchObject([
      { take: 1, seed, prompt: 'the sun sets', settings: { steps: form.steps.value } },
      { take: 2, seed: form.seed.value, prompt: 'the sun sets', settings: {} },
    ]);
    expect(board.states.value).toEqual(['made', 'new', 'based']);
    make(2);
    expect(board.states.value).toEqual(['made', 'made', 'based']);
    make();
    expect(board.states.value).toEqual(['made', 'made', 'made']);
  });

  test('keeps the former as it was made, not as it was typed since', () => {
    form.prompt.value = 'the sun rises';
    form.camera.value = 'roll';
    form.seconds.value = 2;
    begin();
    expect(takesOf(board)).toMatchObject([
      { prompt: 'the sun sets', camera: null, seconds: 5 },
      { prompt: 'the sun rises', camera: 'roll', seconds: 2 },
    ]);
  });

  test('a kept seed stays: there is another take once the words have changed', () => {
    form.seedLocked.value = true;
    const seed = form.seed.value;
    expect(takeRefusal(board)).toBe('locked');
    expect(begin()).toBe(false);
    form.prompt.value = 'the sun rises';
    expect(begin()).toBe(true);
    expect([form.seed.value, form.seedLocked.value]).toEqual([seed, true]);
    expect(numbers()).toEqual([1, 2]);
  });

  test('there is none of what was never made, and an end to how many there are', () => {
    begin();
    expect(takeRefusal(board)).toBe('new');
    make(2);
    while (takeRefusal(board) === null) {
      begin();
      make(2);
    }
    expect([takeRefusal(board), numbers().length]).toEqual(['most', MOST_TAKES]);
    removeTake(board, takeAt(3).id);
    begin();
    expect(numbers()).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  test('is undone, with what it was', () => {
    const before = board.segments.value;
    begin();
    board.undo();
    expect(board.segments.value).toEqual(before);
    expect(board.states.value).toEqual(['made', 'made', 'made']);
    board.redo();
    expect(numbers()).toEqual([1, 2]);
  });
});

describe('choosing', () => {
  beforeEach(() => {
    begin();
    make();
  });

  test('the same take is the same job, to the letter', () => {
    chooseTake(board, takeAt(1).id);
    const text = JSON.stringify(board.toJob());
    chooseTake(board, takeAt(2).id);
    chooseTake(board, takeAt(1).id);
    expect(JSON.stringify(board.toJob())).toBe(text);
    const { segments } = board.toJob();
    expect(Object.keys(segments[1]!)).toEqual(Object.keys(segments[0]!));
  });

  test('an earlier take needs nothing to be made, and what went on from it is there again', () => {
    expect(takeState(board, takeAt(1), null)).toBe('made');
    chooseTake(board, takeAt(1).id);
    expect([inUse(), numbers()]).toEqual([1, [1, 2]]);
    expect(board.states.value).toEqual(['made', 'made', 'made']);
    expect(board.segments.value[1]?.settings).toEqual({}); // the board's own are not said twice
    form.prompt.value = 'it snows';
    expect(board.states.value).toEqual(['made', 'outdated', 'based']);
    board.undo();
    expect(inUse()).toBe(2);
  });

  test('a take keeps the steps that it was made with', () => {
    const steps = form.steps.value;
    form.steps.value = steps + 1;
    chooseTake(board, takeAt(1).id);
    expect(board.segments.value[1]?.settings).toEqual({ steps });
    expect(board.states.value[1]).toBe('based'); // the first part would be made with more
  });

  test('what a take goes on from may have changed since', () => {
    board.select(0);
    form.camera.value = 'roll';
    board.select(1);
    expect(takeState(board, takeAt(1), null)).toBe('outdated');
    const job = jobOfTake(board, takeAt(1));
    expect(job.segments).toHaveLength(2);
    expect(job.segments[1]?.seed).toBe(takeAt(1).seed);
  });

  test('a take can be taken away, and comes back', () => {
    removeTake(board, takeAt(1).id);
    expect(numbers()).toEqual([2]);
    board.undo();
    expect(numbers()).toEqual([1, 2]);
    chooseTake(board, 12345);
    expect(inUse()).toBe(2);
  });
});

test('takes come back after a reload, with what was made', () => {
  begin();
  make();
  const job = board.toJob();
  const extras = parseExtras(JSON.parse(JSON.stringify(board.extras.value)), job);
  const restored = new Board(form);
  restored.load(job, board.madeIdentities(), board.states.value, extras);
  restored.select(1);
  board = restored;
  expect(numbers()).toEqual([1, 2]);
  expect(board.states.value).toEqual(['made', 'made', 'made']);
  chooseTake(board, takeAt(1).id);
  expect(board.states.value).toEqual(['made', 'made', 'made']);
  form.prompt.value = 'it snows';
  expect(board.states.value).toEqual(['made', 'outdated', 'based']);
});

describe('films of takes', () => {
  const alone = async (work: () => Promise<void>): Promise<boolean> => work().then(() => true);

  test('wait for the engine, and can be asked for again when it is free', async () => {
    const engine = new FakeEngine();
    let isTaken = true;
    const films = new TakeFilms(engine, async (work) => !isTaken && alone(work));
    await films.ask('a', request());
    expect(engine.jobs).toHaveLength(0);
    expect(films.films.value.has('a')).toBe(false);
    isTaken = false;
    void films.ask('a', request());
    await settle();
    engine.job.finish();
    await settle();
    expect(films.films.value.get('a')).toMatchObject({ status: 'film' });
    films.dispose();
  });

  test('are put together one after the other from what is kept', async () => {
    const engine = new FakeEngine();
    const films = new TakeFilms(engine, alone);
    void films.ask('a', request('one'));
    void films.ask('b', request('two'));
    void films.ask('a', request('one'));
    await settle();
    expect(engine.jobs).toHaveLength(1);
    expect(engine.job.request).toMatchObject({ keep: true, preview: false });
    engine.job.say({ type: 'segment', index: 0, count: 1, made: true });
    engine.job.finish();
    await settle();
    expect(films.films.value.get('a')).toMatchObject({ status: 'film', start: 0, seconds: 1 });
    expect(films.films.value.get('b')).toEqual({ status: 'preparing' });
    engine.job.fail(new Error('no'));
    await settle();
    expect(films.films.value.get('b')).toEqual({ status: 'failed' });
    films.dispose();
  });

  test('are given up as soon as something would have to be made', async () => {
    const engine = new FakeEngine();
    const films = new TakeFilms(engine, alone);
    const asked = films.ask('a', request());
    await settle();
    engine.job.say({ type: 'segment', index: 0, count: 1, made: false });
    await asked;
    expect(engine.job.cancels).toBe(1);
    expect(films.films.value.get('a')).toEqual({ status: 'not-kept' });
    films.dispose();
    await films.ask('b', request());
    expect(engine.jobs).toHaveLength(1);
  });
});
