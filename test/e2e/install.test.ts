// The studio as an app of its own: what systems ask of it, and what it asks of them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { BASE_FLAGS } from '../../scripts/browser-flags.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { ROOT } from '../../scripts/site.ts';
import { keptOffline } from './kept-files.ts';
import { pageSays } from './page-says.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;
const PICTURE = readFileSync(join(ROOT, 'test/fixtures/pictures/scene.jpg'));

let browser: Browser;
let studio: StudioPage | undefined;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(() => browser.close());

test('Chromium finds nothing that speaks against installing it, and understands the whole manifest', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'kindling-profile-')); // in a private window nothing can be installed
  const found = findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    ...(found && { executablePath: found.path }),
    args: [...BASE_FLAGS, '--disable-gpu'],
  });
  try {
    const page = await context.newPage();
    await page.goto(inject('siteUrl'));
    await keptOffline(page);
    const devtools = await context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
    const { errors, data } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? '') as {
      readonly icons: readonly { readonly src: string; readonly sizes: string; readonly purpose: string }[];
      readonly screenshots: readonly { readonly src: string; readonly sizes: string }[];
    };
    expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
    // The pictures are there, and as large as it says.
    for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots]) {
      const size = await page.evaluate(async (address) => {
        const { width, height } = await createImageBitmap(await (await fetch(address)).blob());
        return `${width}x${height}`;
      }, src);
      expect([src, size]).toEqual([src, sizes]);
    }
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('a picture from the share sheet becomes the first frame, once', async () => {
  studio = await StudioPage.open(browser, { serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  const sent = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const form = new FormData();
    form.set('file', new File([bytes], '雪 & snow.jpg', { type: 'image/jpeg' }));
    const response = await fetch('./share', { method: 'POST', body: form, redirect: 'manual' });
    return response.type;
  }, PICTURE.toString('base64'));
  expect(sent).toBe('opaqueredirect');
  await page.goto(`${inject('siteUrl')}?shared`);
  await page.getByRole('img', { name: texts.picture.alt('雪 & snow.jpg') }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.goto(`${inject('siteUrl')}?shared`);
  await pageSays(page, `location.search === ''`);
  expect(await page.getByRole('img', { name: texts.picture.alt('雪 & snow.jpg') }).count()).toBe(0);
  expect(studio.complaints).toEqual([]);
});

test('a file that the app is opened with is opened; so is the list that a shortcut names', async () => {
  studio = await StudioPage.open(browser, {
    // The system's part: it hands over files when a file is opened with the app.
    script: `LaunchQueue.prototype.setConsumer = (take) => { globalThis.launch = take; };`,
  });
  const { page, texts } = studio;
  await pageSays(page, 'globalThis.launch');
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const handle = await (await navigator.storage.getDirectory()).getFileHandle('a.jpg', { create: true });
    const stream = await handle.createWritable();
    await stream.write(bytes);
    await stream.close();
    const { launch } = globalThis as unknown as { launch: (params: object) => void };
    launch({ files: [handle] });
  }, PICTURE.toString('base64'));
  await page.getByRole('img', { name: texts.picture.alt('a.jpg') }).waitFor();
  await page.evaluate(`launch({ files: [], targetURL: location.href + '?open=models' })`);
  await page.getByRole('dialog', { name: texts.models.title }).waitFor();
});

/** The browser's part: it offers to install the page, and asks when it is told to. */
const OFFER = `
  globalThis.asked = 0;
  globalThis.offer = () => dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
    prompt: async () => { asked++; return { outcome: 'accepted' }; },
  }));
  offer();`;

test('installing is offered once a clip has been made, and never again after a no', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  studio = await StudioPage.open(browser, {
    script: `addEventListener('DOMContentLoaded', () => setTimeout(() => {${OFFER}}, 0));`,
  });
  const { page, texts } = studio;
  await pageSays(page, 'globalThis.offer');
  const offer = page.getByText(texts.life.installOffer);
  expect(await offer.count()).toBe(0);
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  await offer.waitFor();
  await page.getByRole('button', { name: texts.life.install, exact: true }).click();
  expect(await page.evaluate('asked')).toBe(1);
  await offer.waitFor({ state: 'hidden' });
  await page.evaluate('offer()'); // not installed after all: the browser offers again
  await page.getByRole('button', { name: texts.life.noInstall }).click();
  await offer.waitFor({ state: 'hidden' });
  await page.evaluate('offer()');
  expect(await offer.count()).toBe(0);
  // Also not on the next visit.
  await page.reload();
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  await page.evaluate('offer()');
  expect(await offer.count()).toBe(0);
});

test('while a clip is made the device stays awake and the icon says so; then the visitor who looks elsewhere is told', {
  timeout: PATIENCE_MS,
}, async () => {
  studio = await StudioPage.open(browser, {
    serviceWorker: true,
    context: { permissions: ['notifications'] },
    script: `
      globalThis.calls = [];
      WakeLock.prototype.request = async () => { calls.push('awake'); return { release: async () => void calls.push('asleep') }; };
      Navigator.prototype.setAppBadge = async () => void calls.push('badge');
      Navigator.prototype.clearAppBadge = async () => void calls.push('no badge');
      let hidden = false;
      Object.defineProperty(document, 'hidden', { get: () => hidden });
      globalThis.leave = () => { hidden = true; };`,
  });
  const { page, texts } = studio;
  await keptOffline(page);
  expect(await page.evaluate('calls')).toEqual([]);
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.progress.waitFor();
  expect(await page.evaluate('calls.toSorted()')).toEqual(['awake', 'badge']);
  expect(await page.title()).toMatch(/^\d+% · Kindling$/);
  await page.evaluate('leave()');
  await studio.made('a cat', PATIENCE_MS);
  expect(await page.evaluate('calls.toSorted()')).toEqual(['asleep', 'awake', 'badge', 'no badge']);
  await expect
    .poll(() =>
      page.evaluate(async () =>
        (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title }) => title),
      ),
    )
    .toEqual([texts.life.clipIsReady.title]);
});

test('what is kept is listed with its size, and each can be deleted', { timeout: PATIENCE_MS }, async () => {
  studio = await StudioPage.open(browser, { serviceWorker: true });
  const { page, texts } = studio;
  await keptOffline(page);
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
  await page.getByRole('button', { name: texts.storage.open }).click();
  const list = page.getByRole('dialog', { name: texts.storage.title });
  const model = list.locator(`[data-kept="${texts.storage.model('Seedling')}"]`);
  const app = list.locator(`[data-kept="${texts.storage.app}"]`);
  await expect.poll(() => model.textContent(), { timeout: 20_000 }).toMatch(/2[0-9] MB|3[0-9] MB/); // 11.9 MB of weights and a runtime
  expect(await app.textContent()).toMatch(/\d MB/);
  for (const [kept, name] of [
    [model, texts.storage.model('Seedling')],
    [app, texts.storage.app],
  ] as const) {
    await kept.getByRole('button', { name: texts.storage.remove(name) }).click();
    await kept.getByText(texts.storage.notKept).waitFor();
  }
  expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(0);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'hidden' });
  // The page still works.
  await studio.generate.click();
  await studio.made('a cat', PATIENCE_MS);
});
