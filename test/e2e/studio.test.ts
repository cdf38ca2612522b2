// The studio's answers to hasty, mistaken and unlucky visitors. Quick: what is made here is tiny.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { ROOT } from '../../scripts/site.ts';
import { newJob } from '../../src/core/check-job.ts';
import type { JobRecord } from '../../src/protocol/engine-api.ts';
import { modelHash } from '../../src/protocol/manifest.ts';
import { pageSays } from './page-says.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** Two busy cores may take this long for a tiny clip. */
const PATIENCE_MS = 60_000;
const [MODEL] = MODELS;

let browser: Browser;
let studio: StudioPage;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(() => studio.close());
afterAll(() => browser.close());

const steps = () => studio.page.getByLabel(studio.texts.settings.steps, { exact: true });
const guidance = () => studio.page.getByLabel(studio.texts.settings.guidance, { exact: true });

/** Hands files and texts to the page by an event, as a drop or a paste does. */
async function give(
  event: 'drop' | 'paste',
  file: { readonly bytes: Uint8Array; readonly name: string; readonly type: string },
  texts: Readonly<Record<string, string>> = {},
): Promise<void> {
  await studio.page.evaluate(
    ([kind, base64, name, type, beside]) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
      for (const [format, text] of Object.entries(beside)) data.setData(format, text);
      const options = { bubbles: true, cancelable: true };
      document.activeElement?.dispatchEvent(
        kind === 'drop'
          ? new DragEvent(kind, { ...options, dataTransfer: data })
          : new ClipboardEvent(kind, { ...options, clipboardData: data }),
      );
    },
    [event, Buffer.from(file.bytes).toString('base64'), file.name, file.type, texts] as const,
  );
}

const picture = (name: string, type = 'image/png', as = name) => ({
  bytes: readFileSync(join(ROOT, 'test/fixtures/pictures', name)),
  name: as,
  type,
});

/** A job file as it would lie beside a clip. */
function record(
  settings: Parameters<typeof newJob>[2] = {},
  changes: Partial<JobRecord> = {},
): Parameters<typeof give>[1] {
  const job = newJob(MODEL, { prompt: 'a red car on the beach', seed: 5, seconds: 2 }, settings);
  const model = { id: MODEL.id, version: MODEL.version, hash: modelHash(MODEL) };
  const whole: JobRecord = { kindling: 1, job, model, visibleLabel: true, picture: null, ...changes };
  return { bytes: Buffer.from(JSON.stringify(whole)), name: 'job.json', type: 'application/json' };
}

test('pressing the button twice makes one clip', async () => {
  studio = await StudioPage.open(browser);
  const { page, texts } = studio;
  await studio.fillSmallJob('a cat', 1);
  await studio.generate.evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await studio.player('a cat').waitFor({ timeout: PATIENCE_MS });
  // A second clip would show its progress now, and the first in a strip below.
  await page.waitForTimeout(300);
  expect(await studio.progress.count()).toBe(0);
  expect(await page.getByRole('group', { name: texts.stage.clips }).count()).toBe(0);
  expect(studio.complaints).toEqual([]);
});

describe('what is dropped or pasted', () => {
  test('a picture that is text gives the card with what works, and the words stay', async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    await studio.prompt.fill('a cat');
    await give('drop', picture('note.txt', 'image/png', 'holiday.png'));
    await page.getByRole('heading', { name: texts.errors['input/picture-unreadable'].title }).waitFor();
    await page.getByText('“holiday.png” cannot be used as a picture: it is not a picture.').waitFor();
    await page.getByText(/JPEG, PNG, WebP, AVIF and GIF work/).waitFor();
    expect(await studio.prompt.inputValue()).toBe('a cat');
    expect(await page.getByRole('button', { name: texts.picture.remove }).count()).toBe(0);
  });

  test('a job that asks for the impossible names the nearest, and one press repairs it', async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    await give('drop', record({ steps: 999 }));
    await page.getByText(/A step count of 999 cannot be used: .* Nearest: 50\./).waitFor();
    expect(await studio.prompt.inputValue()).toBe('a red car on the beach');
    await page.getByRole('button', { name: texts.errorActions['use-legal'] }).click();
    await studio.openAdvanced();
    expect(await steps().inputValue()).toBe(String(MODEL.limits.steps.max));
    expect(await page.getByText(/Nearest/).count()).toBe(0);
  });

  test('a clip without the visible mark restores that choice too', async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    await studio.openAdvanced();
    const mark = page.getByRole('checkbox', { name: texts.settings.label });
    expect(await mark.isChecked()).toBe(true);
    await give('drop', record({}, { visibleLabel: false }));
    await page.getByText(texts.notices.restored({ id: 'restored' })).waitFor();
    expect(await mark.isChecked()).toBe(false);
    await page.getByRole('button', { name: texts.settings.reset }).click();
    expect(await mark.isChecked()).toBe(true);
  });

  test('a picture file is pasted though its name comes as text; words win over their picture', async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    await studio.prompt.focus();
    await give('paste', picture('scene.png'), { 'text/plain': 'cells', 'text/html': '<td>cells</td>' });
    await give('paste', picture('scene.png'), { 'text/plain': 'scene.png' });
    await page.getByRole('img', { name: texts.picture.alt('scene.png') }).waitFor();
    expect(await page.getByText('96 × 64').isVisible()).toBe(true);
    expect(await studio.prompt.inputValue()).toBe('');
  });

  test('a photo whose size stands behind megabytes of other data is taken', async () => {
    studio = await StudioPage.open(browser);
    const original = picture('scene.jpg', 'image/jpeg', 'photo.jpg');
    const segment = Buffer.alloc(0xffff + 2);
    segment.set([0xff, 0xe2, 0xff, 0xff]);
    const start = original.bytes.subarray(0, 2);
    const rest = original.bytes.subarray(2);
    const bytes = Buffer.concat([start, ...Array.from({ length: 20 }, () => segment), rest]);
    await give('drop', { ...original, bytes });
    await studio.page.getByRole('img', { name: studio.texts.picture.alt('photo.jpg') }).waitFor();
  });
});

describe('a number', () => {
  test('can be typed and corrected key by key without losing its dot or its zeros', async () => {
    studio = await StudioPage.open(browser);
    const { keyboard } = studio.page;
    await studio.openAdvanced();
    await guidance().fill('');
    await guidance().focus();
    await keyboard.type('2.5');
    expect(await guidance().inputValue()).toBe('2.5');
    await keyboard.press('Backspace');
    await keyboard.type('7');
    expect(await guidance().inputValue()).toBe('2.7');
    await guidance().fill('1.05');
    await keyboard.press('Backspace');
    await keyboard.type('2');
    expect(await guidance().inputValue()).toBe('1.02');
    await studio.page.getByRole('button', { name: studio.texts.settings.reset }).click();
    expect(await guidance().inputValue()).toBe(String(MODEL.limits.guidance.default));
  });
});

describe('what the page says about the device', () => {
  const gpu = (adapter: string): string => `Object.defineProperty(Navigator.prototype, 'gpu', {
    value: { requestAdapter: async () => ${adapter} },
  })`;

  test.each([
    ['without an adapter', 'null', 'noGpuTitle'],
    [
      'with a software adapter only',
      `({ info: { vendor: 'google', architecture: 'swiftshader', device: '', description: '' } })`,
      'softwareTitle',
    ],
  ] as const)('%s: what runs instead', async (_, adapter, title) => {
    studio = await StudioPage.open(browser, { script: gpu(adapter) });
    const { page, texts } = studio;
    await page.getByRole('heading', { name: texts.support[title] }).waitFor();
    await page.getByText(texts.support.noGpu(20)).waitFor();
    expect(studio.complaints).toEqual([]);
  });

  test('with a real one: nothing', async () => {
    studio = await StudioPage.open(browser, {
      script: gpu(`(globalThis.asked = true, { info: { vendor: 'nvidia', architecture: 'hopper' } })`),
    });
    await pageSays(studio.page, 'globalThis.asked');
    await studio.page.waitForTimeout(100);
    for (const title of ['noGpuTitle', 'softwareTitle'] as const)
      expect(await studio.page.getByRole('heading', { name: studio.texts.support[title] }).count()).toBe(0);
  });

  test('a warning stands below the running clip and below the finished one', async () => {
    studio = await StudioPage.open(browser);
    const { page, texts } = studio;
    const prompt = '🦖'.repeat(300); // more pieces of words than the model reads
    const warning = page.getByText(texts.report.warnings['prompt-truncated']);
    await studio.fillSmallJob(prompt, 50);
    await studio.generate.click();
    await warning.waitFor({ timeout: PATIENCE_MS });
    expect(await studio.progress.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByText(texts.stage.cancelled, { exact: true }).waitFor();
    await steps().fill('1');
    await studio.generate.click();
    await studio.player(prompt).waitFor({ timeout: PATIENCE_MS });
    expect(await warning.count()).toBe(1);
  });
});

test('while the processor makes the clip the page moves in few steps', async () => {
  studio = await StudioPage.open(browser);
  const { page } = studio;
  await studio.fillSmallJob('a cat', 50);
  await studio.generate.click();
  await pageSays(
    page,
    `[...document.getAnimations()].some((one) => getComputedStyle(one.effect.target).animationTimingFunction.startsWith('steps'))`,
    PATIENCE_MS,
  );
  await studio.cancel.click();
  await page.getByText(studio.texts.stage.cancelled, { exact: true }).waitFor();
});

test('with three unknown words on a laptop no control lies behind the button', async () => {
  studio = await StudioPage.open(browser, { context: { viewport: { width: 1280, height: 800 } } });
  const { page } = studio;
  await studio.prompt.fill('A submarine and a quixotic aardvark');
  await page.getByText('aardvark', { exact: true }).waitFor();
  const below = () =>
    page.evaluate(`(() => {
      const edge = document.getElementById('generate').getBoundingClientRect().top;
      const controls = [...document.querySelectorAll('form :is(button, input, textarea, select, summary)')];
      return controls
        .filter((at) => at.id !== 'generate' && at.checkVisibility() && at.getBoundingClientRect().bottom > edge)
        .map((at) => at.id || at.textContent);
    })()`);
  expect(await below()).toEqual([]);

  // A longer form has to be scrolled; what the Tab key reaches then lies free.
  await studio.openAdvanced();
  await page.evaluate('scrollTo(0, 0)');
  await studio.prompt.focus();
  for (let i = 0; i < 45; i++) {
    await page.keyboard.press('Tab');
    const covered = await page.evaluate(`(() => {
      const at = document.activeElement;
      if (!at.closest('form') || at.id === 'generate') return null;
      const { left, top, width, height } = at.getBoundingClientRect();
      const seen = document.elementFromPoint(left + width / 2, top + height / 2);
      return seen && seen.closest('#generate') ? at.id || at.textContent : null;
    })()`);
    expect(covered).toBeNull();
  }
});
