// The page that measures a device, as a visitor meets it, on the software adapter: tiny sizes, and it says so.
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { afterEach, expect, inject, test } from 'vitest';
import { parseGpuReport } from '../../src/protocol/gpu-report.ts';
import { BENCH_EN } from '../../src/ui/texts/bench-en.ts';
import { BENCH_ZH } from '../../src/ui/texts/bench-zh.ts';
import { ERRORS_EN } from '../../src/ui/texts/errors-en.ts';
import { OUTLOOK_TEXTS } from '../../src/ui/texts/outlook-texts.ts';
import { StudioPage, startBrowser } from './studio-page.ts';

/** Under a minute on idle cores; a busy machine takes longer. */
const PATIENCE_MS = 240_000;

let browser: Browser;
let studio: StudioPage;
afterEach(async () => {
  await studio.close();
  await browser.close();
});

async function openBench(gpu: 'no-gpu' | 'software-gpu', locale = 'en-US'): Promise<StudioPage> {
  browser = await startBrowser(gpu);
  studio = await StudioPage.open(browser, {
    context: { locale },
    ...(locale === 'zh-CN' ? { texts: (await import('../../src/ui/texts/zh.ts')).ZH } : {}),
  });
  await studio.page.goto(`${inject('siteUrl')}bench.html`);
  return studio;
}

test('nothing runs before the button; then it measures, can be stopped, and hands over a report that is kept', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const { page, complaints } = await openBench('software-gpu');
  const start = page.getByRole('button', { name: BENCH_EN.start });
  await start.waitFor();
  expect([...studio.fetched('.wasm'), ...studio.fetched('.gguf')]).toEqual([]);
  expect(page.workers()).toHaveLength(0);

  await start.click();
  await page.getByRole('progressbar', { name: BENCH_EN.progress }).waitFor();
  await page.getByRole('button', { name: BENCH_EN.stop }).click();
  await page.getByText(BENCH_EN.status.stopped).first().waitFor({ timeout: PATIENCE_MS });
  expect(await page.evaluate(`localStorage.getItem('kindling.gpu-report')`)).toBeNull();

  await start.click();
  await page.getByText(BENCH_EN.kept).waitFor({ timeout: PATIENCE_MS });
  await page.getByText(BENCH_EN.report.software).waitFor();
  await page.getByText(BENCH_EN.report.reduced).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: BENCH_EN.save }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  const report = parseGpuReport(JSON.parse(text));
  expect(report).toMatchObject({ passed: true, reduced: true, adapter: { software: true } });
  expect(report.selfTests.map(({ weights, passed }) => [weights, passed])).toEqual([
    ['q8', true],
    ['q4', true],
  ]);
  expect(new Set(report.rates.products.map(({ bits }) => bits))).toEqual(new Set([4, 8]));
  expect(report.rates.attention.length).toBeGreaterThan(0);
  expect(report.estimates.map(({ model }) => model)).toContain('wan2.2-ti2v-5b');

  // A later visit still has it, and a file can take its place.
  await page.reload();
  await page.getByRole('heading', { name: BENCH_EN.report.title(report.adapter.name) }).waitFor();
  const other = { ...report, adapter: { ...report.adapter, name: 'somebody else’s card', software: false } };
  await page.locator('input[type=file]').setInputFiles({
    name: 'report.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(other)),
  });
  await page.getByRole('heading', { name: BENCH_EN.report.title('somebody else’s card') }).waitFor();
  expect(complaints).toEqual([]);
});

test('without WebGPU it says so in the page’s language, and the list of models does not guess', async () => {
  const { page } = await openBench('no-gpu', 'zh-CN');
  await page.getByRole('button', { name: BENCH_ZH.start }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').getAttribute('data-code')).toBe('unsupported/webgpu');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: ERRORS_EN['unsupported/webgpu'].title }).waitFor();
  await page.getByRole('link', { name: BENCH_EN.back }).click();
  await page.getByRole('button', { name: /Model:/ }).click();
  const unknown = page.getByText(OUTLOOK_TEXTS.en.says['after-a-clip']({ kind: 'after-a-clip' }, 5));
  await unknown.first().waitFor();
  expect(await unknown.count()).toBe(3);
});
