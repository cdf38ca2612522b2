// The timeline's state on the real studio: which film shows what, after which change.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FilmPlay } from '../../src/state/film-play.ts';
import { keptSegments } from '../../src/state/film-sources.ts';
import { SegmentStrips, type StripKeeper } from '../../src/state/segment-strips.ts';
import { Studio } from '../../src/state/studio.ts';
import { rangesInWords, TIMELINE_TEXTS } from '../../src/ui/texts/timeline-texts.ts';
import { followStage } from '../../src/ui/timeline/follow-stage.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { studioParts } from './state-fixtures.ts';

let engine: FakeEngine;
let studio: Studio;
let play: FilmPlay;
const kept = new Map<string, Blob>();
const keeper: StripKeeper = {
  names: async () => [...kept.keys()],
  read: async (name) => kept.get(name) ?? null,
  keep: async (name, strip) => {
    kept.set(name, strip);
  },
};

beforeEach(() => {
  kept.clear();
  engine = new FakeEngine();
  studio = new Studio({ ...studioParts(engine, 100), openStrips: async () => keeper });
  studio.setPrompt('a castle');
  studio.board.add();
  studio.setPrompt('it rains');
  studio.board.add();
  studio.setPrompt('it snows');
  play = new FilmPlay(studio);
});

afterEach(() => {
  play.dispose();
  studio.dispose();
});

async function make(): Promise<void> {
  const done = studio.generate();
  await settle();
  engine.job.finish();
  await done;
  await settle();
}

const films = (): (number | null)[] => play.plan.value.map(({ film }) => film);
const current = (): boolean[] => play.versions.value.map(({ isCurrent }) => isCurrent);

describe('what is played', () => {
  test('nothing before anything is made; then the film on the stage by its own player', async () => {
    expect([play.canPlay.value, play.missing.value]).toEqual([false, [0, 1, 2]]);
    play.toggle();
    expect(play.isPlaying.value).toBe(false);
    await make();
    expect([films(), play.isOnStage.value, play.missing.value]).toEqual([[0], true, []]);
    play.toggle();
    expect([play.isPlaying.value, play.isOpen.value]).toEqual([true, false]);
  });

  test('what was changed is shown as it was, and what was deleted is jumped over', async () => {
    await make();
    studio.board.select(1);
    studio.setPrompt('the sun rises');
    expect(current()).toEqual([true, false, false]);
    expect([films(), play.isOnStage.value]).toEqual([[0], true]);
    studio.board.remove();
    expect([films(), play.isOnStage.value]).toEqual([[0, 0], false]);
    play.toggle();
    expect([play.isPlaying.value, play.isOpen.value]).toEqual([true, true]);
    studio.board.undo();
    expect(films()).toEqual([0]);
  });

  test('the video on the stage has no say once the film is shown in its place, even before it is let go', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0);
    vi.stubGlobal('cancelAnimationFrame', () => {});
    await make();
    const video = Object.assign(new EventTarget(), {
      paused: true,
      currentTime: 0,
      play: async () => {
        video.paused = false;
      },
      pause: () => {
        video.paused = true;
      },
    });
    const end = followStage(play, video as unknown as Parameters<typeof followStage>[1]);
    play.toggle();
    expect(video.paused).toBe(false);
    play.pause();
    play.seek(7);
    expect([video.paused, video.currentTime]).toEqual([true, 7]);
    studio.board.select(1);
    studio.board.remove();
    play.seek(0);
    play.toggle();
    video.dispatchEvent(new Event('seeked')); // late: of what was sought before
    expect([play.isPlaying.value, play.time.value, video.paused]).toEqual([true, 0, true]);
    end();
    expect(play.isPlaying.value).toBe(true);
    vi.unstubAllGlobals();
  });

  test('what was made is as long as it was, whatever is cut off or asked for now', async () => {
    await make();
    const lengths = (): number[] => play.versions.value.map(({ seconds }) => seconds);
    studio.board.select(0);
    studio.board.cut(3);
    studio.board.select(1);
    studio.form.seconds.value = 2;
    expect([current(), lengths()]).toEqual([
      [true, false, false],
      [5, 5, 5],
    ]);
  });

  test('a new part has no pictures and is skipped', async () => {
    await make();
    studio.board.select(0);
    studio.board.add();
    expect([films(), play.missing.value]).toEqual([[0, null, 0], [1]]);
    play.seek(play.starts.value[1]! + 1); // nothing is there: the stage keeps what it shows
    expect([play.isOpen.value, play.segmentAt(play.time.value)]).toEqual([false, 1]);
    play.seek(0);
    expect(play.isOpen.value).toBe(true);
    play.close();
    expect([play.isOpen.value, play.isPlaying.value]).toEqual([false, false]);
  });

  test('the playhead stays on the board', () => {
    const total = play.total.value;
    for (const [asked, got] of [
      [-3, 0],
      [total + 9, total],
      [1.5, 1.5],
    ] as const) {
      play.seek(asked);
      expect(play.time.value).toBe(got);
    }
    expect([play.segmentAt(0), play.segmentAt(total)]).toEqual([0, 2]);
  });
});

describe('while a film is made', () => {
  test('each part says how far it is, and shows its pictures as soon as it is painted', async () => {
    const done = studio.generate();
    await settle();
    engine.job.say({ type: 'segment', index: 0, count: 3, made: false });
    engine.job.say({ type: 'progress', phase: 'denoise', done: 1, total: 6, secondsLeft: 50 });
    expect(play.times.value.get(0)?.fraction).toBeCloseTo(0.5);
    expect(play.times.value.get(2)?.secondsLeft).toBeCloseTo(50);
    engine.job.say({ type: 'painted', index: 0, strip: new Blob(['a strip']) });
    const first = studio.board.identities.value[0]!;
    expect([...play.strips.urls.value.keys()]).toEqual([first]);
    await settle();
    expect(kept.has(first)).toBe(true);
    // A part that is moved meanwhile is not the one that is made.
    studio.board.select(2);
    studio.board.move(-1);
    expect([...play.times.value.keys()]).toEqual([0]);
    engine.job.finish();
    await done;
    expect(play.times.value.size).toBe(0);
  });

  test('pictures of a part that is cut do not take the place of those of the whole', async () => {
    const first = studio.board.identities.value[0]!;
    const paint = async (strip: string): Promise<void> => {
      const done = studio.generate();
      await settle();
      engine.job.say({ type: 'segment', index: 0, count: 3, made: false });
      engine.job.say({ type: 'painted', index: 0, strip: new Blob([strip]) });
      engine.job.finish();
      await done;
      await settle();
    };
    await paint('whole');
    studio.board.select(0);
    studio.board.cut(3);
    await paint('cut');
    expect(await kept.get(first)?.text()).toBe('whole');
  });

  test('a part that is made is played before the film is finished, and by the film from then on', async () => {
    const done = studio.generate();
    await settle();
    engine.job.say({ type: 'segment', index: 0, count: 3, made: false });
    engine.job.say({ type: 'part', index: 0, film: new Blob(['part 1']) });
    engine.job.say({ type: 'segment', index: 1, count: 3, made: false });
    engine.job.say({ type: 'part', index: 1, film: new Blob(['part 2']) });
    expect(play.missing.value).toEqual([2]);
    expect(play.plan.value.map(({ film, first }) => film !== null && first)).toEqual([0, 1, false]);
    const url = await play.urlOf(play.films.value[play.plan.value[0]!.film!]!);
    expect(await (await fetch(url!)).text()).toBe('part 1');
    play.toggle();
    expect([play.isPlaying.value, play.isOpen.value]).toEqual([true, true]);
    engine.job.finish();
    await done;
    expect([play.films.value.length, play.isOnStage.value]).toEqual([1, true]);
    await expect(fetch(url!)).rejects.toThrow();
  });

  test('a film that is watched is not ended by jobs that begin and end, but by whoever asks for a clip', async () => {
    await make();
    studio.board.select(2);
    studio.board.move(-1);
    const watched = (): boolean[] => [play.isOpen.value, play.isPlaying.value];
    play.toggle();
    const done = studio.generate();
    await settle();
    expect(watched()).toEqual([true, true]);
    engine.job.finish();
    await done;
    expect(watched()).toEqual([true, true]);
    play.follow(7);
    play.close();
    expect(play.sought.value).toEqual({ seconds: 7, clip: play.shown.value }); // the stage goes on from there
    studio.board.remove();
    play.toggle();
    expect(watched()).toEqual([true, true]);
    studio.maker.show(studio.maker.shelf.clips.value[1]!);
    expect(watched()).toEqual([false, false]);
    // One that stands still gives way.
    play.seek(0);
    play.pause();
    expect(watched()).toEqual([true, false]);
    const again = studio.generate();
    expect(watched()).toEqual([false, false]);
    await settle();
    engine.job.finish();
    await again;
  });

  test('what a job that was cancelled has made stays to be seen', async () => {
    const done = studio.generate();
    await settle();
    engine.job.say({ type: 'segment', index: 0, count: 3, made: false });
    engine.job.say({ type: 'part', index: 0, film: new Blob(['part 1']) });
    studio.cancel();
    await done;
    expect([play.canPlay.value, play.missing.value]).toEqual([true, [1, 2]]);
  });
});

test('what was changed is shown as it was on a board that comes back', async () => {
  await make();
  studio.board.select(1);
  studio.setPrompt('the sun rises');
  const before = play.versions.value;
  expect(before.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false]);
  const { board } = studio;
  const kept = [board.toJob(), board.madeIdentities(), board.states.value, board.extras.value] as const;
  board.load({ ...kept[0], scene: 'a tower', segments: kept[0].segments.slice(1) });
  expect(play.versions.value.map(({ identity }) => identity)).toEqual([null, null]);
  studio.form.load(kept[0], null, null);
  board.load(...kept);
  expect(play.versions.value).toEqual(before);
});

test('another board begins at its beginning, and what was shown of the one before is forgotten', async () => {
  await make();
  studio.board.select(1);
  studio.board.remove();
  studio.mark.value = { id: 'aa', name: '', isKept: false };
  play.toggle();
  play.seek(4);
  studio.segmentShown.value = { index: 1 };
  studio.mark.value = { id: 'aa', name: 'Castle', isKept: true };
  expect([play.isOpen.value, play.time.value]).toEqual([true, play.starts.value[1]]);
  studio.mark.value = { id: 'bb', name: '', isKept: false };
  expect([play.isOpen.value, play.isPlaying.value, play.time.value]).toEqual([false, false, 0]);
  play.dispose();
  play = new FilmPlay(studio);
  expect(play.time.value).toBe(0);
  studio.segmentShown.value = { index: 1 };
  expect(play.time.value).toBe(play.starts.value[1]);
});

describe('strips', () => {
  test('come back from where they are kept; what is nowhere is told', async () => {
    kept.set('aa', new Blob(['x']));
    const strips = new SegmentStrips(async () => keeper);
    expect(await strips.want(['aa', 'bb'])).toEqual(['bb']);
    expect([...strips.urls.value.keys()]).toEqual(['aa']);
    strips.dispose();
    expect(strips.urls.value.size).toBe(0);
  });

  test('are for this visit alone where nothing can be kept', async () => {
    const strips = new SegmentStrips(() => Promise.reject(new Error('closed')));
    strips.add('aa', new Blob(['x']));
    expect(await strips.want(['aa', 'bb'])).toEqual(['bb']);
    strips.dispose();
  });

  test('in memory are no more than four boards’ worth', () => {
    const strips = new SegmentStrips(async () => null);
    for (let i = 0; i < 200; i++) strips.add(`s${i}`, new Blob(['x']));
    expect(strips.urls.value.size).toBe(144);
    expect(strips.urls.value.has('s199')).toBe(true);
    strips.dispose();
  });
});

test('what is kept with a film is believed as a whole or not at all', () => {
  const shows = [{ identity: 'aa', seconds: 5 }];
  expect(keptSegments({ shows })).toEqual(shows);
  for (const wrong of [
    null,
    'x',
    {},
    { shows: 3 },
    { shows: [...shows, { identity: 3 }] },
    { shows: [null] },
  ])
    expect(keptSegments(wrong)).toEqual([]);
});

test('parts are listed with runs joined, in both languages', () => {
  expect(rangesInWords([1, 2, 4, 5, 6, 9], ', ')).toBe('1, 2, 4–6, 9');
  for (const { missing, older } of Object.values(TIMELINE_TEXTS))
    for (const say of [missing, older]) expect(say([2, 3, 4])).toContain('2–4');
});
