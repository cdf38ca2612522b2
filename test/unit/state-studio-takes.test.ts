// Another take on the page: what is asked of the engine, and what is shown and kept of it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shownSeconds } from '../../src/core/job.ts';
import type { GalleryFilm } from '../../src/state/gallery.ts';
import { Studio } from '../../src/state/studio.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { studioParts, until } from './state-fixtures.ts';

let engine: FakeEngine;
let studio: Studio;
let kept: string[];

/** Where a film of this visit shows a segment of the board. */
const seenIn = (index: number): ReturnType<Studio['inFilms']> =>
  studio.inFilms(studio.board.identities.value[index], shownSeconds(studio.board.segments.value[index]!));

/** A made film of three parts, the second selected; seeds are 1, 2, 3 … */
beforeEach(async () => {
  engine = new FakeEngine();
  kept = [];
  studio = new Studio({
    ...studioParts(engine),
    openGallery: async () => ({
      list: async (): Promise<GalleryFilm[]> => [],
      keep: async ({ id }) => void kept.push(id),
      rename: async () => {},
      open: async () => null,
      remove: async () => {},
    }),
  });
  studio.form.prompt.value = 'a castle';
  for (const words of ['the sun sets', 'fog rises']) {
    studio.board.add();
    studio.form.prompt.value = words;
  }
  const made = studio.generate();
  engine.job.finish();
  await made;
  await until(() => kept.length === 1);
  studio.board.select(1);
});
afterEach(() => studio.dispose());

test('makes the film up to the selected part, shows that part and keeps no unfinished film', async () => {
  const seed = studio.form.seed.value;
  const take = studio.makeTake();
  await until(() => engine.jobs.length === 2);
  const { segments } = engine.job.request.job;
  expect(segments.map(({ prompt }) => prompt)).toEqual(['', 'the sun sets']);
  expect(segments[1]?.seed).not.toBe(seed);
  engine.job.finish();
  await take;
  await settle();
  expect(studio.board.states.value).toEqual(['made', 'made', 'based']);
  expect(studio.segmentShown.value).toEqual({ index: 1 });
  expect(kept).toHaveLength(1);

  const again = studio.generate();
  expect(engine.job.request.job.segments).toHaveLength(3);
  engine.job.finish();
  await again;
  expect(studio.board.states.value).toEqual(['made', 'made', 'made']);
  await until(() => kept.length === 2);
});

test('the player’s button makes a take of a storyboard, and none where the seed is kept', async () => {
  studio.form.seedLocked.value = true;
  await studio.makeAnother();
  expect(engine.jobs).toHaveLength(1);
  expect(studio.line.status.value).toBe('refused');
  studio.form.seedLocked.value = false;
  const take = studio.makeAnother();
  await until(() => engine.jobs.length === 2);
  expect(engine.job.request.job.segments).toHaveLength(2);
  expect(studio.board.segments.value[1]?.takes).toHaveLength(1);
  studio.cancel();
  await take;
  expect(studio.board.states.value).toEqual(['made', 'new', 'based']);
  studio.board.undo();
  expect(studio.board.states.value).toEqual(['made', 'made', 'made']);
});

test('a part that was never made is made', async () => {
  studio.board.add();
  studio.form.prompt.value = 'it snows';
  const made = studio.makeTake();
  await until(() => engine.jobs.length === 2);
  expect(engine.job.request.job.segments.at(-1)?.prompt).toBe('it snows');
  expect(studio.board.segments.value[2]?.takes).toEqual([]);
  engine.job.finish();
  await made;
});

test('a part that is cut is found in a film that shows it whole, and not the other way round', () => {
  studio.board.cut(3);
  expect(seenIn(1)).toMatchObject({ start: 5, seconds: 3 });
  const found = studio.inFilms(studio.board.identities.value[1], 5.5);
  expect(found).toBeNull();
});
