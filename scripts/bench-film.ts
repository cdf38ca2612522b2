// Whether the last segment of a long film costs what the first does, in time and in memory, and what putting it together costs.

import { readdirSync, readFileSync } from 'node:fs';
import { newJob } from '../src/core/check-job.ts';
import { type Job, MAX_SEGMENTS } from '../src/core/job.ts';
import type { GenerateEvent } from '../src/protocol/engine-api.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import type { ClipRunOptions } from './bench-clip.ts';
import { drivePage } from './drive-page.ts';

/** What happens in the castle, again and again. */
const HAPPENINGS = [
  'it stands there',
  'the sun goes down',
  'then the lights come on',
  'then fog rises',
  'the sun rises',
];
/** Segments that a figure is taken over, at either end: one alone is at the mercy of whatever else runs. */
const TAKEN = 4;

/** A film of as many segments as there can be. */
export interface FilmFigures {
  readonly segments: number;
  readonly frames: number;
  /** Medians over the first and the last few segments (the very first, which loads the model, is left out), and last to first. */
  readonly secondsPerSegment: { readonly first: number; readonly last: number; readonly ratio: number };
  /** Memory of all the browser's processes when the second and when the last segment was made; null where it cannot be told. */
  readonly memoryBytes: { readonly second: number; readonly last: number; readonly ratio: number } | null;
  /** Putting the finished segments into one file again: frames per second, and that to encoding them. */
  readonly assembly: { readonly framesPerSecond: number; readonly toEncoding: number };
}

/** A castle to which something happens in each segment: small, so that the bench takes a minute. */
export function longFilm(model: ModelManifest): Job {
  const job = newJob(
    model,
    { prompt: '', seed: 1 },
    { scene: 'a purple castle on a hill', aspect: '1:1', steps: 2, guidance: 1 },
  );
  const segments = Array.from({ length: MAX_SEGMENTS }, (_, i) => ({
    ...job.segments[0]!,
    prompt: HAPPENINGS[i % HAPPENINGS.length]!,
    seconds: 2,
    seed: i,
  }));
  return { ...job, segments };
}

/** Makes a long film, and puts it together once more. @throws {Error} with the page's message if it fails. */
export async function measureFilm(options: ClipRunOptions): Promise<FilmFigures> {
  const { executable, url, model, say, onOpen } = options;
  const page = await drivePage({ executable, url, device: 'wasm', softwareGpu: false, say });
  onOpen(page);
  try {
    const job = longFilm(model);
    const order = { job, picture: null, device: 'wasm', visibleLabel: true, keep: true } as const;
    const begun: number[] = [];
    const memory: (number | null)[] = [];
    const watch = (event: GenerateEvent): void => {
      if (event.type !== 'segment') return;
      begun.push(performance.now());
      memory.push(processMemory());
    };
    const made = await page.generate(order, watch);
    if (made.status !== 'done') throw new Error(made.status === 'failed' ? made.error.message : 'cancelled');
    begun.push(performance.now());
    memory.push(processMemory());
    const started = performance.now();
    const again = await page.generate(order, () => {});
    const assembled = (performance.now() - started) / 1000;
    if (again.status !== 'done') throw new Error('the film could not be put together again');
    const seconds = begun.slice(1).map((end, i) => (end - begun[i]!) / 1000);
    const [first, last] = [median(seconds.slice(1, 1 + TAKEN)), median(seconds.slice(-TAKEN))];
    const [second, final] = [memory[2] ?? null, memory.at(-1) ?? null];
    const { frames } = made.report;
    return {
      segments: job.segments.length,
      frames,
      secondsPerSegment: { first, last, ratio: last / first },
      memoryBytes: second && final ? { second, last: final, ratio: final / second } : null,
      assembly: {
        framesPerSecond: frames / assembled,
        toEncoding: made.report.seconds.encode / assembled,
      },
    };
  } finally {
    await page.close();
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Resident bytes of this process's descendants, the browser's processes; null where there is no /proc. */
function processMemory(): number | null {
  const children = new Map<number, number[]>();
  const resident = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const status = readStatus(`/proc/${name}/status`);
      if (!status) continue;
      children.set(status.parent, [...(children.get(status.parent) ?? []), Number(name)]);
      resident.set(Number(name), status.resident);
    }
  } catch {
    return null;
  }
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((all, child) => all + (resident.get(child) ?? 0) + sum(child), 0);
  return sum(process.pid);
}

function readStatus(path: string): { readonly parent: number; readonly resident: number } | null {
  try {
    const text = readFileSync(path, 'utf8');
    const number = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    // Pages of files that several processes share are counted once, in none.
    return { parent: number('PPid'), resident: number('RssAnon') * 1024 };
  } catch {
    return null; // it has ended meanwhile
  }
}
