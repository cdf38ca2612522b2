// The studio for everybody: what axe finds, in both languages and both themes, and a clip made without a mouse.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EN } from '../../src/ui/texts/en.ts';
import { QUEUE_TEXTS } from '../../src/ui/texts/queue-texts.ts';
import { TIMELINE_TEXTS } from '../../src/ui/texts/timeline-texts.ts';
import { ZH } from '../../src/ui/texts/zh.ts';
import { readClip } from './clip-file.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

/** What axe has to say, a line for each element. */
async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await axe.run()).violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}\n${failureSummary}`),
    );
  });
  return results;
}

describe.each([
  ['en-US', EN, 'en'],
  ['zh-CN', ZH, 'zh'],
] as const)('axe finds nothing in %s', (locale, texts, language) => {
  test.each(['light', 'dark'] as const)('by %s', { timeout: 2 * PATIENCE_MS }, async (colorScheme) => {
    studio = await StudioPage.open(browser, {
      texts,
      // Still, so that no colour is caught on its way.
      context: { locale, colorScheme, reducedMotion: 'reduce', serviceWorkers: 'allow' },
      script: AXE,
    });
    const { page } = studio;
    expect(await violations(page)).toEqual([]);
    // Something wrong, unknown words, everything open.
    await studio.generate.click();
    await page.getByText(texts.errors['input/prompt-empty'].title).waitFor();
    await studio.openAdvanced();
    await studio.prompt.fill(locale === 'en-US' ? 'a purple aardvark' : '一只紫色的土豚');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: texts.models.open('Seedling') }).click();
    await page.getByRole('dialog', { name: texts.models.title }).locator('[data-model]').nth(2).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await studio.fillSmallJob('a cat', 2);
    await studio.generate.click();
    await studio.progress.waitFor();
    await page.waitForTimeout(500); // sooner, it would be the same press
    await page.getByRole('button', { name: texts.actions.enqueue }).click();
    const { title, remove } = QUEUE_TEXTS[locale === 'en-US' ? 'en' : 'zh'];
    const queue = page.getByRole('region', { name: title });
    await queue.waitFor();
    expect(await violations(page)).toEqual([]);
    await queue.getByRole('button', { name: remove('a cat') }).click();
    await studio.made('a cat', PATIENCE_MS);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: texts.board.goOn }).click();
    await page.getByRole('slider', { name: TIMELINE_TEXTS[language].playhead }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: texts.storage.open }).click();
    await page.getByRole('dialog', { name: texts.storage.title }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test('axe itself would notice', async () => {
  studio = await StudioPage.open(browser, { script: AXE });
  await studio.page.evaluate(() => document.body.append(document.createElement('button')));
  expect(await violations(studio.page)).toHaveLength(1);
});

test('with the keyboard alone: words, settings, the clip, play, download', {
  timeout: PATIENCE_MS,
}, async () => {
  studio = await StudioPage.open(browser);
  const { page, texts } = studio;
  const press = (key: string): Promise<void> => page.keyboard.press(key);
  /** Presses Tab until something has the focus. */
  const tabTo = async (selector: string): Promise<void> => {
    for (let i = 0; i < 80; i++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
      await press('Tab');
    }
    throw new Error(`Tab does not lead to ${selector}`);
  };
  await tabTo('#prompt');
  await page.keyboard.type('a cat');
  await tabTo('#seconds');
  await press('Home'); // one second
  await tabTo('.advanced > summary');
  await press('Enter');
  await tabTo('#steps');
  await press('ControlOrMeta+a');
  await page.keyboard.type('1');
  await tabTo('#guidance');
  await press('ControlOrMeta+a');
  await page.keyboard.type('1');
  await press('ControlOrMeta+Enter');
  await studio.made('a cat', PATIENCE_MS);
  await tabTo('video');
  const isPaused = (): Promise<boolean> =>
    studio.player('a cat').evaluate((video: HTMLVideoElement) => video.paused);
  await expect.poll(isPaused).toBe(false);
  await press('Space');
  await expect.poll(isPaused).toBe(true);
  await press('Space');
  await expect.poll(isPaused).toBe(false);
  await tabTo('a[download]');
  const saving = page.waitForEvent('download');
  await press('Enter');
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/^kindling-a-cat-\d+\.mp4$/);
  expect(readClip(readFileSync(await saved.path()))).toMatchObject({ seconds: 1, frames: 30 });
  expect(await page.getByRole('link', { name: texts.actions.download }).isVisible()).toBe(true);
});
