import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newJob } from '../../src/core/check-job.ts';
import { type Job, shownSeconds } from '../../src/core/job.ts';
import { openBoardFiles } from '../../src/films/board-files.ts';
import { openFilmFiles } from '../../src/films/film-files.ts';
import { openSegmentFiles } from '../../src/films/segment-files.ts';
import { modelHash } from '../../src/protocol/manifest.ts';
import { beginWithLastPicture, goOnFrom, makeAgain } from '../../src/state/film-actions.ts';
import { FilmPlay } from '../../src/state/film-play.ts';
import { readFilmRecord } from '../../src/state/film-record.ts';
import { filmsToOffer, LITTLE_ROOM } from '../../src/state/film-room.ts';
import { shownSegments } from '../../src/state/film-sources.ts';
import type { GalleryFilm } from '../../src/state/gallery.ts';
import { Studio } from '../../src/state/studio.ts';
import { box, fileType, isoMeta, joined } from '../fixtures/write-mp4.ts';
import { memoryFolders } from './memory-folders.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { pictureFile, stubDecoding } from './state-fake-pictures.ts';
import { MANIFEST, report, request, studioParts, textStore, until } from './state-fixtures.ts';

let disk: ReturnType<typeof memoryFolders>;
let engine: FakeEngine;
let studio: Studio;
const lastFrame = vi.fn(async (_video: Blob) => pictureFile('scene.png', 'image/png'));

beforeEach(async () => {
  stubDecoding();
  disk = memoryFolders();
  engine = new FakeEngine();
  const notes = new Map<string, string>();
  studio = new Studio({
    ...studioParts(engine, 1000),
    store: textStore(notes),
    openGallery: () => openFilmFiles(disk),
    openBoards: () => openBoardFiles(disk),
    lastFrame,
  });
  await studio.restoreBoard();
});
afterEach(() => {
  studio.dispose();
  vi.clearAllMocks();
  vi.unstubAllGlobals();
});

/** Where a film of this visit shows a segment of the board. */
const seenIn = (index: number): ReturnType<Studio['inFilms']> =>
  studio.inFilms(studio.board.identities.value[index], shownSeconds(studio.board.segments.value[index]!));

const film = (id: number, bytes: number): GalleryFilm => ({
  id: String(id),
  title: `${id}`,
  report: {},
  bytes,
});

describe('when space runs short', () => {
  const films = [film(3, 50e6), film(2, 30e6), film(1, 150e6)]; // newest first

  test('the oldest films are offered, as many as make enough room, and none while there is room', () => {
    const offered = (free: number | null, waiting = 0, asked: number | null = null) =>
      filmsToOffer(films, free, waiting, asked).map(({ id }) => id);
    expect(offered(LITTLE_ROOM)).toEqual([]);
    expect(offered(null)).toEqual([]);
    expect(offered(LITTLE_ROOM - 1)).toEqual(['1']);
    expect(offered(LITTLE_ROOM - 160e6)).toEqual(['1', '2']);
    expect(offered(0)).toEqual(['1', '2', '3']);
    expect(offered(null, 1e6)).toEqual(['1']);
    // A film that is paused needs what it needs, whatever is counted as free.
    expect(offered(1e9, 0, 160e6)).toEqual(['1', '2']);
    expect(offered(null, 0, 1)).toEqual(['1']);
    const small = Array.from({ length: 30 }, (_, i) => film(30 - i, 1e5));
    expect(filmsToOffer(small, 0, 1e7)).toHaveLength(10);
    expect(filmsToOffer(small, 0, 0)).toEqual([]); // it is not the films that take the space
  });

  const clip = (prompt: string, bytes: number) => ({
    file: new Blob([new Uint8Array(bytes)]),
    report: report(),
    request: request(prompt),
  });

  test('a clip waits, nothing is deleted silently, and after room was made it is kept by itself', async () => {
    const { gallery } = studio;
    for (const [i, prompt] of ['oldest', 'older', 'old'].entries())
      await gallery.keep(clip(prompt, 10_000), 1000 + i);
    disk.holds(35_000);
    const last = clip('the last', 10_000);
    expect(await gallery.keep(last, 2000)).toBeNull();
    expect(gallery.problem.value).toMatchObject({ code: 'storage/full' });
    expect(gallery.films.value.map(({ title }) => title)).toEqual(['old', 'older', 'oldest']);
    expect(gallery.waiting.value).toEqual([last]);
    await gallery.refresh();
    expect(gallery.films.value).toHaveLength(3);
    const [offered] = filmsToOffer(gallery.films.value, gallery.free.value, last.file.size);
    expect(offered).toMatchObject({ title: 'oldest', bytes: 10_000 });
    await gallery.remove(offered!.id);
    expect(gallery.films.value.map(({ title }) => title)).toEqual(['the last', 'old', 'older']);
    expect(gallery.waiting.value).toEqual([]);
    expect(gallery.idOf(last)).toBe(gallery.films.value[0]!.id);
    expect(gallery.problem.value).toBeNull();
  });

  test('going on with a film that was finished keeps it, once, and makes no second one', async () => {
    const { gallery, maker } = studio;
    await gallery.keep(clip('old', 10_000), 1000);
    const make = async () => {
      const made = studio.make(request('a cat'), []);
      engine.job.finish();
      return made;
    };
    disk.holds(10_010);
    expect(await make()).toMatchObject({ code: 'storage/full' });
    // Without room it is said again.
    expect(await studio.make(request('a cat'), [])).toMatchObject({ code: 'storage/full' });
    await gallery.remove(gallery.films.value[0]!.id); // keeps what waited
    expect(await studio.make(request('a cat'), [])).toBeNull();
    expect(gallery.films.value.map(({ title }) => title)).toEqual(['a cat']);
    expect(gallery.waiting.value).toEqual([]);
    expect(studio.problem.value).toBeNull();
    expect(maker.state.value).toMatchObject({ status: 'done' });
    expect(engine.jobs).toHaveLength(1);
    expect(await make()).toBeNull(); // asked for once more, it is made once more
    expect(engine.jobs).toHaveLength(2);
  });

  test('in the middle of a film it is said how much is needed, what is there stays, and it goes on once there is room', async () => {
    const segments = (await openSegmentFiles(disk))!;
    await segments.write('aa', 'latents', new Uint8Array(1000));
    disk.holds(2500);
    await expect(segments.write('bb', 'latents', new Uint8Array(2_000_000))).rejects.toMatchObject({
      code: 'storage/full',
      detail: { needed: 2_000_000 },
      message: expect.stringMatching(/goes on where it stopped/),
    });
    await expect(segments.write('aa', 'latents', new Uint8Array(3000))).rejects.toThrow();
    expect((await segments.read('aa', 'latents'))?.size).toBe(1000);
    expect(await segments.read('bb', 'latents')).toBeNull();
    disk.holds(1e7);
    await segments.write('bb', 'latents', new Uint8Array(2_000_000));
    expect((await segments.read('bb', 'latents'))?.size).toBe(2_000_000);
  });
});

describe('a kept film', () => {
  const jobOf = (...prompts: string[]): Job => {
    const job = newJob(MANIFEST, { prompt: '', seed: 0, seconds: 2 }, { scene: 'a castle' });
    const segments = prompts.map((prompt, i) => ({ ...job.segments[0]!, prompt, seed: 7 + i }));
    return { ...job, segments };
  };
  const pictured = (job: Job): Job => ({
    ...job,
    segments: job.segments.map((segment, i) => ({ ...segment, picture: i === 0 ? { fit: 'crop' } : null })),
  });

  /** @param photo that it was made from, another file than the picture in the film. @param isOfVisit it was made just now. */
  async function keep(
    job: Job,
    picture: Blob | null = null,
    photo: Blob | null = picture,
    isOfVisit = false,
    version = MANIFEST.version,
  ): Promise<GalleryFilm> {
    const base64 = picture && Buffer.from(await picture.arrayBuffer()).toString('base64');
    const { id } = MANIFEST;
    const record = {
      kindling: 1,
      job,
      model: { id, version, hash: modelHash(MANIFEST) },
      visibleLabel: true,
      picture: base64,
    };
    const meta = isoMeta({ 'kindling.job': JSON.stringify(record) });
    const file = new Blob([joined(fileType, box('moov', box('udta', meta)))], { type: 'video/mp4' });
    const clip = { file, report: report(7), request: request('a castle') };
    const clips = studio.maker.shelf;
    const made = isOfVisit ? clips.add({ ...clip.request, job, picture: photo }, clip) : clip;
    await studio.gallery.keep(made, 5, shownSegments(studio.board, { job, picture: photo }));
    return studio.gallery.films.value[0]!;
  }

  test('is made again with the same seeds, or with others in every segment', async () => {
    const job = jobOf('day', 'night');
    const kept = await keep(job);
    const again = makeAgain(studio, kept, 'same');
    await until(() => engine.jobs.length === 1);
    expect(engine.job.request.job).toEqual(job);
    engine.job.finish();
    await again;
    const anew = makeAgain(studio, kept, 'new');
    await until(() => engine.jobs.length === 2);
    const seeds = engine.job.request.job.segments.map(({ seed }) => seed);
    expect(new Set([7, 8, ...seeds]).size).toBe(4);
    expect(engine.job.request.job).toEqual({
      ...job,
      segments: job.segments.map((segment, i) => ({ ...segment, seed: seeds[i] })),
    });
    engine.job.finish();
    await anew;
  });

  test('is a plain clip as well: the seed stays, or is another', async () => {
    const kept = await keep(jobOf('day'));
    for (const [seeds, isSame] of [
      ['same', true],
      ['same', true],
      ['new', false],
    ] as const) {
      const count = engine.jobs.length;
      const again = makeAgain(studio, kept, seeds);
      await until(() => engine.jobs.length > count);
      expect(engine.job.request.job.segments[0]?.seed === 7).toBe(isSame);
      engine.job.finish();
      await again;
    }
  });

  test('is gone on from: its segments stand there as made, one more is to be said', async () => {
    const kept = await keep(jobOf('day', 'night'));
    await goOnFrom(studio, kept);
    expect(studio.board.segments.value.map(({ prompt }) => prompt)).toEqual(['day', 'night', '']);
    expect(studio.board.states.value).toEqual(['made', 'made', 'new']);
    expect(studio.board.selected.value).toBe(2);
    expect(seenIn(1)).toMatchObject({ start: 2, seconds: 2 });
  });

  test('that has as many segments as there can be is gone on from by its last picture', async () => {
    const kept = await keep(jobOf(...Array<string>(36).fill('day')));
    await goOnFrom(studio, kept);
    expect(lastFrame).toHaveBeenCalledOnce();
    expect(studio.board.isFilm.value).toBe(false);
    expect(studio.form.picture.value).not.toBeNull();
    expect(studio.boards.value?.others.value).toMatchObject([{ segments: 36 }]);
  });

  test('gives its last picture to a new board, and the storyboard on the page is put away', async () => {
    studio.form.prompt.value = 'a cat';
    studio.board.add();
    const kept = await keep(jobOf('day'));
    await beginWithLastPicture(studio, kept);
    expect(studio.form.picture.value).toMatchObject({ name: 'a castle.png' });
    expect(studio.board.toJob().segments).toMatchObject([{ prompt: '', picture: { fit: 'crop' } }]);
    expect(studio.boards.value?.others.value).toMatchObject([{ title: 'a cat', segments: 2 }]);
    lastFrame.mockRejectedValueOnce(new Error('it cannot be played'));
    await beginWithLastPicture(studio, kept);
    expect(studio.problem.value?.message).toContain('it cannot be played');
  });

  test('gives its last picture to a board of its own where that of the page has a name and one part', async () => {
    studio.form.prompt.value = 'a cat';
    await (await studio.askForBoards()).rename(studio.mark.value.id, 'My cat');
    await beginWithLastPicture(studio, await keep(jobOf('day')));
    expect(studio.form.prompt.value).toBe('');
    expect(studio.boards.value?.others.value).toMatchObject([{ title: 'My cat', segments: 1 }]);
  });

  test('that began with a picture stands there with it, and its segments are found in it', async () => {
    const kept = await keep(pictured(jobOf('day', 'night')), pictureFile('scene.png'));
    await studio.editFilm(kept);
    expect(studio.board.states.value).toEqual(['made', 'made']);
    expect(seenIn(0)).toMatchObject({ start: 0 });
    expect(studio.maker.state.value).toMatchObject({ status: 'done' });
  });

  test('of another version of the model is set, but nothing of it is called made', async () => {
    await studio.editFilm(await keep(jobOf('day', 'night'), null, null, false, '0.0'));
    expect(studio.notice.value?.id).toBe('restored-version');
    expect(studio.board.states.value).toEqual(['new', 'new']);
  });

  test('that something else was quicker than is neither called made nor made again', async () => {
    const kept = await keep(jobOf('day', 'night'));
    const open = studio.open.bind(studio);
    vi.spyOn(studio, 'open').mockImplementationOnce(async (file, name) => {
      const late = open(file, name);
      await open(pictureFile('scene.png'), 'scene.png');
      return late;
    });
    studio.form.prompt.value = 'a cat';
    await makeAgain(studio, kept, 'same');
    expect(engine.jobs).toHaveLength(0);
    expect(studio.form.prompt.value).toBe('a cat');
    expect(studio.board.states.value).toEqual(['new']);
  });

  test.each([
    ['of this visit', true],
    ['of an earlier one', false],
  ])('%s is played on the timeline with the picture that is in it', async (_, isOfVisit) => {
    const job = pictured(jobOf('day', 'night'));
    const kept = await keep(job, pictureFile('scene.png'), new Blob(['a photograph']), isOfVisit);
    await studio.editFilm(kept);
    await studio.editFilm(kept);
    expect(studio.maker.shelf.clips.value).toHaveLength(isOfVisit ? 2 : 1);
    const play = new FilmPlay(studio);
    expect([play.isOnStage.value, play.missing.value]).toEqual([true, []]);
    play.dispose();
  });

  test('has an address for the timeline as long as it is there; one that could not be read is asked for again', async () => {
    const kept = await keep(jobOf('day', 'night'));
    const play = new FilmPlay(studio);
    const [source] = play.films.value;
    const files = (await openFilmFiles(disk))!;
    const file = (await files.open(kept.id))!;
    await files.remove(kept.id);
    expect(await play.urlOf(source!)).toBeNull();
    await files.keep(kept, file);
    const url = await play.urlOf(source!);
    expect((await (await fetch(url!)).blob()).size).toBe(file.size);
    expect(await play.urlOf(source!)).toBe(url);
    await studio.gallery.remove(kept.id);
    await settle();
    await expect(fetch(url!)).rejects.toThrow();
    play.dispose();
  });

  test('that is opened is not looked for among all the others', async () => {
    const kept = await keep(jobOf('day'));
    const { value } = studio.gallery.films;
    await studio.gallery.open(kept.id);
    expect(studio.gallery.films.value).toBe(value);
  });

  test('says how it was made, without its picture', async () => {
    const job = pictured(jobOf('day'));
    const kept = await keep(job, pictureFile('scene.png'));
    const record = await readFilmRecord((await studio.gallery.open(kept.id))!);
    expect(record).toMatchObject({ job, model: { id: MANIFEST.id } });
    expect(record).not.toHaveProperty('picture');
  });

  test('that is gone meanwhile changes nothing', async () => {
    const kept = await keep(jobOf('day'));
    await studio.gallery.remove(kept.id);
    studio.form.prompt.value = 'a cat';
    await makeAgain(studio, kept, 'same');
    await settle();
    expect(engine.jobs).toHaveLength(0);
    expect(studio.form.prompt.value).toBe('a cat');
    expect(studio.problem.value?.code).toBe('storage/read');
  });
});
