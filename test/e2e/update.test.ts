// A new version is deployed while somebody is at work; and a broken one.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DIST } from '../../scripts/site.ts';
import { buildVariant } from './build-variant.ts';
import { keptFiles, keptOffline } from './kept-files.ts';
import { pageSays } from './page-says.ts';
import { type ServedFolder, serveFolder } from './serve-folder.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;

let browser: Browser;
let next: string;
let broken: string;
let site: ServedFolder;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
  next = await buildVariant((html) =>
    html.replace('</title>', ' 2</title><meta name="build" content="next">'),
  );
  broken = await buildVariant((html) => html.replace(/<script type="module"[^>]*><\/script>/, ''));
});
afterEach(() => site.close());
afterAll(async () => {
  await browser.close();
  for (const folder of [next, broken]) rmSync(folder, { recursive: true, force: true });
});

const isNext = (page: Page): Promise<boolean> =>
  page.evaluate(`!!document.querySelector('meta[name=build]')`);
const lookForUpdate = (page: Page): Promise<unknown> =>
  page.evaluate(async () => (await navigator.serviceWorker.ready).update().then(() => null));

test('a new version waits for the job and for a yes, in every tab; nothing that it shares with the old one is fetched again', {
  timeout: 3 * PATIENCE_MS,
}, async () => {
  site = await serveFolder(DIST, '/');
  const studio = await StudioPage.open(browser, { url: site.url, serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  await expect
    .poll(async () => (await keptFiles(page)).filter((path) => /gguf|wasm$/.test(path)), { timeout: 30_000 })
    .toHaveLength(4);

  // A job that takes longer than all that follows.
  await studio.page.getByRole('slider', { name: texts.settings.length }).fill('5');
  await studio.page.getByLabel(texts.settings.steps, { exact: true }).fill('50');
  await studio.generate.click();
  await studio.progress.waitFor();
  const asked = site.asked.length;
  site.show(next);
  await lookForUpdate(page);
  await page.getByText(texts.life.updateAfterJob).waitFor();
  const update = page.getByRole('button', { name: texts.life.update });
  expect(await update.getAttribute('aria-disabled')).toBe('true');
  await update.click({ force: true });

  // Another tab still opens the version in use, and cannot take it from the job either.
  const other = await page.context().newPage();
  await other.goto(site.url);
  await other.getByText(texts.life.updateWaiting).waitFor();
  expect(await isNext(other)).toBe(false);
  await other.getByRole('button', { name: texts.life.update }).click();
  await other.getByText(texts.life.updateBusy).waitFor();
  expect(await isNext(page)).toBe(false);
  expect(await studio.progress.isVisible()).toBe(true);
  await other.close();

  await studio.cancel.click();
  await studio.progress.waitFor({ state: 'hidden' });
  await page.getByText(texts.life.updateWaiting).waitFor();
  await update.click();
  await pageSays(page, `document.querySelector('meta[name=build]')`);
  await studio.prompt.waitFor();
  expect(site.asked.slice(asked).filter((path) => path.startsWith('/assets/'))).toEqual([]);
  expect(site.missed).toEqual([]);
  // The new version is as offline as the old one was.
  await site.close();
  await page.reload();
  expect(await isNext(page)).toBe(true);
  await studio.fillSmallJob('a dog', 1);
  await studio.generate.click();
  await studio.made('a dog', PATIENCE_MS);
  await studio.close();
});

test('“Later” leaves the new version for another visit', async () => {
  site = await serveFolder(DIST, '/');
  const studio = await StudioPage.open(browser, { url: site.url, serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  site.show(next);
  await lookForUpdate(page);
  await page.getByRole('button', { name: texts.life.later }).click();
  await page.getByText(texts.life.updateWaiting).waitFor({ state: 'hidden' });
  await page.reload();
  expect(await isNext(page)).toBe(false);
  await page.getByText(texts.life.updateWaiting).waitFor();
  await studio.close();
});

test('out of a version that shows nothing leads “?reset”: everything anew from the network, and then offline again', async () => {
  site = await serveFolder(DIST, '/');
  const studio = await StudioPage.open(browser, { url: site.url, serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  site.show(broken);
  await lookForUpdate(page);
  await page.getByRole('button', { name: texts.life.update }).click();
  await pageSays(page, `!document.querySelector('script')`);
  site.show(DIST); // mended, but what is kept is broken
  await page.reload();
  expect(await page.locator('#app').textContent()).toBe('');
  await page.goto(`${site.url}?reset`);
  await studio.prompt.waitFor();
  await pageSays(page, `location.search === ''`);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(await keptFiles(page)).toEqual([]);
  await page.reload();
  await keptOffline(page);
  await site.close();
  await page.reload();
  await studio.prompt.waitFor();
  await studio.close();
});

test('a half-deployed version is not taken: the old one goes on, whole', async () => {
  site = await serveFolder(DIST, '/');
  const studio = await StudioPage.open(browser, { url: site.url, serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  const half = mkdtempSync(join(tmpdir(), 'kindling-half-'));
  try {
    cpSync(next, half, { recursive: true });
    writeFileSync(join(half, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>'); // not the one of this build
    site.show(half);
    await lookForUpdate(page).catch(() => null);
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const { installing, waiting } = await navigator.serviceWorker.ready;
          return !installing && !waiting;
        }),
      )
      .toBe(true);
    expect(await page.getByText(texts.life.updateWaiting).count()).toBe(0);
    await page.reload();
    await studio.prompt.waitFor();
    expect(await isNext(page)).toBe(false);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  await studio.close();
});
