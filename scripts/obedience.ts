// `npm run obedience`: how far Seedling does what it is told. Makes a clip for each prompt, through the engine, with the shipped
// weights at their own number of steps, reads back from the frames what it shows, and prints a table. Takes ten minutes of two cores.
//   npm run obedience                                  the 240 prompts of models/seedling/obedience/prompts.jsonl
//   npm run obedience -- --prompts FILE                others: JSON lines {text, language, seen, expect: {subject: "cat", …}}
//                                                      (models/seedling/obedience/motions.jsonl: 240 that all say a motion)
//   npm run obedience -- --weights FOLDER --steps 20   other weights, steps or guidance: for comparisons
//   npm run obedience -- --transformer FILE            another transformer of the same shape: an earlier one, or a student's teacher
//   npm run obedience -- --every 3 --out results.json  one pair of every three; what was read, clip by clip
// Clips that begin with a picture are measured too: the first frame against the picture, and the seam behind it; and films, of
// models/seedling/obedience/films.jsonl: the seams between their segments.
// The reader is a network trained on renders; what it is worth on renders that it has not seen stands in reader.json and is printed.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MODELS, type SeedlingFacts, seedlingManifest } from '../models/catalog.ts';
import { newJob } from '../src/core/check-job.ts';
import { AppError } from '../src/core/errors.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import { type ClipReader, openClipReader, READER_FPS } from './clip-reader.ts';
import { exitCodeOf } from './exit-codes.ts';
import { openNodeEngine } from './node-engine.ts';
import { filmsTable, measureFilms } from './obedience-films.ts';
import { measurePictures, picturesTable } from './obedience-pictures.ts';
import {
  ATTRIBUTES,
  type Attribute,
  confusions,
  type ObediencePrompt,
  type ObedienceResult,
  obedienceTable,
} from './obedience-report.ts';
import { ProgressLine } from './progress-line.ts';
import { ROOT } from './site.ts';

const FOLDER = join(ROOT, 'models/seedling/obedience');
const WEIGHTS = join(ROOT, 'models/seedling/weights');

const FIRST_SEED = 1000;

/** Two lines of a file that ask for the same clip, in two languages, are a pair. */
type PairedPrompt = ObediencePrompt & { readonly pair: number };

const progress = new ProgressLine(process.stderr);

try {
  await main();
} catch (error) {
  progress.clear();
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = exitCodeOf(error);
}

async function main(): Promise<void> {
  const options = readOptions();
  const whole = options.weights === WEIGHTS ? MODELS[0] : modelIn(options.weights);
  const model = options.transformer === null ? whole : withTransformer(whole, options.transformer);
  const threads = availableParallelism();
  const reader = await openClipReader(FOLDER, threads);
  const prompts = readPrompts(options.prompts, reader).filter(({ pair }) => isTaken(pair, options.every));
  const engine = await openNodeEngine(model, options.weights, threads);
  const settings = {
    ...(options.steps === null ? {} : { steps: options.steps }),
    ...(options.guidance === null ? {} : { guidance: options.guidance }),
  };
  const began = performance.now();
  const results: ObedienceResult[] = [];
  for (const [i, { pair, ...prompt }] of prompts.entries()) {
    progress.say(`${i + 1} of ${prompts.length}: ${prompt.text}`);
    const seed = FIRST_SEED + pair; // the two languages share their noise
    const clip = await engine.make(
      newJob(model, { prompt: prompt.text, seed }, { aspect: '1:1', fps: READER_FPS, ...settings }),
    );
    results.push({ ...prompt, seed, read: await reader.read(clip) });
  }
  progress.clear();
  const seconds = (performance.now() - began) / 1000;
  const { steps, guidance, shift } = model.limits;
  console.log(
    `${model.name} ${model.version}: ${prompts.length} clips, ${options.steps ?? steps.default} steps, ` +
      `guidance ${options.guidance ?? guidance.default}, shift ${shift.default}; ${(seconds / prompts.length).toFixed(1)} s a clip\n`,
  );
  console.log(obedienceTable(results));
  if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 1)}\n`);
  const worth = ATTRIBUTES.map((attribute) => `${attribute} ${(100 * reader.held[attribute]).toFixed(1)} %`);
  console.log(`\nThe reader on renders that it has not seen: ${worth.join(', ')}.\n`);
  console.log(`${confusions(results, 12)}\n`);
  console.log(picturesTable(await measurePictures(engine, model, join(FOLDER, 'pictures'), settings)));
  const films = join(FOLDER, 'films.jsonl');
  console.log(`\n${filmsTable(await measureFilms(engine, model, films, settings))}`);
}

/** One pair of every `every`, each time at another place: kinds of prompts follow each other in turns. */
function isTaken(pair: number, every: number): boolean {
  return pair % every === Math.floor(pair / every) % every;
}

interface Options {
  readonly prompts: string;
  readonly weights: string;
  readonly transformer: string | null;
  readonly every: number;
  readonly steps: number | null;
  readonly guidance: number | null;
  readonly out: string | null;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        prompts: text,
        weights: text,
        transformer: text,
        every: text,
        steps: text,
        guidance: text,
        out: text,
      },
    });
    const number = (value: string | undefined): number | null => (value === undefined ? null : Number(value));
    const every = number(values.every) ?? 1;
    if (!(Number.isInteger(every) && every >= 1)) throw new Error('--every must be a whole number from 1');
    return {
      prompts: values.prompts ?? join(FOLDER, 'prompts.jsonl'),
      weights: values.weights ?? WEIGHTS,
      transformer: values.transformer ?? null,
      every,
      steps: number(values.steps),
      guidance: number(values.guidance),
      out: values.out ?? null,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${reason}. There are --prompts, --weights, --transformer, --every, --steps, --guidance and --out.`;
    throw new AppError('input/argument', message, { cause });
  }
}

function known(attribute: string, words: readonly string[]): string {
  return words.length > 0
    ? `${attribute} is one of ${words.join(', ')}`
    : `there are ${ATTRIBUTES.join(', ')}`;
}

function withTransformer(model: ModelManifest, path: string): ModelManifest {
  try {
    const data = readFileSync(path);
    const sha256 = createHash('sha256').update(data).digest('hex');
    const transformer = { name: resolve(path), url: path, bytes: data.length, sha256 };
    return { ...model, version: `${model.version} with ${path}`, files: { ...model.files, transformer } };
  } catch (cause) {
    throw new AppError('storage/read', `${path} could not be read.`, { cause });
  }
}

/** The model whose weights lie in a folder, as `training/export.py` writes them. */
function modelIn(folder: string): ModelManifest {
  const path = join(folder, 'seedling.json');
  try {
    return seedlingManifest(JSON.parse(readFileSync(path, 'utf8')) as SeedlingFacts, (name) =>
      join(folder, name),
    );
  } catch (cause) {
    throw new AppError('storage/read', `${path} could not be read.`, { cause });
  }
}

/** @throws {AppError} `input/argument` for a line that is no prompt, or that expects what cannot be read. */
function readPrompts(path: string, { classes }: Pick<ClipReader, 'classes'>): readonly PairedPrompt[] {
  let lines: readonly string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch (cause) {
    throw new AppError('storage/read', `${path} could not be read.`, { cause });
  }
  const filled = [...lines.entries()].filter(([, line]) => line.trim() !== '');
  if (filled.length === 0) throw new AppError('input/argument', `${path} has no prompts.`);
  return filled.map(([i, line], at) => {
    try {
      const { text, language, seen, expect } = JSON.parse(line) as Partial<ObediencePrompt>;
      if (typeof text !== 'string' || !expect) throw new Error('text and expect are needed');
      for (const [attribute, word] of Object.entries(expect)) {
        const words: readonly string[] = classes[attribute as Attribute] ?? [];
        if (!words.includes(word))
          throw new Error(`${attribute} “${word}” cannot be read; ${known(attribute, words)}`);
      }
      return { text, language: language ?? 'en', seen: seen ?? true, expect, pair: at >> 1 };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('input/argument', `${path}, line ${i + 1}: ${reason}.`, { cause });
    }
  });
}
