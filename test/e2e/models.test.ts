// A published model, tiny: downloaded by the built page from a hub on another origin, verified, used – and used again when the
// hub is gone. Its files were written by the packages that publishers use.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { HubFile, ModelPart, OpenModel } from '../../src/protocol/open-model.ts';
import { CHECKPOINT_FOLDER, tinyCheckpoint } from '../fixtures/tiny-checkpoint.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';
import { readClip } from './clip-file.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

const PATIENCE_MS = 120_000;
const DROPPED_AFTER = 5000; // bytes

let browser: Browser;
let studio: StudioPage;
let hub: HubServer;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
  hub = await startHub();
});
afterEach(() => studio.close());
afterAll(async () => {
  await browser.close();
  await hub.close();
});

/** Puts a model's files on the hub. */
function host(): OpenModel {
  const { files, ...manifest } = tinyCheckpoint('gguf');
  const put = (part: ModelPart): HubFile => {
    const { name, bytes, sha256 } = files[part];
    hub.put(name, readFileSync(join(CHECKPOINT_FOLDER, name)));
    return {
      name,
      repository: 'owner/repository',
      revision: 'main',
      path: name,
      bytes,
      sha256: part === 'tokenizer' ? null : sha256,
      confirmed: part !== 'tokenizer',
      format: name.endsWith('.gguf') ? 'gguf' : name.endsWith('.json') ? 'json' : 'safetensors',
      licence: manifest.licence,
    };
  };
  return {
    ...manifest,
    languages: ['en'],
    files: {
      transformer: put('transformer'),
      text: put('text'),
      codec: put('codec'),
      tokenizer: put('tokenizer'),
    },
  };
}

test(
  'a model is downloaded once, verified and used, and works without the hub',
  async () => {
    const model = host();
    studio = await StudioPage.open(browser, { allow: [new URL(hub.url).host] });
    const { page, texts } = studio;
    await expect.poll(() => page.evaluate('typeof kindling')).toBe('object'); // when the page is idle
    await page.evaluate(`kindling.offer(${JSON.stringify(model)}, ${JSON.stringify(hub.url)})`);
    await page.getByRole('button', { name: texts.models.open('Seedling') }).click();
    const list = page.getByRole('dialog', { name: texts.models.title });
    const card = list.locator('[data-model="tiny-published"]');
    await card.waitFor();
    const names = Object.values(model.files).map((file) => file.name);
    for (const name of names) expect(hub.ranges(name)).toEqual([]); // nothing before the press

    // A connection that drops and a signed address that expires on the way change nothing.
    hub.faults(model.files.transformer.name, [{ kind: 'drop', after: DROPPED_AFTER }, { kind: 'expired' }]);
    const total = Object.values(model.files).reduce((sum, file) => sum + file.bytes, 0);
    await card.getByRole('button', { name: texts.models.download(total) }).click();
    await card.getByRole('button', { name: texts.models.use }).click({ timeout: PATIENCE_MS });
    await card.getByText(texts.models.inUse).waitFor();
    // Each byte once; of what was on its way when the connection dropped the browser may have thrown some away.
    for (const [part, { name, bytes }] of Object.entries(model.files)) {
      const again = hub.sent(name) - bytes;
      expect(again, part).toBeGreaterThanOrEqual(0);
      expect(again, part).toBeLessThanOrEqual(part === 'transformer' ? DROPPED_AFTER : 0);
    }
    expect(hub.preflights).toBe(0);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: texts.models.open('Tiny published') }).waitFor();
    const make = async (prompt: string): Promise<Uint8Array> => {
      await studio.prompt.fill(prompt);
      await page.getByRole('radio', { name: '1:1' }).check({ force: true });
      await studio.generate.click();
      await studio.made(prompt, PATIENCE_MS);
      return studio.clipBytes(prompt);
    };
    const first = await readClip(await make('a cat'));
    expect([first.width, first.height]).toEqual([64, 64]);

    await hub.close();
    const second = await readClip(await make('a dog'));
    expect([second.width, second.height]).toEqual([64, 64]);
    expect(studio.complaints.filter((text) => !/ERR_|403|Failed to load/.test(text))).toEqual([]);
  },
  3 * PATIENCE_MS,
);
