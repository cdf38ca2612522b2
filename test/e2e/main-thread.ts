// How long the page's main thread was busy, task by task.
import type { Browser, Page } from 'playwright';

/** One task of a main thread. */
export interface MainThreadTask {
  /** From beginning to end, milliseconds: what a visitor feels, and what other programs on a busy machine add to. */
  readonly wallMs: number;
  /** Time on a processor, milliseconds: what the page itself causes. */
  readonly cpuMs: number;
}

/** The part of Chromium's trace format that is read here. Times are microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** The mark by which the threads of the page are known: the browser's own windows have renderers, too, and are busy now and then. */
const MARK = 'main-thread-of-the-page';

/**
 * Records the tasks of the page's main thread, and of its frames', while something happens.
 * @returns the tasks longer than 10 ms, longest first.
 */
export async function recordMainThread(
  browser: Browser,
  page: Page,
  happen: () => Promise<void>,
): Promise<MainThreadTask[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  let trace: Buffer;
  try {
    await happen();
    for (const frame of page.frames()) await frame.evaluate((mark) => void performance.mark(mark), MARK);
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const ours = new Set(traceEvents.filter(({ name }) => name === MARK).map(threadOf));
  if (ours.size === 0) throw new Error('the trace lacks the threads of the page');
  return traceEvents
    .filter((event) => event.ph === 'X' && ours.has(threadOf(event)))
    .map(({ dur = 0, tdur }) => ({ wallMs: dur / 1000, cpuMs: (tdur ?? dur) / 1000 }))
    .filter(({ wallMs }) => wallMs > 10)
    .sort((a, b) => b.wallMs - a.wallMs);
}
