// `npm run icons`: draws the app's icons from `public/icon.svg`, in the sizes and shapes that systems ask for.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { BASE_FLAGS } from './browser-flags.ts';
import { ensureBrowser } from './find-browser.ts';
import { ROOT } from './site.ts';

const FOLDER = join(ROOT, 'public/icons');
const svg = readFileSync(join(ROOT, 'public/icon.svg'), 'utf8');

/** `maskable` fills its square: systems cut their own shape out of it. The others bring a shape, and show the mark larger. */
const ICONS = [
  { name: 'icon-192', side: 192, shape: 'round' },
  { name: 'icon-512', side: 512, shape: 'round' },
  { name: 'maskable-192', side: 192, shape: 'full' },
  { name: 'maskable-512', side: 512, shape: 'full' },
  { name: 'apple-180', side: 180, shape: 'full' },
] as const;

const { path } = ensureBrowser(console.error);
const browser = await chromium.launch({ executablePath: path, args: [...BASE_FLAGS] });
try {
  mkdirSync(FOLDER, { recursive: true });
  const page = await browser.newPage();
  for (const { name, side, shape } of ICONS) {
    const [radius, view] = shape === 'round' ? [side * 0.22, '16.5 16 62 62'] : [0, '8 8 80 80'];
    await page.setViewportSize({ width: side, height: side });
    await page.setContent(
      `<style>*{margin:0}svg{display:block;width:${side}px;height:${side}px;border-radius:${radius}px}</style>${svg.replace(/viewBox="[^"]*"/, `viewBox="${view}"`)}`,
    );
    const file = join(FOLDER, `${name}.png`);
    await page.screenshot({ path: file, omitBackground: true });
    console.error(`Wrote ${file}`);
  }
} finally {
  await browser.close();
}
