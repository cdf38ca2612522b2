// Drives the built page in a browser without a window: starts it, sends the order, brings the file back.
import { type Browser, chromium, type Page } from 'playwright';
import type { Automation, AutomationOrder, AutomationOutcome } from '../src/client/automation.ts';
import { AppError } from '../src/core/errors.ts';
import type { DeviceChoice, GenerateEvent } from '../src/protocol/engine-api.ts';
import { BASE_FLAGS, HARDWARE_GPU, SOFTWARE_GPU } from './browser-flags.ts';

/** Bytes fetched from the page at once; a protocol message of this size is still quick. */
const READ_BYTES = 4 << 20;

/** How long the page may take to get ready. */
const READY_MS = 30_000;

declare global {
  // What functions that run inside the page may use. They are sent as text: nothing else of this file exists there.
  var kindling: Automation | undefined;
  var onKindlingEvent: (event: GenerateEvent) => void;
}

/** What a page knows about WebGPU, asked before the order. */
type Adapter = 'none' | 'software' | 'hardware';

/** The page, ready for orders. */
export interface DrivenPage {
  /** Name and version of the browser. */
  readonly browser: string;
  /** Paths of all files that were fetched so far, those of the Worker included. */
  readonly fetched: readonly string[];
  generate(order: AutomationOrder, onEvent: (event: GenerateEvent) => void): Promise<AutomationOutcome>;
  cancel(): Promise<void>;
  /** The finished clip. */
  read(bytes: number): Promise<Buffer>;
  /** Ends the browser; its temporary profile goes with it. */
  close(): Promise<void>;
}

/** How a page is opened. */
export interface DriveOptions {
  /** Path of the browser. */
  readonly executable: string;
  readonly url: string;
  readonly device: DeviceChoice;
  /** Use the software adapter for WebGPU without looking for a better one. */
  readonly softwareGpu: boolean;
  readonly say: (line: string) => void;
}

/**
 * Starts a browser and opens the page. With `device: 'webgpu'` and no hardware adapter it starts again with the software
 * adapter, and says so.
 * @throws {AppError} `worker/start` if the browser does not start, `worker/crashed` if it stops before the page is ready,
 * `internal/runtime` if the page does not get ready.
 */
export async function drivePage(options: DriveOptions): Promise<DrivenPage> {
  const { device, softwareGpu, say } = options;
  if (device === 'wasm') return open(options, ['--disable-gpu']);
  if (softwareGpu) return open(options, SOFTWARE_GPU);
  const page = await open(options, HARDWARE_GPU);
  if (device === 'auto' || page.adapter === 'hardware') return page;
  await page.close();
  say(
    'No hardware adapter for WebGPU was found: using the software adapter, which is correct but very slow.',
  );
  return open(options, SOFTWARE_GPU);
}

async function open(
  options: DriveOptions,
  gpuFlags: readonly string[],
): Promise<DrivenPage & { readonly adapter: Adapter }> {
  const browser = await launch(options.executable, gpuFlags);
  try {
    // The profile is gone with the browser: nothing is worth keeping offline.
    const page = await browser.newPage({ serviceWorkers: 'block' });
    const fetched: string[] = [];
    page.context().on('response', (response) => fetched.push(new URL(response.url()).pathname));
    await page.goto(options.url);
    await ready(page);
    return { ...driver(browser, page, fetched), adapter: await adapterOf(page) };
  } catch (cause) {
    const code = browser.isConnected() ? 'internal/runtime' : 'worker/crashed';
    await browser.close();
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new AppError(code, `The page did not get ready: ${reason}`, { cause });
  }
}

/** Waits for the page to take orders. (Playwright's own way evaluates text inside the page, which the page's policy forbids.) */
async function ready(page: Page): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await page.evaluate(() => globalThis.kindling !== undefined))) {
    if (Date.now() > end) throw new Error('it took too long');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function launch(executable: string, gpuFlags: readonly string[]): Promise<Browser> {
  try {
    return await chromium.launch({
      executablePath: executable,
      args: [...BASE_FLAGS, ...gpuFlags],
      // The script cancels first and closes the browser itself.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new AppError('worker/start', `${executable} did not start: ${reason}`, { cause });
  }
}

function driver(browser: Browser, page: Page, fetched: readonly string[]): DrivenPage {
  let listener: (event: GenerateEvent) => void = () => {};
  let listens = false;
  return {
    browser: `${browser.browserType().name()} ${browser.version()}`,
    fetched,
    async generate(order, onEvent) {
      if (!listens) await page.exposeFunction('onKindlingEvent', (event: GenerateEvent) => listener(event));
      listens = true;
      listener = onEvent;
      const died = new Promise<AutomationOutcome>((resolve) => {
        const crashed = {
          code: 'worker/crashed',
          message: 'The browser stopped while the clip was made.',
          detail: {},
        } as const;
        const die = (): void => resolve({ status: 'failed', error: crashed });
        page.once('crash', die);
        browser.once('disconnected', die);
      });
      const outcome = page.evaluate(
        (sent) => globalThis.kindling!.generate(sent, globalThis.onKindlingEvent),
        order,
      );
      outcome.catch(() => {}); // when the browser dies first
      return Promise.race([outcome, died]);
    },
    cancel: () => page.evaluate(() => globalThis.kindling?.cancel()),
    async read(bytes) {
      const parts: Buffer[] = [];
      for (let start = 0; start < bytes; start += READ_BYTES) {
        const range = [start, Math.min(bytes, start + READ_BYTES)] as const;
        const text = await page.evaluate(([from, to]) => globalThis.kindling!.read(from, to), range);
        parts.push(Buffer.from(text, 'base64'));
      }
      return Buffer.concat(parts);
    },
    close: () => browser.close(),
  };
}

/** Asked as text: the names are the browser's, and this file is compiled for Node. */
const adapterOf = (page: Page): Promise<Adapter> =>
  page.evaluate(`navigator.gpu?.requestAdapter().then(
    (adapter) => (adapter ? (adapter.info.isFallbackAdapter ? 'software' : 'hardware') : 'none'),
    () => 'none',
  ) ?? 'none'`);
