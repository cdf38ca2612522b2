// The widget on a partner's page: another site, the visitor's press in the frame, the clip in the partner's hands.
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WIDGET_TEXTS } from '../../src/ui/widget/widget-texts.ts';
import { readClip } from './clip-file.ts';
import { startBrowser } from './studio-page.ts';
import { openPartner, type PartnerPage, serveTwoSites, type TwoSites } from './two-sites.ts';

const EN = WIDGET_TEXTS.en;
/** A one-second clip takes a few seconds on two idle cores; a busy machine may need many times that. */
const PATIENCE_MS = 120_000;

let browser: Browser;
let sites: TwoSites;
let opened: PartnerPage | undefined;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterEach(async () => {
  await opened?.page.context().close();
  opened = undefined;
  await sites?.close();
});
afterAll(() => browser.close());

const said = (page: PartnerPage['page']) => page.locator('#said');

describe('on a site that is on the list', () => {
  test('a job of the page is shown, made when the visitor presses, and handed to the page', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    sites = await serveTwoSites('partner', { listed: true });
    opened = await openPartner(browser, sites);
    const { page, frame, answered, workers, complaints } = opened;
    await said(page).getByText('ready').waitFor();
    await page.locator('#ask').click();
    const make = frame.getByRole('button', { name: EN.make });
    await frame.getByText(EN.asks(new URL(sites.partner).host)).waitFor();
    // Nothing has been loaded or started for it.
    await page.waitForTimeout(300);
    expect(answered.filter((url) => /\.(wasm|gguf)$|\.worker-/.test(url))).toEqual([]);
    expect(workers).toEqual([]);
    await make.click();
    await said(page).getByText('received').waitFor({ timeout: PATIENCE_MS });
    const clip = await page.evaluate(`(async () => {
      const { file, ...rest } = partner.clip;
      const bytes = new Uint8Array(await file.arrayBuffer());
      return { ...rest, type: file.type, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
    })()`);
    const { base64, ...facts } = clip as { base64: string };
    expect(facts).toMatchObject({
      type: 'video/mp4',
      frames: 30,
      fps: 30,
      device: 'wasm',
      labels: { visible: true, metadata: true },
      job: { model: 'seedling', aspect: '1:1', segments: [{ prompt: 'an orange cat', seconds: 1, seed: 7 }] },
    });
    expect(readClip(Buffer.from(base64, 'base64'))).toMatchObject({ seconds: 1, frames: 30 });
    const told = (await page.evaluate('partner.events.map(([name]) => name)')) as string[];
    expect(new Set(told)).toEqual(
      new Set(['phase', 'progress', 'preview', 'capabilities', 'resize', 'clip']),
    );
    await frame.getByText(EN.handed(new URL(sites.partner).host)).waitFor();
    expect(workers).toHaveLength(1);
    expect(answered.filter((url) => !url.startsWith(sites.widget) && !url.startsWith(sites.partner))).toEqual(
      [],
    );
    expect(complaints).toEqual([]);
    expect(sites.missed).toEqual([]);
  });
});
