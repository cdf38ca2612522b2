// The benchmark's own page (test/bench/bench.html), built as the site is built, served and opened in a browser.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { build, type Plugin } from 'vite';
import type { BenchPage } from '../test/bench/bench-api.ts';
import { BASE_FLAGS } from './browser-flags.ts';
import { ROOT, type ServedSite, serveSite } from './site.ts';

declare global {
  // What functions that run inside the page may use; see drive-page.ts.
  var bench: BenchPage | undefined;
}

const PAGE = 'test/bench/bench.html';

/** Builds this page in place of the site's, with everything else as the site has it. */
const onlyBenchPage: Plugin = {
  name: 'only-bench-page',
  config(config) {
    config.build = {
      ...config.build,
      rolldownOptions: { ...config.build?.rolldownOptions, input: join(ROOT, PAGE) },
    };
  },
};

/** The built and served page. */
export interface BenchSite {
  /**
   * Opens the page in a browser of its own, which is closed when `measure` is done.
   * @param flags besides those that every browser gets: a list of GPU flags, or `--disable-gpu`.
   */
  open<T>(flags: readonly string[], measure: (page: Page) => Promise<T>): Promise<T>;
  /** Ends everything and deletes what was built. */
  close(): Promise<void>;
}

/** Builds and serves the page. @param executable path of the browser. */
export async function openBenchSite(executable: string): Promise<BenchSite> {
  const folder = join(ROOT, `.cache/bench-${process.pid}`);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove); // Vite's servers end the process themselves when it is asked to terminate
  const browsers = new Set<Browser>();
  let site: ServedSite;
  try {
    await build({
      root: ROOT,
      logLevel: 'warn',
      plugins: [onlyBenchPage],
      build: { outDir: folder, copyPublicDir: false },
    });
    site = await serveSite(0, folder);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    async open(flags, measure) {
      const browser = await chromium.launch({
        executablePath: executable,
        args: [...BASE_FLAGS, ...flags],
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      });
      browsers.add(browser);
      try {
        const page = await browser.newPage({ bypassCSP: true }); // waitForFunction evaluates text in the page
        await page.goto(site.url + PAGE);
        await page.waitForFunction(() => globalThis.bench !== undefined, null, { timeout: 30_000 });
        return await measure(page);
      } finally {
        browsers.delete(browser);
        await browser.close();
      }
    },
    async close() {
      for (const browser of browsers) await browser.close().catch(() => {});
      await site.close();
      remove();
    },
  };
}
