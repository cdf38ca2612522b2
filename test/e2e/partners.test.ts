// The page for partners with its playground, and both pages for everybody: axe, two languages, two themes, narrow and wide.
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { PARTNERS_TEXTS } from '../../src/ui/partners/partners-texts.ts';
import { WIDGET_TEXTS } from '../../src/ui/widget/widget-texts.ts';
import { startBrowser } from './studio-page.ts';

const EN = PARTNERS_TEXTS.en;

let browser: Browser;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => page.context().close());
afterAll(() => browser.close());

async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(new URL(path, inject('siteUrl')).href);
}

/** What axe finds, in a few words each. */
async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe.source);
  const found = (await frame.evaluate(
    `axe.run(document, { iframes: false }).then(({ violations }) => violations)`,
  )) as {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

describe('the playground', () => {
  test('writes the code for what stands in the fields, and shows that very widget', async () => {
    await open('partners.html');
    const frame = page.frameLocator('.playground-place iframe');
    await page.getByText('ready', { exact: true }).waitFor();
    await page.getByLabel(EN.aspect).selectOption('9:16');
    await page.getByLabel(EN.lang).selectOption('zh');
    await frame.getByRole('button', { name: WIDGET_TEXTS.zh.make }).waitFor();
    expect(page.frames()).toHaveLength(2);
    await page.getByRole('radio', { name: EN.forms.element }).check({ force: true });
    const code = page.locator('.playground pre');
    await page.getByLabel(EN.prompt, { exact: true }).fill('a "red" car');
    expect(await code.textContent()).toContain(
      'prompt="a &quot;red&quot; car"\n  aspect="9:16"\n  lang="zh"',
    );
    // The page's order comes into the frame and waits for the visitor.
    await page.getByRole('button', { name: EN.ask }).click();
    await frame.getByText('a "red" car').waitFor();
    await frame.getByRole('button', { name: WIDGET_TEXTS.zh.decline }).click();
    await page.locator('.event-lines li', { hasText: 'embed/declined' }).waitFor();
    expect(page.workers()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('speaks Chinese where the browser does, and can be switched', async () => {
    await open('partners.html', { locale: 'zh-CN' });
    await page.getByRole('heading', { name: PARTNERS_TEXTS.zh.title }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: EN.title }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  });
});

describe.each(['en-US', 'zh-CN'])('in %s', (locale) => {
  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each([320, 1440])(
      'at %i pixels: nothing that axe minds, nothing wider than the screen',
      async (width) => {
        await open('partners.html', { locale, colorScheme, viewport: { width, height: 900 } });
        await page.getByText('ready', { exact: true }).waitFor();
        for (const frame of page.frames()) {
          expect(await violations(frame)).toEqual([]);
          expect(await frame.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        }
        expect(complaints).toEqual([]);
      },
    );
  });
});
