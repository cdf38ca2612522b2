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
  readonly args: { readonly name?: string };
}

/**
 * Records the main thread's tasks while something happens.
 * @returns the tasks longer than 10 ms, longest first.
 */
export async function recordMainThread(
  browser: Browser,
  page: Page,
  happen: () => Promise<void>,
): Promise<MainThreadTask[]> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace: Buffer;
  try {
    await happen();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const isThreadName = ({ ph, name }: TraceEvent): boolean => ph === 'M' && name === 'thread_name';
  const mainThreads = new Set(
    traceEvents
      .filter((event) => isThreadName(event) && event.args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  return traceEvents
    .filter(({ ph, pid, tid }) => ph === 'X' && mainThreads.has(`${pid}/${tid}`))
    .map(({ dur = 0, tdur }) => ({ wallMs: dur / 1000, cpuMs: (tdur ?? dur) / 1000 }))
    .filter(({ wallMs }) => wallMs > 10)
    .sort((a, b) => b.wallMs - a.wallMs);
}
