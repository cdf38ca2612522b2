// The page before anything is generated: what it fetches, how it is operated, what it says.
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DIST } from '../../scripts/site.ts';
import { ZH } from '../../src/ui/texts/zh.ts';
import { readClip } from './clip-file.ts';
import { pageSays } from './page-says.ts';
import { serveFolder } from './serve-folder.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

test('before anything is pressed: at most 100 kB of JavaScript gzipped, no weights, no runtime, nothing foreign', async () => {
  studio = await StudioPage.open(browser);
  await studio.prompt.fill('a purple aardvark'); // loads the word list
  await studio.page.waitForLoadState('networkidle');
  const scripts = studio.responses.filter((response) => /\.m?js$/.test(new URL(response.url()).pathname));
  const bodies = await Promise.all(scripts.map((response) => response.body()));
  const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).byteLength, 0);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThanOrEqual(100_000);
  expect([...studio.fetched('.wasm'), ...studio.fetched('.gguf')]).toEqual([]);
  expect(studio.complaints).toEqual([]);
});

test('the page’s own policy stops foreign scripts, inline scripts, eval, frames, forms and markup made of text', async () => {
  studio = await StudioPage.open(browser);
  const { page } = studio;
  const stopped = await page.evaluate(async () => {
    const violations: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(event.effectiveDirective),
    );
    const attempts: readonly (() => unknown)[] = [
      () => document.head.append(Object.assign(document.createElement('script'), { text: 'inline = 1' })),
      () => setTimeout('evaluated = 1'),
      () =>
        document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://a.invalid/' })),
      () => {
        document.body.innerHTML = '<img src=x onerror="hurt = 1">';
      },
      () => new Worker('https://a.invalid/worker.js'),
      () => new Worker(URL.createObjectURL(new Blob(['']))),
      () => {
        const form = Object.assign(document.createElement('form'), { action: 'https://a.invalid/' });
        document.body.append(form);
        form.submit();
      },
      () => fetch('http://a.invalid/'),
    ];
    for (const attempt of attempts) {
      try {
        await attempt();
      } catch {
        // What the browser says about it is in the violation.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ran = ['inline', 'evaluated', 'hurt'].filter((name) => name in globalThis);
    return { violations: [...new Set(violations)].sort(), ran };
  });
  expect(stopped.ran).toEqual([]);
  expect(stopped.violations).toEqual([
    'connect-src',
    'form-action',
    'frame-src',
    'require-trusted-types-for',
  ]);
  expect(await studio.prompt.isVisible()).toBe(true);
});

test('the page is isolated, so that WebAssembly has threads', async () => {
  studio = await StudioPage.open(browser);
  expect(await studio.page.evaluate('crossOriginIsolated')).toBe(true);
});

test('what the page, its frames and its workers ask of another host is blocked, and fails the test that opened the page', async () => {
  // Without its policy, which would stop some of these before anybody sees them.
  studio = await StudioPage.open(browser, { context: { bypassCSP: true } });
  const outcomes = await studio.page.evaluate(`(async () => {
    const ask = (url) => fetch(url, { mode: 'no-cors' }).then(() => 'answered', () => 'blocked');
    const source = 'onmessage = async ({ data }) => postMessage(await (' + ask + ')(data))';
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const fromWorker = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    worker.postMessage('https://worker.invalid/');
    navigator.sendBeacon('https://beacon.invalid/');
    new WebSocket('wss://socket.invalid/').onerror = () => {};
    return [await ask('https://page.invalid/'), await ask('http://127.0.0.1:9/port'), await fromWorker];
  })()`);
  expect(outcomes).toEqual(['blocked', 'blocked', 'blocked']);
  const asked = ['page', 'worker', 'beacon'].map((name) => `https://${name}.invalid/`);
  const expected = [...asked, 'http://127.0.0.1:9/port', 'wss://socket.invalid/'];
  await expect.poll(() => studio.foreign.toSorted()).toEqual(expected.toSorted());
  await expect(studio.close()).rejects.toThrow(/asked another host: .*page\.invalid/);
});

test('works under another path: a clip is made there, so that worker, runtime and weights are found', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const site = await serveFolder(DIST, '/x/y/');
  try {
    studio = await StudioPage.open(browser, { url: site.url });
    await studio.fillSmallJob('a cat', 1);
    await studio.generate.click();
    await studio.made('a cat', PATIENCE_MS);
    expect(readClip(await studio.clipBytes('a cat'))).toMatchObject({ seconds: 1, frames: 30 });
    expect(await studio.page.evaluate('crossOriginIsolated')).toBe(true);
    expect(site.missed).toEqual([]);
    expect(studio.fetched('.wasm')).toHaveLength(1);
    expect(studio.fetched('.gguf').length).toBeGreaterThan(0);
    expect(studio.complaints).toEqual([]);
  } finally {
    await site.close();
  }
});

test('speaks Chinese where the browser does, and can be switched', async () => {
  studio = await StudioPage.open(browser, { texts: ZH, context: { locale: 'zh-CN' } });
  const { page } = studio;
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  expect(await studio.generate.isVisible()).toBe(true);
  await page.getByRole('button', { name: 'English' }).click();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  await page.reload();
  await pageSays(page, `document.documentElement.lang === 'en'`);
});

test('without WebGPU the page says what runs instead', async () => {
  studio = await StudioPage.open(browser, {
    script: `Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined })`,
  });
  expect(await studio.page.getByRole('heading', { name: studio.texts.support.noGpuTitle }).isVisible()).toBe(
    true,
  );
});

test('the list of models says what each costs and needs, fetches nothing, and gives the focus back', async () => {
  studio = await StudioPage.open(browser);
  const { page, texts } = studio;
  const open = page.getByRole('button', { name: texts.models.open('Seedling') });
  await open.click();
  const list = page.getByRole('dialog', { name: texts.models.title });
  const wan = list.locator('[data-model="wan2.2-ti2v-5b"]');
  await wan.waitFor();
  await expect.poll(() => list.locator('[data-model]').count()).toBe(3);
  expect(await wan.locator('[data-verdict]').getAttribute('data-verdict')).toBe('no-gpu');
  expect(await wan.getByRole('button', { name: texts.models.download(8_917_000_000) }).count()).toBe(1);
  await wan.getByText(texts.models.files).click();
  for (const part of Object.values(texts.models.parts)) await wan.getByText(part, { exact: true }).waitFor();
  // A file that is not the one that was published is refused, and nothing of it is kept.
  await wan
    .locator('input[type="file"]')
    .first()
    .setInputFiles({
      name: 'other.gguf',
      mimeType: '',
      buffer: Buffer.from('GGUF, but not that one'),
    });
  await wan.locator('[data-code="model/hash"]').waitFor();
  await expect.poll(() => wan.getByRole('progressbar').count()).toBe(0);
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'hidden' });
  expect(await open.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(studio.complaints).toEqual([]);
});

test('an empty prompt is refused with words, not with silence', async () => {
  studio = await StudioPage.open(browser);
  await studio.generate.click();
  await studio.page.getByText(studio.texts.errors['input/prompt-empty'].title).waitFor();
  expect(await studio.progress.count()).toBe(0);
});

test('every control has a name and can be reached with the Tab key', async () => {
  studio = await StudioPage.open(browser);
  const { page } = studio;
  await page.getByText(studio.texts.settings.advanced, { exact: true }).click();
  const controls = page.locator('button, input:not([tabindex="-1"]), textarea, select, a[href], summary');
  const reached = new Set<string>();
  await page.evaluate('document.body.focus(); getSelection()?.removeAllRanges()');
  const expected = await controls.count();
  for (let i = 0; i < expected + 5; i++) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(`(() => {
      const at = document.activeElement;
      return at === document.body ? '' : at.id || at.getAttribute('aria-label') || at.textContent || at.value;
    })()`),
    );
  }
  reached.delete('');
  for (const id of ['prompt', 'seconds', 'seed', 'steps', 'guidance', 'negative', 'device', 'generate'])
    expect(reached).toContain(id);
  const nameless = await controls.evaluateAll((all) =>
    all
      .filter((at) => {
        const labels = 'labels' in at ? (at.labels as NodeListOf<HTMLLabelElement> | null) : null;
        return !(at.getAttribute('aria-label') || at.textContent?.trim() || labels?.length);
      })
      .map((at) => at.outerHTML),
  );
  expect(nameless).toEqual([]);
});
