// The promise “after one visit the network can be cut”, with a network that can be.
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { afterEach, expect, test } from 'vitest';
import { DIST } from '../../scripts/site.ts';
import { ZH } from '../../src/ui/texts/zh.ts';
import { readClip } from './clip-file.ts';
import { keptFiles, keptOffline } from './kept-files.ts';
import { type OnlyHostProxy, startOnlyHostProxy } from './only-host-proxy.ts';
import { type ServedFolder, serveFolder } from './serve-folder.ts';
import { type SiteProcess, startSite } from './site-process.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;
/** What a browser needs for a clip, besides the page: the one runtime that it uses, and the weights. */
const forAClip = (hasPromiseIntegration: boolean): string[] => [
  `assets/ort-wasm-simd-threaded.${hasPromiseIntegration ? 'jspi' : 'asyncify'}.mjs`,
  `assets/ort-wasm-simd-threaded.${hasPromiseIntegration ? 'jspi' : 'asyncify'}.wasm`,
  `assets/ort.${hasPromiseIntegration ? 'jspi' : 'webgpu'}.min.js`,
  'assets/seedling-codec-f16.gguf',
  'assets/seedling-text-q8_0.gguf',
  'assets/seedling-transformer-q8_0.gguf',
  'assets/tokenizer.json',
];

let site: SiteProcess | undefined;
let folder: ServedFolder | undefined;
let proxy: OnlyHostProxy | undefined;
let browser: Browser | undefined;
afterEach(async () => {
  await browser?.close();
  await Promise.all([site?.kill(), folder?.close(), proxy?.close()]);
  site = folder = proxy = browser = undefined;
});

test('after one visit with one clip, everything works with the server killed, and nobody else was ever asked', {
  timeout: 3 * PATIENCE_MS,
}, async () => {
  site = await startSite();
  proxy = await startOnlyHostProxy(new URL(site.url).host);
  browser = await startBrowser('no-gpu', { proxy: proxy.server });
  const studio = await StudioPage.open(browser, { url: site.url, serviceWorker: true });
  const { page } = studio;
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  await keptOffline(page);
  const needed = forAClip(await page.evaluate(`'Suspending' in WebAssembly`));
  const forClips = (paths: string[]): string[] =>
    paths.filter((path) => /\/ort[.-]|gguf|tokenizer/.test(path));
  await expect.poll(async () => forClips(await keptFiles(page)), { timeout: 30_000 }).toEqual(needed);

  await site.kill();
  const before = proxy.asked.length;
  await page.reload();
  await studio.prompt.waitFor();
  expect(await page.evaluate('crossOriginIsolated')).toBe(true);
  // Generate, play, download.
  await studio.fillSmallJob('a dog', 1);
  await studio.generate.click();
  await studio.made('a dog', PATIENCE_MS);
  await studio.player('a dog').evaluate(async (video: HTMLVideoElement) => {
    await video.play();
    await new Promise((resolve) => {
      video.ontimeupdate = () => video.currentTime > 0.1 && resolve(null);
    });
  });
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: studio.texts.actions.download }).click();
  const saved = readFileSync(await (await saving).path());
  expect(readClip(saved)).toMatchObject({ seconds: 1, frames: 30 });
  // What most visits never fetch: the other language, the word list, the list of models, a file that is opened.
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: ZH.actions.generate, exact: true }).waitFor();
  await page.getByRole('button', { name: ZH.models.open('Seedling') }).click();
  await page.getByRole('dialog', { name: ZH.models.title }).locator('[data-model]').nth(2).waitFor();
  await page.keyboard.press('Escape');
  await page
    .getByLabel(ZH.picture.label)
    .setInputFiles({ name: 'clip.mp4', mimeType: 'video/mp4', buffer: saved });
  await page.getByText(ZH.notices.restored({ id: 'restored' })).waitFor();

  // Looking for a new version is the browser's own doing; nothing else is even asked for.
  expect(new Set(proxy.asked.slice(before))).toEqual(new Set(['GET /service-worker.js']));
  expect(proxy.foreign).toEqual([]);
  expect(studio.complaints).toEqual([]);
  await studio.close();
});

test('under another path it keeps itself too: opens and makes a clip with the server gone', {
  timeout: 3 * PATIENCE_MS,
}, async () => {
  folder = await serveFolder(DIST, '/some/path/');
  browser = await startBrowser('no-gpu');
  const studio = await StudioPage.open(browser, { url: folder.url, serviceWorker: true });
  await keptOffline(studio.page);
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  const needed = forAClip(await studio.page.evaluate(`'Suspending' in WebAssembly`));
  await expect
    .poll(() => keptFiles(studio.page), { timeout: 30_000 })
    .toEqual(expect.arrayContaining(needed));
  await folder.close();
  await studio.page.reload();
  await studio.fillSmallJob('a dog', 1);
  await studio.generate.click();
  await studio.made('a dog', PATIENCE_MS);
  expect(readClip(await studio.clipBytes('a dog'))).toMatchObject({ seconds: 1, frames: 30 });
  expect(folder.missed).toEqual([]);
  await studio.close();
});

test('on a host that sends no headers it works with one thread, and from the second visit on with all', {
  timeout: 3 * PATIENCE_MS,
}, async () => {
  folder = await serveFolder(DIST, '/', { headers: {} });
  browser = await startBrowser('no-gpu');
  const studio = await StudioPage.open(browser, { url: folder.url, serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  for (const isIsolated of [false, true]) {
    expect(await page.evaluate('crossOriginIsolated')).toBe(isIsolated);
    await studio.fillSmallJob('a cat', 1);
    await studio.generate.click();
    await studio.made('a cat', PATIENCE_MS);
    const threads = isIsolated ? await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency)) : 1;
    await page.getByText(texts.report.devices.wasm(null, threads)).first().waitFor();
    await page.reload();
    await studio.prompt.waitFor();
  }
  expect(studio.complaints).toEqual([]);
  await studio.close();
});
