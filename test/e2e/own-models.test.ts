// Models of the visitor's own: from pasted addresses and from the disk, remembered, used, saved elsewhere, deleted; and in a
// window that keeps nothing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { MODEL_PARTS } from '../../src/protocol/open-model.ts';
import { publishedTinyModel } from '../fixtures/tiny-model.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';
import { readClip } from './clip-file.ts';
import { type OpenOptions, StudioPage, startBrowser } from './studio-page.ts';

const PATIENCE_MS = 60_000;
/** What no shape tells: the tiny transformer has two heads. */
const CONFIG = JSON.stringify({
  _class_name: 'WanTransformer3DModel',
  num_attention_heads: 2,
  num_layers: 2,
});

let browser: Browser;
let studio: StudioPage;
let hub: HubServer;
/** Every file of the model by its name, config.json too. */
const files = new Map<string, Uint8Array<ArrayBuffer>>();
let folder: string;

beforeAll(async () => {
  browser = await startBrowser('no-gpu');
  hub = await startHub();
  folder = await mkdtemp(join(tmpdir(), 'own-models-'));
  const model = await publishedTinyModel();
  for (const part of MODEL_PARTS) {
    const { name, url } = model.files[part];
    files.set(name, new Uint8Array(await (await fetch(url)).arrayBuffer()));
  }
  files.set('config.json', new TextEncoder().encode(CONFIG));
  for (const [name, bytes] of files) {
    hub.put(name, bytes);
    await writeFile(join(folder, name), bytes);
  }
});
afterEach(() => studio.close());
afterAll(async () => {
  await browser.close();
  await hub.close();
  await rm(folder, { recursive: true });
});

/** Opens the page with the list of models and the form in it. */
async function open(options: OpenOptions = {}): Promise<Locator> {
  studio = await StudioPage.open(browser, { allow: [new URL(hub.url).host], ...options });
  return openForm();
}

async function openForm(): Promise<Locator> {
  const { page, texts } = studio;
  await page.getByRole('button', { name: texts.models.open('Seedling') }).click();
  const list = page.getByRole('dialog', { name: texts.models.title });
  await list.getByText(texts.models.own.title).click();
  return list;
}

async function makesClip(prompt: string): Promise<void> {
  const { page } = studio;
  await page.keyboard.press('Escape');
  await studio.prompt.fill(prompt);
  await page.getByRole('radio', { name: '1:1' }).check({ force: true });
  await page.getByRole('slider', { name: studio.texts.settings.length }).fill('1');
  await studio.generate.click();
  await studio.made(prompt, PATIENCE_MS);
  const clip = await readClip(await studio.clipBytes(prompt));
  expect([clip.width, clip.height]).toEqual([320, 320]);
}

const address = (name: string): string => `${hub.url}/resolve/${name}`;

test(
  'pasted addresses become a model: what is missing is said, and it is remembered, used, saved and deleted',
  async () => {
    const list = await open();
    const { page, texts } = studio;
    const { own } = texts.models;
    const field = list.getByLabel(own.addresses);
    const look = list.getByRole('button', { name: own.look });

    await field.fill('not an address');
    await look.click();
    await list.locator('[data-code="input/address"]').waitFor();

    // Some of the parts, one that is none, one that is not there.
    hub.put('notes.txt', new TextEncoder().encode('this is a text that no model needs'));
    await field.fill(
      [...files.keys()]
        .filter((name) => name !== 'tiny-taew.safetensors')
        .map(address)
        .join('\n'),
    );
    await field.press('End');
    await field.pressSequentially(`\n${address('notes.txt')}\n${address('gone.gguf')}`);
    await look.click();
    await list.locator('[data-code="model/unsupported"]').waitFor();
    await list.locator('[data-code="network/status"]').waitFor();
    await list.getByText(own.lacking({ missing: ['codec'] })).waitFor();
    expect(await list.locator('.own-found [data-part]').count()).toBe(4);
    for (const name of files.keys())
      if (name !== 'tiny-taew.safetensors') expect(hub.ranges(name)).toEqual(['0-262143']);

    await field.fill(address('tiny-taew.safetensors'));
    await look.click();
    await list.getByLabel(own.name).fill('Mine');
    await list.getByLabel(own.sampling).selectOption('few');
    await list.getByRole('button', { name: own.add }).click();
    const card = list.locator('[data-model^="own-"]');
    await card.getByRole('heading', { name: 'Mine' }).waitFor();

    await page.reload();
    await openForm();
    const total = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0) - CONFIG.length;
    await card.getByRole('button', { name: texts.models.download(total) }).click();
    await card.getByRole('button', { name: texts.models.use }).click({ timeout: PATIENCE_MS });
    await makesClip('a cat');

    await page.getByRole('button', { name: texts.models.open('Mine') }).click();
    await card.getByText(texts.models.files).click();
    const saving = page.waitForEvent('download');
    await card.getByRole('button', { name: texts.models.saveFileAs('tiny-taew.safetensors') }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('tiny-taew.safetensors');
    expect(new Uint8Array(await readFile(await saved.path()))).toEqual(files.get('tiny-taew.safetensors'));

    await list.locator('[data-model="seedling"]').getByRole('button', { name: texts.models.use }).click();
    await card.getByRole('button', { name: texts.models.remove }).click();
    await card.waitFor({ state: 'detached' });
    await page.reload();
    await openForm();
    await list.locator('[data-model="wan2.2-ti2v-5b"]').waitFor();
    expect(await card.count()).toBe(0);
    expect(await list.getByText(texts.models.strays).count()).toBe(0);
  },
  3 * PATIENCE_MS,
);

test(
  'files from the disk become a model without a network',
  async () => {
    const list = await open();
    const { page, texts } = studio;
    const { own } = texts.models;
    await list.getByLabel(own.choose).setInputFiles([...files.keys()].map((name) => join(folder, name)));
    await list.getByRole('button', { name: own.add }).click();
    const card = list.locator('[data-model^="own-"]');
    await card.getByRole('button', { name: texts.models.use }).click({ timeout: PATIENCE_MS });
    await page.reload(); // stored, and still the model in use
    await page.getByRole('button', { name: texts.models.open('tiny-wan') }).waitFor();
    await makesClip('a dog');
  },
  3 * PATIENCE_MS,
);

/** Presses Tab until the focus is on what is called so. */
async function tabTo(name: string): Promise<void> {
  const { page } = studio;
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const called = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLTextAreaElement ? element.labels[0] : null;
      return (label ?? element)?.textContent ?? '';
    });
    if (called.trim() === name) return;
  }
  throw new Error(`“${name}” is not reached by Tab`);
}

test('a model is added from the keyboard alone, and the focus never gets lost', async () => {
  studio = await StudioPage.open(browser, { allow: [new URL(hub.url).host] });
  const { page, texts } = studio;
  const { own } = texts.models;
  await tabTo(texts.models.open('Seedling'));
  await page.keyboard.press('Enter');
  await page.locator('[data-model="wan2.2-ti2v-5b"]').waitFor();
  await tabTo(own.title);
  await page.keyboard.press('Enter');
  await tabTo(own.addresses);
  await page.keyboard.insertText([...files.keys()].map(address).join('\n'));
  await tabTo(own.look);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: own.add }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(own.look);
  await tabTo(own.add);
  await page.keyboard.press('Enter');
  const card = page.locator('[data-model^="own-"]');
  await card.locator('button:focus').waitFor(); // the new model's own button, which fetches it
  await page.keyboard.press('Enter');
  await card.getByRole('button', { name: texts.models.use }).waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(texts.models.open('Seedling'));
});

/** As in a private window of some browsers: there is no file system of the site's own, in no Worker. */
const WITHOUT_STORAGE = `{
  const forget = URL.createObjectURL(
    new Blob(['delete StorageManager.prototype.getDirectory;'], { type: 'text/javascript' }),
  );
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      const both = \`import '\${forget}'; import '\${new URL(url, location.href)}';\`;
      super(URL.createObjectURL(new Blob([both], { type: 'text/javascript' })), options);
    }
  };
}`;

test(
  'a window that keeps nothing says so, downloads into memory, and makes clips until it is closed',
  async () => {
    const list = await open({ script: WITHOUT_STORAGE, context: { bypassCSP: true } }); // Workers from text, which the site's own policy forbids
    const { page, texts } = studio;
    const { own } = texts.models;
    await list.locator('[data-memory-only]').waitFor();
    const large = list.locator('[data-model="wan2.2-ti2v-5b"]');
    await large.locator('[data-verdict="no-storage"]').waitFor();
    expect(await large.getByRole('button', { name: /Download/ }).isDisabled()).toBe(true);

    await list.getByLabel(own.addresses).fill([...files.keys()].map(address).join('\n'));
    await list.getByRole('button', { name: own.look }).click();
    await list.getByRole('button', { name: own.add }).click();
    const card = list.locator('[data-model^="own-"]');
    await card.getByRole('button', { name: /Download/ }).click();
    await card.getByRole('button', { name: texts.models.use }).click({ timeout: PATIENCE_MS });
    await makesClip('a boat');

    await page.reload();
    await openForm();
    await card.getByRole('button', { name: /Download/ }).waitFor(); // the model is remembered, its files are not
  },
  3 * PATIENCE_MS,
);
