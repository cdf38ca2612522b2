// How the page loads: measured and printed; what a visitor would feel is judged.
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { recordMainThread } from './main-thread.ts';
import { startBrowser } from './studio-page.ts';

/** Of processor time; a visitor feels that the page hangs when a task of its main thread takes longer. */
const MAX_TASK_MS = 50;
/** What counts as good on the web. */
const MAX_PAINT_MS = 2500;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser('no-gpu');
});
afterAll(() => browser.close());

test.each([
  ['a phone', { width: 320, height: 640 }],
  ['a desktop', { width: 1440, height: 900 }],
] as const)(
  'on %s the page is painted soon, without a long task, and nothing moves afterwards',
  async (name, viewport) => {
    const context = await browser.newContext({ viewport, locale: 'en-US' });
    try {
      const page = await context.newPage();
      const tasks = await recordMainThread(browser, page, async () => {
        await page.goto(inject('siteUrl'));
        await page.waitForLoadState('networkidle'); // the service worker has kept the page by then
      });
      const { paintMs, shift, shifts } = await page.evaluate(async () => {
        const entries = (type: string): Promise<PerformanceEntry[]> =>
          new Promise((resolve) => {
            const found: PerformanceEntry[] = [];
            new PerformanceObserver((list) => found.push(...list.getEntries())).observe({
              type,
              buffered: true,
            });
            setTimeout(() => resolve(found), 200);
          });
        const paints = await entries('largest-contentful-paint');
        const moved = (await entries('layout-shift')) as (PerformanceEntry & { readonly value: number })[];
        return {
          paintMs: paints.at(-1)?.startTime ?? Number.NaN,
          shift: moved.reduce((sum, { value }) => sum + value, 0),
          shifts: moved.map(({ startTime, value }) => `${value.toFixed(4)} at ${startTime.toFixed(0)} ms`),
        };
      });
      // From beginning to end a task also waits for whatever else runs on the machine: printed, not judged.
      const busiest = Math.max(0, ...tasks.map(({ cpuMs }) => cpuMs));
      console.log(
        `LOAD on ${name}: LCP ${paintMs.toFixed(0)} ms, CLS ${shift.toFixed(4)}, busiest task ${busiest.toFixed(0)} ms of processor time, longest with waiting ${(tasks[0]?.wallMs ?? 0).toFixed(0)} ms`,
      );
      expect(shifts).toEqual([]);
      expect(paintMs).toBeLessThan(MAX_PAINT_MS);
      expect(busiest).toBeLessThanOrEqual(MAX_TASK_MS);
    } finally {
      await context.close();
    }
  },
);
