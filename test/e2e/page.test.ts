// The page before anything is generated: what it fetches, how it is operated, what it says.
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { ZH } from '../../src/ui/texts/zh.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

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
  expect(studio.foreign).toEqual([]);
  expect(studio.complaints).toEqual([]);
});

test('the page is isolated, so that WebAssembly has threads', async () => {
  studio = await StudioPage.open(browser);
  expect(await studio.page.evaluate('crossOriginIsolated')).toBe(true);
});

test('works under another path', async () => {
  studio = await StudioPage.open(browser);
  const html = await (await studio.page.request.get(inject('siteUrl'))).text();
  expect(html).not.toMatch(/(src|href)="\//);
});

test('speaks Chinese where the browser does, and can be switched', async () => {
  studio = await StudioPage.open(browser, { texts: ZH, context: { locale: 'zh-CN' } });
  const { page } = studio;
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  expect(await studio.generate.isVisible()).toBe(true);
  await page.getByRole('button', { name: 'English' }).click();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  await page.reload();
  await page.waitForFunction(`document.documentElement.lang === 'en'`);
});

test('without WebGPU the page says what runs instead', async () => {
  studio = await StudioPage.open(browser, {
    script: `Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined })`,
  });
  expect(await studio.page.getByRole('heading', { name: studio.texts.support.noGpuTitle }).isVisible()).toBe(
    true,
  );
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
