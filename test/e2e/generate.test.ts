// The main job on the built page, without a GPU: words or a picture in, a clip out; cancel; a dropped clip.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/site.ts';
import { readClip } from './clip-file.ts';
import { clipPatches, mean, patchDifference, patchSpread, picturePatches } from './clip-pixels.ts';
import { recordMainThread } from './main-thread.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

const PROMPT = 'an orange cat in a snowy forest, the sun sets';
/** A clip takes about 20 s on two idle cores; a busy machine may need several times that. */
const PATIENCE_MS = 150_000;
/** A visitor feels that the page hangs when a task of its main thread takes longer. */
const MAX_TASK_MS = 50;

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

test('words → Make the clip → a five-second clip plays, and the page never stalls', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.prompt.fill(PROMPT);
  await page.waitForLoadState('networkidle');
  const tasks = await recordMainThread(browser, page, async () => {
    await studio.generate.click();
    await studio.progress.waitFor();
    await studio.made(PROMPT, PATIENCE_MS);
  });
  const player = studio.player(PROMPT);
  // Processor time is what the page itself causes. From beginning to end a task also waits for whatever else runs on the
  // machine, here the software painting of a browser without a GPU and any other program: printed, not judged.
  const busiest = Math.max(0, ...tasks.map(({ cpuMs }) => cpuMs));
  const slow = tasks.filter(({ wallMs }) => wallMs > MAX_TASK_MS).length;
  console.log(
    `MAIN THREAD: at most ${busiest} ms of processor time in a task; longest task with waiting ${tasks[0]?.wallMs ?? 0} ms, ${slow} above ${MAX_TASK_MS} ms`,
  );
  expect(busiest).toBeLessThanOrEqual(MAX_TASK_MS);

  // It plays by itself, and on beyond its end.
  await player.evaluate((video: HTMLVideoElement) => {
    if (video.currentTime > 0.2) return;
    return new Promise((resolve) =>
      video.addEventListener('timeupdate', () => video.currentTime > 0.2 && resolve(null)),
    );
  });
  const { duration, loop, width, height } = await player.evaluate((video: HTMLVideoElement) => ({
    duration: video.duration,
    loop: video.loop,
    width: video.videoWidth,
    height: video.videoHeight,
  }));
  expect({ duration, loop }).toEqual({ duration: 5, loop: true });
  const clip = readClip(await studio.clipBytes(PROMPT));
  expect(clip).toMatchObject({ seconds: 5, frames: 150, width, height });
  expect(width / height).toBeCloseTo(16 / 9, 1);
  // Something is to be seen, and the sun sets: neither black nor flat, and darker at the end.
  const [first, last] = [await clipPatches(player, 0), await clipPatches(player, 4.9)];
  expect(patchSpread(first)).toBeGreaterThan(10);
  expect(mean(last)).toBeLessThan(mean(first) - 20);

  expect(studio.fetched('.wasm')).toHaveLength(1);
  expect(studio.foreign).toEqual([]);
  expect(studio.complaints).toEqual([]);
});

test(
  'a picture becomes the first frame; the clip can be saved; dropped on the page it brings its job back',
  async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    await studio.fillSmallJob('the sky darkens', 3);
    await page.getByLabel(texts.picture.label).setInputFiles(join(ROOT, 'test/fixtures/pictures/scene.jpg'));
    await page.getByRole('img', { name: texts.picture.alt('scene.jpg') }).waitFor();
    await page.getByLabel(texts.settings.seed, { exact: true }).fill('4242');
    await studio.generate.click();
    const player = studio.player('the sky darkens');
    await studio.made('the sky darkens', PATIENCE_MS);
    // The clip begins with the picture (cut to a square), softer than it was.
    const scene = readFileSync(join(ROOT, 'test/fixtures/pictures/scene.jpg')).toString('base64');
    const wanted = await picturePatches(page.locator('body'), scene, 'image/jpeg');
    expect(patchDifference(await clipPatches(player, 0), wanted)).toBeLessThan(20);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: texts.actions.download }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    const bytes = readFileSync(await download.path());
    expect(readClip(bytes)).toMatchObject({ seconds: 1, frames: 30 });
    await studio.close();

    studio = await StudioPage.open(browser); // another visit, another profile
    await drop(studio, bytes, 'clip.mp4', 'video/mp4');
    await studio.page.getByText(texts.notices.restored({ id: 'restored' })).waitFor();
    expect(await studio.prompt.inputValue()).toBe('the sky darkens');
    expect(await studio.page.getByLabel(texts.settings.seed, { exact: true }).inputValue()).toBe('4242');
    expect(await studio.page.getByRole('radio', { name: '1:1' }).isChecked()).toBe(true);
    await studio.openAdvanced();
    expect(await studio.page.getByLabel(texts.settings.steps, { exact: true }).inputValue()).toBe('3');
    expect(await studio.page.getByRole('button', { name: texts.picture.remove }).isVisible()).toBe(true);
  },
  2 * PATIENCE_MS,
);

test(
  'cancel stops within a moment, and the next clip works',
  async () => {
    studio = await StudioPage.open(browser);
    await studio.fillSmallJob(PROMPT, 50);
    await studio.generate.click();
    await studio.page.getByText(studio.texts.stage.phases.denoise).waitFor({ timeout: PATIENCE_MS });
    await studio.cancel.click();
    await studio.page.getByText(studio.texts.stage.cancelled, { exact: true }).waitFor({ timeout: 10_000 });
    expect(await studio.prompt.inputValue()).toBe(PROMPT);

    await studio.fillSmallJob(PROMPT, 1);
    await studio.generate.click();
    await studio.made(PROMPT, PATIENCE_MS);
    expect(studio.complaints).toEqual([]);
  },
  2 * PATIENCE_MS,
);

test(
  'with the keyboard alone, in Chinese and English at once',
  async () => {
    const prompt = 'Superman骑着扫帚，路过月球';
    studio = await StudioPage.open(browser);
    const { page } = studio;
    await studio.fillSmallJob('x', 50);
    await studio.prompt.focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(prompt);
    await page.keyboard.press('Control+Enter');
    await studio.progress.waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(studio.texts.stage.cancelled, { exact: true }).waitFor({ timeout: 30_000 });

    await page.getByLabel(studio.texts.settings.steps, { exact: true }).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('1');
    await studio.generate.focus();
    await page.keyboard.press('Enter');
    await studio.made(prompt, PATIENCE_MS);
  },
  2 * PATIENCE_MS,
);

test(
  'the site works offline once a clip was made: nothing is fetched for the second one',
  async () => {
    studio = await StudioPage.open(browser);
    await studio.fillSmallJob(PROMPT, 1);
    await studio.generate.click();
    await studio.made(PROMPT, PATIENCE_MS);
    const before = studio.responses.length;
    await studio.page.context().setOffline(true);
    await studio.page.getByRole('button', { name: studio.texts.actions.another }).click();
    await studio.progress.waitFor();
    await studio.made(PROMPT, PATIENCE_MS);
    const fetched = studio.responses.slice(before).map((response) => response.url());
    expect(fetched.filter((url) => !url.startsWith('blob:'))).toEqual([]);
  },
  2 * PATIENCE_MS,
);

/** Drops a file on the page as a person would. */
async function drop({ page }: StudioPage, bytes: Buffer, name: string, type: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([base64, fileName, mime]) => {
      const transfer = new DataTransfer();
      const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([data], fileName, { type: mime }));
      return transfer;
    },
    [bytes.toString('base64'), name, type] as const,
  );
  for (const event of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent('body', event, { dataTransfer });
}
