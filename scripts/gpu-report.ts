// `npm run gpu-report`: opens the built page bench.html in the browser that is found, presses its button, prints what was measured
// and saves the report. Progress goes to standard error, the summary to standard output.
//   npm run gpu-report -- --out my-card.json
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import { AppError } from '../src/core/errors.ts';
import { parseGpuReport } from '../src/protocol/gpu-report.ts';
import { BENCH_EN } from '../src/ui/texts/bench-en.ts';
import { BASE_FLAGS, HARDWARE_GPU, SOFTWARE_GPU } from './browser-flags.ts';
import { EXIT_CANCELLED, EXIT_CODES } from './exit-codes.ts';
import { ensureBrowser } from './find-browser.ts';
import { summary } from './gpu-report-summary.ts';
import { ensureSite, serveSite } from './site.ts';

const PATIENCE_MS = 240_000; // the page itself gives up much earlier; a busy machine may need this to start

const say = (line: string): void => console.error(line);

interface Closable {
  close(): Promise<void>;
}
const open: Closable[] = [];
let stopped = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopped = true;
    void closeAll(); // what is being measured fails, and the command ends through its usual way out
  });
}

try {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'gpu-report.json' } } });
  const text = await measure();
  const report = parseGpuReport(JSON.parse(text));
  const file = resolve(values.out);
  writeFileSync(file, text);
  for (const line of summary(report)) console.log(line);
  say(`Saved ${file}. The page bench.html opens it, in any browser.`);
} catch (error) {
  if (stopped) {
    say('Stopped.');
    process.exitCode = EXIT_CANCELLED;
  } else if (error instanceof AppError) {
    say(`${error.code}: ${error.message}`);
    process.exitCode = EXIT_CODES[error.code.split('/')[0] as keyof typeof EXIT_CODES];
  } else {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
} finally {
  await closeAll();
}

async function closeAll(): Promise<void> {
  for (const thing of open.splice(0).reverse()) await thing.close().catch(() => {});
}

async function measure(): Promise<string> {
  const { path } = ensureBrowser(say);
  await ensureSite(say);
  const site = await serveSite(0);
  open.push(site);
  const address = `${site.url}bench.html`;
  if (process.env.KINDLING_SOFTWARE_GPU !== '1') {
    const { page, browser } = await openPage(path, address, HARDWARE_GPU);
    if (await hasHardware(page)) return run(page);
    await browser.close();
    say(
      'No hardware adapter for WebGPU was found: measuring the software adapter, which is correct and very slow.',
    );
  }
  return run((await openPage(path, address, SOFTWARE_GPU)).page);
}

async function openPage(
  executablePath: string,
  address: string,
  flags: readonly string[],
): Promise<{ readonly page: Page; readonly browser: Browser }> {
  const browser = await chromium.launch({
    executablePath,
    args: [...BASE_FLAGS, ...flags],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  open.push(browser);
  const page = await browser.newPage({ locale: 'en-US' });
  await page.goto(address);
  return { page, browser };
}

/** Asked as text: the names are the browser's, and this file is compiled for Node. */
const hasHardware = (page: Page): Promise<boolean> =>
  page.evaluate(`navigator.gpu?.requestAdapter().then(
    (adapter) => Boolean(adapter) && !adapter.info.isFallbackAdapter,
    () => false,
  ) ?? false`);

/** Presses the page's own button and takes the file that it hands over. @throws {AppError} what the page says instead. */
async function run(page: Page): Promise<string> {
  await page.getByRole('button', { name: BENCH_EN.start }).click();
  const end = performance.now() + PATIENCE_MS;
  let said = '';
  for (;;) {
    const status = await page.locator('.bench').getAttribute('data-status');
    if (status === 'done') break;
    if (status === 'failed') throw await failure(page);
    if (performance.now() > end) throw new AppError('worker/crashed', 'The page did not finish in time.');
    const line = await page
      .locator('.bench-progress p')
      .textContent({ timeout: 1000 })
      .catch(() => null);
    if (line && line !== said) say(line);
    said = line ?? said;
    await page.waitForTimeout(250);
  }
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: BENCH_EN.save }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function failure(page: Page): Promise<AppError> {
  const card = page.locator('.card.error');
  const code = (await card.getAttribute('data-code')) ?? 'internal/runtime';
  return new AppError(code as AppError['code'], (await card.locator('p').last().textContent()) ?? code);
}
