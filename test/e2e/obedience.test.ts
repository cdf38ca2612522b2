// The shipped model does what the words say, as far as a few large patches of colour can tell: a smoke test that weights of
// noise, or words that never reach the model, would fail. Two clips at a time, with one seed, that differ in one word.
import type { Browser, Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CameraMove, cameraMove, type SmallPicture } from '../fixtures/camera-move.ts';
import { clipPatches, mean, type Patches } from './clip-pixels.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

const PATIENCE_MS = 120_000;
const SEED = '7';

/** Patches along each side of what camera moves are told from. */
const CAMERA_PATCHES = 32;
/** Of fourteen clips. Chance alone would obey two. */
const MOVES_OBEYED = 12;

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

interface Moments {
  readonly first: Patches;
  readonly last: Patches;
}

/** Makes a square clip at the model's own steps and guidance. */
async function makeClip(prompt: string, seconds: number): Promise<Locator> {
  const { page, texts } = studio;
  await studio.prompt.fill(prompt);
  await page.getByRole('radio', { name: '1:1' }).check({ force: true });
  await page.getByRole('slider', { name: texts.settings.length }).fill(String(seconds));
  await studio.openAdvanced();
  await page.getByLabel(texts.settings.seed, { exact: true }).fill(SEED);
  await studio.generate.click();
  await studio.made(prompt, PATIENCE_MS);
  return studio.player(prompt);
}

/** The first and the last moment of a two-second clip. */
async function moments(prompt: string): Promise<Moments> {
  const player = await makeClip(prompt, 2);
  return { first: await clipPatches(player, 0), last: await clipPatches(player, 1.9) };
}

/** Mean of one channel (0 red, 1 green, 2 blue) over some rows of patches (0 the uppermost, 7 the lowest). */
const channel = (patches: Patches, c: number, from = 0, to = 7): number =>
  mean(patches.filter((_, i) => i % 3 === c && i >= 24 * from && i < 24 * (to + 1)));

const brightness = (patches: Patches, from = 0, to = 7): number =>
  mean(patches.slice(24 * from, 24 * (to + 1)));

test(
  'colour: a red car is redder than a blue one, in both languages',
  async () => {
    studio = await StudioPage.open(browser);
    const redness = ({ first, last }: Moments): number =>
      mean([first, last].map((p) => channel(p, 0, 2, 6) - channel(p, 2, 2, 6)));
    const [red, blue] = [
      redness(await moments('a red car in the city')),
      redness(await moments('a blue car in the city')),
    ];
    const [zhRed, zhBlue] = [
      redness(await moments('一辆红色的汽车在城市里')),
      redness(await moments('一辆蓝色的汽车在城市里')),
    ];
    console.log(
      `OBEDIENCE colour: red − blue ${(red - blue).toFixed(1)}, in Chinese ${(zhRed - zhBlue).toFixed(1)} levels`,
    );
    expect(red - blue).toBeGreaterThan(8);
    expect(zhRed - zhBlue).toBeGreaterThan(8);
  },
  4 * PATIENCE_MS,
);

test(
  'scene: meadows are green below, snow is bright below, space is dark above',
  async () => {
    studio = await StudioPage.open(browser);
    const meadow = (await moments('a brown dog in a meadow')).first;
    const snow = (await moments('a brown dog in the snow')).first;
    const space = (await moments('a brown dog in space')).first;
    const green = channel(meadow, 1, 6) - (channel(meadow, 0, 6) + channel(meadow, 2, 6)) / 2;
    const bright = brightness(snow, 6) - brightness(meadow, 6);
    const dark = brightness(meadow, 0, 2) - brightness(space, 0, 2);
    console.log(
      `OBEDIENCE scene: green ${green.toFixed(1)}, bright ${bright.toFixed(1)}, dark ${dark.toFixed(1)} levels`,
    );
    expect(green).toBeGreaterThan(20);
    expect(bright).toBeGreaterThan(20);
    expect(dark).toBeGreaterThan(40);
  },
  3 * PATIENCE_MS,
);

test(
  'light: the sky darkens and the sun rises only where the words say so',
  async () => {
    studio = await StudioPage.open(browser);
    const change = ({ first, last }: Moments): number => brightness(last) - brightness(first);
    const darkens = change(await moments('a white house in a meadow, the sky darkens'));
    const rises = change(await moments('a white house in a meadow, the sun rises'));
    console.log(
      `OBEDIENCE light: the sky darkens ${darkens.toFixed(1)}, the sun rises ${rises.toFixed(1)} levels`,
    );
    expect(darkens).toBeLessThan(-15);
    expect(rises).toBeGreaterThan(15);
  },
  2 * PATIENCE_MS,
);

const CAMERA_WORDS: Readonly<Record<CameraMove, readonly [string, string]>> = {
  still: ['the camera is still', '镜头不动'],
  'pan left': ['the camera pans left', '镜头向左移动'],
  'pan right': ['the camera pans right', '镜头向右移动'],
  'tilt up': ['the camera tilts up', '镜头上移'],
  'tilt down': ['the camera tilts down', '镜头下移'],
  'zoom in': ['the camera zooms in', '镜头推近'],
  'zoom out': ['the camera zooms out', '镜头拉远'],
};

test(
  'camera: it pans, tilts and zooms as it is told to, in both languages',
  async () => {
    studio = await StudioPage.open(browser);
    const seen: string[] = [];
    let obeyed = 0;
    for (const [move, words] of Object.entries(CAMERA_WORDS)) {
      for (const [subject, clause] of [
        ['a red house in the meadow, ', words[0]],
        ['一座红色的房子在草地上，', words[1]],
      ] as const) {
        const player = await makeClip(subject + clause, 3);
        const at = async (seconds: number): Promise<SmallPicture> => ({
          side: CAMERA_PATCHES,
          rgb: await clipPatches(player, seconds, CAMERA_PATCHES),
        });
        const made = cameraMove(await at(0), await at(1.5));
        seen.push(made === move ? move : `${made} instead of ${move}`);
        if (made === move) obeyed++;
      }
    }
    console.log(`OBEDIENCE camera: ${obeyed} of ${seen.length}: ${seen.join(', ')}`);
    expect(obeyed).toBeGreaterThanOrEqual(MOVES_OBEYED);
  },
  14 * PATIENCE_MS,
);
