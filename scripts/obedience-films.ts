// Whether one sees where the segments of a film meet.
import { readFileSync } from 'node:fs';
import { newJob } from '../src/core/check-job.ts';
import type { Job } from '../src/core/job.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import type { NodeEngine } from './node-engine.ts';
import { frameSteps } from './obedience-pictures.ts';

/** Of each segment, so that films are made in half a minute. */
const SECONDS = 2;

/** A line of `films.jsonl`: what is there all the time, and what happens in each segment. */
interface Film {
  readonly scene: string;
  readonly happens: readonly string[];
}

/** Mean differences of neighbouring frames, levels of 255. */
export interface FilmResult {
  readonly scene: string;
  /** Where segments meet, in order. */
  readonly seams: readonly number[];
  /** Inside the segments: the median and the largest. */
  readonly median: number;
  readonly largest: number;
}

/** Makes the films of a file, at the model's own frame rate. */
export async function measureFilms(
  engine: NodeEngine,
  model: ModelManifest,
  path: string,
  settings: { readonly steps?: number; readonly guidance?: number },
): Promise<readonly FilmResult[]> {
  const films = readFileSync(path, 'utf8').trim().split('\n');
  const results: FilmResult[] = [];
  for (const line of films) {
    const film = JSON.parse(line) as Film;
    const job = filmJob(model, film, settings);
    const { frames } = await engine.make(job);
    const steps = frameSteps(frames);
    const isSeam = (_: number, i: number): boolean => (i + 1) % (SECONDS * job.fps) === 0;
    const inside = steps.filter((step, i) => !isSeam(step, i)).sort((a, b) => a - b);
    results.push({
      scene: film.scene,
      seams: steps.filter(isSeam),
      median: inside[inside.length >> 1]!,
      largest: inside.at(-1)!,
    });
  }
  return results;
}

function filmJob(
  model: ModelManifest,
  { scene, happens }: Film,
  settings: { readonly steps?: number; readonly guidance?: number },
): Job {
  const job = newJob(model, { prompt: '', seed: 1 }, { scene, aspect: '1:1', ...settings });
  const first = { ...job.segments[0]!, seconds: SECONDS };
  return { ...job, segments: happens.map((prompt, i) => ({ ...first, prompt, seed: i + 1 })) };
}

/** The table, in Markdown, and how many seams are no larger than what is inside. */
export function filmsTable(results: readonly FilmResult[]): string {
  const rows = results.map(({ scene, seams, median, largest }) =>
    [scene, seams.map((seam) => seam.toFixed(2)).join(', '), median.toFixed(2), largest.toFixed(2)].join(
      ' | ',
    ),
  );
  const all = results.flatMap(({ seams, largest }) => seams.map((seam) => seam <= largest));
  return [
    '| film | seams, levels | median inside | largest inside |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `Where segments meet, frames differ no more than the most different ones inside in ${all.filter(Boolean).length} of ${all.length}.`,
  ].join('\n');
}
