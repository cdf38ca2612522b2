// A storyboard from typing to the played film, on the built page: going on, changing one's mind, and closing the page in the middle.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/site.ts';
import { parseJobRecord } from '../../src/protocol/job-file.ts';
import { readJobFromMp4 } from '../../src/protocol/mp4-job.ts';
import { BOARDS_TEXTS } from '../../src/ui/texts/boards-texts.ts';
import { QUEUE_TEXTS } from '../../src/ui/texts/queue-texts.ts';
import { ROOM_TEXTS } from '../../src/ui/texts/room-texts.ts';
import { TAKES_TEXTS } from '../../src/ui/texts/takes-texts.ts';
import { TIMELINE_TEXTS } from '../../src/ui/texts/timeline-texts.ts';
import { readClip } from './clip-file.ts';
import { watchFrames } from './shown-frames.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** Two busy cores may take this long for a tiny film. */
const PATIENCE_MS = 90_000;
/** The film is a few seconds long, and has to be loaded first. */
const WATCHED = { timeout: 20_000 };
const SCENE = 'a purple castle on a hill';

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

const QUEUE = QUEUE_TEXTS.en;
const button = (name: string): Locator => studio.page.getByRole('button', { name, exact: true });
const words = (part: number): Locator =>
  studio.page.getByRole('textbox', { name: studio.texts.board.prompt(part) });
const parts = (): Locator =>
  studio.page.getByRole('region', { name: studio.texts.board.label }).getByRole('listitem');
const states = async (): Promise<string[]> => {
  const { board } = studio.texts;
  const labels = await parts()
    .getByRole('button')
    .evaluateAll((all) => all.map((one) => one.textContent ?? ''));
  return labels.map(
    (label) => [...Object.values(board.states), board.making].find((state) => label.includes(state)) ?? label,
  );
};

const timeline = TIMELINE_TEXTS.en;
const playhead = (): Locator => studio.page.getByRole('slider', { name: timeline.playhead });
const position = (): Promise<string | null> => playhead().getAttribute('aria-valuetext');
/** Which parts show pictures. */
const pictured = (): Promise<boolean[]> =>
  parts().evaluateAll((all) =>
    all.map((part) =>
      [...part.querySelectorAll('span')].some((one) =>
        getComputedStyle(one).backgroundImage.includes('blob:'),
      ),
    ),
  );

async function addParts(): Promise<void> {
  const { tools } = studio.texts.board;
  await words(2).fill('the sun goes down, the sky darkens');
  await button(tools.add).click();
  await words(3).fill('then fog rises');
}

async function makeFilm(): Promise<void> {
  await button(studio.texts.board.generate).click();
}

const filmMade = async (): Promise<void> => {
  await button(studio.texts.actions.enqueue).waitFor({ timeout: PATIENCE_MS });
  await button(studio.texts.board.generate).waitFor({ timeout: PATIENCE_MS });
  await studio.made(SCENE, PATIENCE_MS);
};

test('a clip is gone on from, part by part, and what is changed is made again', async () => {
  studio = await StudioPage.open(browser);
  const { board } = studio.texts;
  await studio.fillSmallJob(SCENE);
  await studio.generate.click();
  await studio.made(SCENE, PATIENCE_MS);
  await button(board.goOn).click();
  expect(await words(2).evaluate((field) => field === document.activeElement)).toBe(true);
  await addParts();
  expect(await states()).toEqual([board.states.made, board.states.new, board.states.new]);
  await makeFilm();
  await studio.progress.waitFor();
  // Its pictures are there as soon as a part is painted, while the next is made.
  await expect.poll(pictured, { timeout: PATIENCE_MS }).toEqual([true, true, false]);
  expect(await studio.progress.isVisible()).toBe(true);
  await filmMade();
  expect(await states()).toEqual(Array(3).fill(board.states.made));
  expect(await pictured()).toEqual([true, true, true]);
  const film = await studio.clipBytes(SCENE);
  expect(readClip(film)).toMatchObject({ frames: 90 });
  const { job } = parseJobRecord(await readJobFromMp4(film));
  expect(job).toMatchObject({ scene: SCENE, segments: [{ prompt: '' }, {}, { prompt: 'then fog rises' }] });

  await parts().nth(1).getByRole('button').click();
  await words(2).fill('the sun rises');
  expect(await states()).toEqual([board.states.made, board.states.outdated, board.states.based]);
  await button(board.tools.undo).click(); // the last change of the list: adding part 3
  expect(await parts().count()).toBe(2);
  await button(board.tools.redo).click();
  expect(await parts().count()).toBe(3);
  await parts().nth(1).getByRole('button').click();
  expect(await words(2).inputValue()).toBe('the sun rises');
  await makeFilm();
  await filmMade();
  const changed = await studio.clipBytes(SCENE);
  expect(readClip(changed)).toMatchObject({ frames: 90 });
  expect(Buffer.from(changed).equals(film)).toBe(false);

  // One film shows the whole board: its own player and the playhead go together.
  await playhead().focus();
  await expect.poll(position, WATCHED).toBe(timeline.position(2, '0:01', '0:03')); // it plays already
  await studio.page.keyboard.press('Space');
  await studio.page.keyboard.press('End');
  await expect.poll(position).toBe(timeline.position(3, '0:03', '0:03'));
  await studio.page.keyboard.press('Home');
  await studio.page.keyboard.press('ArrowRight');
  await expect.poll(position).toBe(timeline.position(2, '0:01', '0:03'));
  const playerAt = (): Promise<number> =>
    studio.player(SCENE).evaluate((video: HTMLVideoElement) => video.currentTime);
  await expect.poll(playerAt).toBeCloseTo(1, 2);

  // Without the part in the middle it is played across the gap.
  await parts().nth(1).getByRole('button').focus();
  await studio.page.keyboard.press('Delete');
  await playhead().focus();
  await studio.page.keyboard.press('Home');
  const frames = await watchFrames(studio.page.getByRole('figure', { name: timeline.film }));
  await studio.page.keyboard.press('Space');
  await expect.poll(position, WATCHED).toBe(timeline.position(2, '0:02', '0:02'));
  const change = await frames.change();
  console.log(
    `Change of film: ${change.milliseconds} ms between the last frame of one part and the first of the next that is later than its first; ${change.frames} frames of film`,
  );
  expect(change).toMatchObject({ left: expect.closeTo(1, 1), entered: expect.closeTo(2, 1) });
  expect(change.milliseconds).toBeLessThan(500); // two frames, 67 ms, on an idle machine
  await button(board.tools.undo).click();
  expect(await parts().count()).toBe(3);
  // The stage's own player goes on where that ended.
  await button(timeline.close).click();
  await expect.poll(playerAt).toBeCloseTo(2, 1);

  // A branch at part 2: nothing of it is made again, and the old board is untouched.
  const all = BOARDS_TEXTS.en;
  const keptSegments = (): Promise<string[]> =>
    studio.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const names: string[] = [];
      for await (const name of (await root.getDirectoryHandle('segments')).keys()) names.push(name);
      return names.sort();
    });
  const before = await keptSegments();
  await parts().nth(1).getByRole('button').click();
  await button(all.open(0)).click();
  await button(all.branch(2)).click();
  await expect.poll(() => parts().count()).toBe(2);
  expect(await states()).toEqual(Array(2).fill(board.states.made));
  await makeFilm();
  await filmMade();
  expect(readClip(await studio.clipBytes(SCENE))).toMatchObject({ frames: 60 });
  expect(await keptSegments()).toEqual(before);

  // Saved as a file, deleted, and opened again from it.
  await button(all.open(1)).click();
  const download = studio.page.waitForEvent('download');
  await button(all.saveIt(`${SCENE} (2)`)).click();
  const saved = readFileSync(await (await download).path());
  await button(all.removeIt(`${SCENE} (2)`)).click();
  await button(all.reallyRemove).click();
  await expect.poll(() => button(all.showIt(SCENE)).count()).toBe(1);
  await studio.page.keyboard.press('Escape');
  const give = { name: 'saved.kindling.json', mimeType: 'application/json' };
  await studio.page.setInputFiles('input[type="file"]', { ...give, buffer: saved });
  await expect.poll(() => parts().count()).toBe(2);
  expect(JSON.parse(saved.toString())).toMatchObject({ title: `${SCENE} (2)`, segments: [{}, {}] });
  await button(all.open(1)).click();
  await button(all.showIt(SCENE)).click();
  await expect.poll(() => parts().count()).toBe(3);
  expect(await states()).toEqual(Array(3).fill(board.states.made));

  // Another take of part 2: the film up to it, and part 3 waits.
  const { takes, again, compare } = TAKES_TEXTS.en;
  await button(takes.another).click();
  await filmMade();
  expect(readClip(await studio.clipBytes(SCENE))).toMatchObject({ frames: 60 });
  expect(await states()).toEqual([board.states.made, board.states.made, board.states.based]);
  await button(again.press(1)).waitFor();

  // Side by side, the older one put together from what is kept: after a reload there is no film that shows it.
  await studio.page.reload();
  await parts().nth(2).waitFor();
  await button(takes.compare).click();
  const videos = studio.page.getByRole('dialog').locator('video');
  await expect.poll(() => videos.count(), { timeout: PATIENCE_MS }).toBe(2);
  await button(compare.pause).click();
  await studio.page.getByRole('slider', { name: compare.place }).fill('0.5');
  await expect
    .poll(() => videos.evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime)))
    .toEqual([1.5, 1.5]);
  await button(compare.use(1)).click();
  await button(compare.close).click();
  expect(await states()).toEqual(Array(3).fill(board.states.made));
  await makeFilm(); // all of it is kept
  expect(Buffer.from(await studio.clipBytes(SCENE)).equals(changed)).toBe(true);
});

test('a film whose page is closed in the middle goes on where it stopped, and comes out the same', async () => {
  studio = await StudioPage.open(browser);
  const { board, notices } = studio.texts;
  await studio.fillSmallJob(SCENE);
  const photo = join(ROOT, 'test/fixtures/pictures/scene.jpg');
  await studio.page.setInputFiles('input[type="file"]', photo);
  await studio.page.getByRole('button', { name: studio.texts.picture.remove }).waitFor();
  await studio.generate.click();
  await studio.made(SCENE, PATIENCE_MS);
  await button(board.goOn).click();
  await addParts();
  await makeFilm();
  await studio.page.waitForFunction(
    (label) => document.querySelector('.phase')?.textContent?.startsWith(label),
    board.progress(2, 3),
    { timeout: PATIENCE_MS },
  );
  await studio.page.reload();
  await studio.page.getByText(notices.interrupted({ id: 'interrupted' })).waitFor();
  await parts().nth(2).waitFor();
  await studio.page.getByRole('button', { name: studio.texts.picture.remove }).waitFor();
  // The pictures of what was painted are kept, and what a film shows can be played.
  await expect.poll(pictured).toEqual([true, false, false]);
  await button(timeline.play).click();
  await expect.poll(position, WATCHED).toBe(timeline.position(2, '0:01', '0:03'));
  await makeFilm();
  await filmMade();
  const film = await studio.clipBytes(SCENE);
  expect(readClip(film)).toMatchObject({ frames: 90 });

  await studio.page.evaluate(async () => {
    await (await navigator.storage.getDirectory()).removeEntry('segments', { recursive: true });
  });
  await makeFilm();
  await filmMade();
  expect(Buffer.from(await studio.clipBytes(SCENE)).equals(film)).toBe(true);
});

test('the parts are reached and changed from the keyboard', async () => {
  studio = await StudioPage.open(browser);
  await studio.page.setInputFiles('input[type="file"]', {
    name: 'board.json',
    mimeType: 'application/json',
    buffer: readFileSync(join(ROOT, 'test/fixtures/storyboards/castle.json')),
  });
  await parts().nth(3).waitFor();
  const chosen = (): Promise<string | null> =>
    studio.page.evaluate(() => document.activeElement?.textContent ?? null);
  await parts().nth(0).getByRole('button').focus();
  const keys = studio.page.keyboard;
  await keys.press('End');
  await expect.poll(chosen).toContain('fog rises');
  await keys.press('ArrowLeft');
  await expect.poll(chosen).toContain('lights come on');
  await keys.press('Alt+ArrowLeft');
  await expect.poll(chosen).toMatch(/^Part 2.*lights come on/);
  await keys.press('Delete');
  await expect.poll(() => parts().count()).toBe(3);
  await button(studio.texts.board.tools.undo).press('Enter');
  await expect.poll(() => parts().count()).toBe(4);
  await keys.press('Escape'); // nothing runs: nothing happens
  expect(await parts().count()).toBe(4);
  // With the mouse: the first behind the third.
  await studio.page.setViewportSize({ width: 1280, height: 1000 });
  await parts().nth(0).scrollIntoViewIfNeeded();
  await parts().nth(0).hover();
  const third = (await parts().nth(2).boundingBox())!;
  await studio.page.mouse.down();
  await studio.page.mouse.move(third.x + third.width / 2, third.y + 20, { steps: 4 });
  await studio.page.mouse.move(third.x + third.width, third.y + 20, { steps: 4 });
  await studio.page.mouse.up();
  await expect.poll(() => parts().nth(2).textContent()).toContain('in the daytime');
});

test('thirty-six parts on a phone: all in view, large again, and quick to type in', async () => {
  studio = await StudioPage.open(browser, { context: { viewport: { width: 360, height: 740 } } });
  const board = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/storyboards/castle.json'), 'utf8'));
  const segments = Array.from({ length: 36 }, (_, i) => ({ ...board.segments[i % 4], seed: i }));
  await studio.page.setInputFiles('input[type="file"]', {
    name: 'long.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...board, segments })),
  });
  await parts().nth(35).waitFor();
  const width = async (part: number): Promise<number> => (await parts().nth(part).boundingBox())!.width;
  const isWithin = (): Promise<boolean> =>
    studio.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  expect(await width(0)).toBeGreaterThan(100);
  expect(await isWithin()).toBe(true);
  await button(timeline.whole).click();
  await expect.poll(() => width(0)).toBeLessThan(10);
  const ends = [(await parts().nth(0).boundingBox())!, (await parts().nth(35).boundingBox())!];
  expect(ends[0]!.x).toBeGreaterThanOrEqual(0);
  expect(ends[1]!.x + ends[1]!.width).toBeLessThanOrEqual(360);
  for (let i = 0; i < 10; i++) await button(timeline.closer).click();
  await expect.poll(() => width(0)).toBeGreaterThan(400);
  expect(await isWithin()).toBe(true);

  await words(1).focus();
  const times = await studio.page.evaluate(async () => {
    const field = document.activeElement as HTMLTextAreaElement;
    const all: number[] = [];
    for (let i = 0; i < 20; i++) {
      const started = performance.now();
      field.setRangeText('x', field.value.length, field.value.length, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      void document.body.offsetHeight; // what has changed is laid out
      all.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return all.sort((a, b) => a - b);
  });
  console.log(
    `A key with 36 parts: ${times[10]!.toFixed(1)} ms in the middle, ${times[19]!.toFixed(1)} ms at most`,
  );
  expect(times[10]).toBeLessThan(200); // the wait for the next frame included
});

test('somebody else’s video is gone on from, and one that cannot be played is refused', async () => {
  studio = await StudioPage.open(browser);
  const { notices, errors, picture } = studio.texts;
  await studio.fillSmallJob(SCENE);
  await studio.generate.click();
  await studio.made(SCENE, PATIENCE_MS);
  const bytes = Buffer.from(await studio.clipBytes(SCENE));
  bytes.write('x', bytes.indexOf('kindling.job') + 'kindling.'.length); // its settings under a name that nobody knows
  const give = (buffer: Buffer, name: string): Promise<void> =>
    studio.page.setInputFiles('input[type="file"]', { name, mimeType: 'video/mp4', buffer });
  await give(bytes, 'holiday.mp4');
  await studio.page.getByText(notices['last-frame']({ id: 'last-frame', name: 'holiday.mp4' })).waitFor();
  await studio.page.getByRole('button', { name: picture.remove }).waitFor();
  await studio.generate.click();
  await button(studio.texts.actions.enqueue).waitFor();
  await button(studio.texts.actions.generate).waitFor({ timeout: PATIENCE_MS });
  const { job } = parseJobRecord(await readJobFromMp4(await studio.clipBytes(SCENE)));
  expect(job.segments[0]?.picture).toEqual({ fit: 'crop' });
  await give(bytes.subarray(0, 4000), 'cut.mp4');
  await studio.page
    .getByText(errors['input/no-job-in-file'].title)
    .or(studio.page.getByText(errors['input/job'].title))
    .waitFor();
});

test('finished films are kept: played, renamed, edited and deleted after a reload', async () => {
  studio = await StudioPage.open(browser);
  const { gallery, settings } = studio.texts;
  await studio.fillSmallJob('a red ball on the beach');
  await studio.generate.click();
  await studio.made('a red ball on the beach', PATIENCE_MS);
  const bytes = await studio.clipBytes('a red ball on the beach');
  await button(gallery.open(1)).waitFor();
  await studio.page.reload();
  await button(gallery.open(1)).click();
  const title = studio.page.getByRole('textbox', { name: gallery.rename });
  await title.fill('My ball');
  await title.press('Tab');
  await button(gallery.play('My ball')).click();
  await studio.made('a red ball on the beach', PATIENCE_MS);
  expect(Buffer.from(await studio.clipBytes('a red ball on the beach')).equals(bytes)).toBe(true);
  expect(await studio.prompt.inputValue()).toBe('');

  await button(gallery.open(1)).click();
  await button(gallery.edit).click();
  await expect.poll(() => studio.prompt.inputValue()).toBe('a red ball on the beach');
  expect(await studio.page.getByLabel(settings.steps, { exact: true }).inputValue()).toBe('2');

  // While another is made it plays where it lies: the stage is taken.
  await studio.fillSmallJob('a tree in the snow', 12);
  await studio.generate.click();
  await studio.progress.waitFor();
  await button(gallery.open(1)).click();
  await button(gallery.play('My ball')).click();
  const playing = studio.page.getByLabel('My ball', { exact: true });
  await expect
    .poll(() => playing.evaluate((video: HTMLVideoElement) => video.currentTime))
    .toBeGreaterThan(0);
  expect(await playing.evaluate((video) => video === document.activeElement)).toBe(true);
  expect(await studio.progress.count()).toBe(1);
  await studio.page.keyboard.press('Escape');
  await studio.cancel.click();
  await studio.progress.waitFor({ state: 'detached' });

  await button(gallery.open(1)).click();
  await button(gallery.remove('My ball')).click();
  await button(gallery.keep).click();
  await button(gallery.remove('My ball')).click();
  await button(gallery.reallyRemove).click();
  await expect.poll(() => studio.page.getByRole('listitem').filter({ has: title }).count()).toBe(0);
  await studio.page.keyboard.press('Escape');
  expect(await button(gallery.open(1)).count()).toBe(0);
});

test('clips wait for each other, over a reload, and another tab shows what is made', async () => {
  studio = await StudioPage.open(browser);
  const { actions, gallery } = studio.texts;
  const waiting = (page = studio.page): Locator =>
    page.getByRole('region', { name: QUEUE.title }).getByRole('listitem');
  await studio.fillSmallJob('a red ball on the beach', 12);
  await studio.generate.click();
  await studio.progress.waitFor();
  await studio.fillSmallJob('a tree in the snow', 1);
  await studio.page.waitForTimeout(500); // sooner, it would be the same press
  await button(actions.enqueue).click();
  await waiting().filter({ hasText: 'a tree in the snow' }).waitFor();

  const other = await studio.page.context().newPage();
  await other.goto(studio.page.url());
  await other.getByText(QUEUE.elsewhere).waitFor();
  await other.getByText('a red ball on the beach').waitFor();
  await other.getByRole('button', { name: actions.enqueue }).waitFor();
  expect(await waiting(other).count()).toBe(1);

  await studio.page.reload();
  await studio.page.getByText(QUEUE.restored).waitFor();
  await other.getByText(QUEUE.elsewhere).waitFor({ state: 'detached' });
  await other.close();
  expect(await waiting().allTextContents()).toEqual([
    expect.stringContaining('a red ball on the beach'),
    expect.stringContaining('a tree in the snow'),
  ]);
  await button(QUEUE.goOn).click();
  await button(gallery.open(2)).waitFor({ timeout: PATIENCE_MS });
  await studio.made('a tree in the snow', PATIENCE_MS);
  expect(await waiting().count()).toBe(0);

  // What one tab makes another can stop.
  await studio.fillSmallJob('a moon over the sea', 30);
  await studio.generate.click();
  await studio.progress.waitFor();
  const third = await studio.page.context().newPage();
  await third.goto(studio.page.url());
  await third.getByText('a moon over the sea').waitFor();
  await third.getByRole('button', { name: actions.cancel }).click();
  await third.getByText(QUEUE.elsewhere).waitFor({ state: 'detached' });
  await studio.page.getByText(studio.texts.stage.cancelled, { exact: true }).waitFor();
  await third.close();
});

test('two tabs keep a storyboard each: the first its own over a reload, the second in the list', async () => {
  studio = await StudioPage.open(browser);
  const { board } = studio.texts;
  const write = async (page: Page, ...prompts: readonly string[]): Promise<void> => {
    const segments = prompts.map((prompt) => ({ prompt }));
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({
        name: 'board.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify({ segments })),
      });
    await page.getByRole('region', { name: board.label }).waitFor();
  };
  await write(studio.page, SCENE, 'the sun goes down');
  const other = await studio.page.context().newPage();
  await other.goto(studio.page.url());
  await other.waitForTimeout(1500); // it knows by then that it is the second
  await write(other, 'a red ball', 'it rolls away');
  await words(1).fill('fog rises');
  await other.waitForTimeout(500);
  await other.close();
  await studio.page.reload();
  await expect.poll(() => words(1).inputValue()).toBe('fog rises');
  await button(BOARDS_TEXTS.en.open(1)).click();
  await studio.page.getByRole('region', { name: 'a red ball' }).waitFor();
});

test('a film that finds no room waits until there is some, and is kept then', async () => {
  studio = await StudioPage.open(browser);
  const { gallery } = studio.texts;
  const texts = ROOM_TEXTS.en;
  const session = await studio.page.context().newCDPSession(studio.page);
  const { origin } = new URL(studio.page.url());
  await studio.fillSmallJob('a red ball on the beach', 1);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await studio.generate.click();
  await studio.page.getByRole('heading', { name: texts.title }).waitFor({ timeout: PATIENCE_MS });
  await button(texts.makeRoom).click();
  await studio.page.getByRole('dialog').waitFor();
  await studio.page.keyboard.press('Escape');
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await button(texts.goOn).click();
  await button(gallery.open(1)).waitFor({ timeout: PATIENCE_MS });
});
