// The main job on WebGPU, by the software adapter: correct everywhere, about 0.3 GFLOP/s, so the clip is tiny.
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readClip } from './clip-file.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

let browser: Browser;
let studio: StudioPage | undefined;
beforeAll(async () => {
  browser = await startBrowser('software-gpu');
});
afterEach(() => studio?.close());
afterAll(() => browser.close());

test('a clip is made on the device that was chosen', async () => {
  const prompt = 'a cat';
  studio = await StudioPage.open(browser);
  const { page, texts } = studio;
  await studio.fillSmallJob(prompt, 1);
  await page.getByLabel(texts.settings.device, { exact: true }).selectOption('webgpu');
  await studio.generate.click();
  await studio.made(prompt, 400_000);
  await page.getByText(/Made on this device with WebGPU/).waitFor();
  expect(readClip(await studio.clipBytes(prompt))).toMatchObject({ seconds: 1, frames: 30 });
  expect(studio.fetched('.wasm')).toHaveLength(1);
  expect(studio.complaints).toEqual([]);
}, 450_000);
