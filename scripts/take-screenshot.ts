// `npm run screenshot`: makes a clip in the built page and takes the pictures of it that the README and the web manifest show.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import { EN } from '../src/ui/texts/en.ts';
import { BASE_FLAGS } from './browser-flags.ts';
import { ensureBrowser } from './find-browser.ts';
import { ensureSite, ROOT, serveSite } from './site.ts';

const FILE = join(ROOT, 'public/screenshots/studio.png');
/** The same on a phone. */
const NARROW = join(ROOT, 'public/screenshots/studio-narrow.png');
const PROMPT = 'A purple castle in the meadow, the sun sets';
const SEED = '3'; // the same picture as long as the weights are the same

const { path } = ensureBrowser(console.error);
await ensureSite(console.error);
const site = await serveSite(0);
const browser = await chromium.launch({ executablePath: path, args: [...BASE_FLAGS] });
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    serviceWorkers: 'block',
  });
  await page.goto(site.url);
  await page.getByRole('textbox', { name: EN.prompt.label }).fill(PROMPT);
  await page.getByLabel(EN.settings.seed, { exact: true }).fill(SEED);
  await page.getByRole('button', { name: EN.actions.generate, exact: true }).click();
  await page.locator('video').waitFor({ timeout: 300_000 });
  await page.waitForTimeout(2500); // the visible label is gone by then
  mkdirSync(dirname(FILE), { recursive: true });
  await page.screenshot({ path: FILE });
  await page.setViewportSize({ width: 540, height: 960 });
  await page.locator('video').scrollIntoViewIfNeeded();
  await page.screenshot({ path: NARROW });
  console.error(`Wrote ${FILE} and ${NARROW}`);
} finally {
  await browser.close();
  await site.close();
}
