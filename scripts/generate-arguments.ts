// The command line of `npm run generate`. Everything that can be refused is refused here, before a browser is started.
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkJob, newJob } from '../src/core/check-job.ts';
import { AppError, type ErrorCode } from '../src/core/errors.ts';
import { ASPECTS, type Job, MAX_SEED, MAX_SEGMENTS, PICTURE_FITS } from '../src/core/job.ts';
import { MAX_BOARD_FILE_BYTES, parseBoardFile } from '../src/protocol/board-file.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../src/protocol/engine-api.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';

/** What the command line asks for. */
export interface GenerateCommand {
  readonly job: Job;
  /** Path of the picture's file; null for text to video. */
  readonly image: string | null;
  /** The picture that stood in the storyboard's own file; null without one, or if `image` takes its place. */
  readonly picture: Blob | null;
  /** Path of the MP4 to write. */
  readonly out: string;
  readonly device: DeviceChoice;
  readonly visibleLabel: boolean;
  /** Print the report as JSON. */
  readonly json: boolean;
}

const OPTIONS = {
  prompt: { type: 'string' },
  out: { type: 'string', short: 'o' },
  image: { type: 'string' },
  storyboard: { type: 'string' },
  seconds: { type: 'string' },
  fps: { type: 'string' },
  aspect: { type: 'string' },
  seed: { type: 'string' },
  steps: { type: 'string' },
  guidance: { type: 'string' },
  negative: { type: 'string' },
  fit: { type: 'string' },
  device: { type: 'string' },
  'no-label': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The text of `--help`. */
export function usage({ limits }: Pick<ModelManifest, 'limits'>): string {
  const range = ({ min, max, default: usual }: { min: number; max: number; default: number }): string =>
    `${min} to ${max}, default ${usual}`;
  return `Makes a clip without a screen, through the real page and its worker.

  npm run generate -- --prompt "an orange cat in a snowy forest" --out clip.mp4

  --storyboard FILE a film of up to ${MAX_SEGMENTS} segments that go on from each other, as JSON: {"scene": "a castle",
                    "segments": [{"prompt": "the sun sets"}, {"prompt": "fog rises"}]}; everything about the film stands there,
                    the picture too if the page saved it
  --prompt TEXT     what happens, up to 500 characters, English or Chinese; may be left out if there is a picture
  --out FILE        the MP4 to write (-o); an existing file is replaced once the clip is finished
  --image FILE      a picture as the first frame: JPEG, PNG, WebP, AVIF or GIF
  --fit HOW         how a picture of another shape is fitted: ${PICTURE_FITS.join(' or ')}, default ${PICTURE_FITS[0]}
  --seconds N       length: ${range(limits.seconds)}
  --fps N           frames per second: ${range(limits.fps)}
  --aspect W:H      ${ASPECTS.join(', ')} or another shape, default ${limits.aspect.default}
  --seed N          0 to ${MAX_SEED}, default random; the same job on the same device makes the same frames
  --steps N         denoising steps: ${range(limits.steps)}
  --guidance X      how closely the prompt is followed: ${range(limits.guidance)}
  --negative TEXT   what should not be seen
  --device WHICH    ${DEVICE_CHOICES.join(', ')}; default ${DEVICE_CHOICES[0]}
  --no-label        leave out the visible “AI-generated” mark; the mark in the file's metadata is always written
  --json            print a report as one line of JSON on standard output
  --help            this text (-h)
`;
}

/**
 * Reads the command line.
 * @param args without program and script.
 * @param model decides limits and defaults.
 * @param randomSeed used if no seed is given.
 * @param readJson reads the storyboard's file; for tests.
 * @returns the command, or `help`.
 * @throws {AppError} `input/…` naming what would work.
 */
export function readCommand(
  args: readonly string[],
  model: ModelManifest,
  randomSeed: number,
  readJson: (path: string) => unknown = readJsonFile,
): GenerateCommand | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.storyboard !== undefined)
    return readFilm(values, values.storyboard, model, randomSeed, readJson);
  const prompt = values.prompt ?? '';
  const image = values.image ?? null;
  if (prompt === '' && image === null) {
    throw new AppError(
      'input/prompt-empty',
      'Say what should happen with --prompt "…", or give a picture with --image FILE.',
    );
  }
  const { limits } = model;
  const fit = oneOf('--fit', values.fit, PICTURE_FITS);
  const job = newJob(
    model,
    {
      prompt,
      seed: number('input/seed', '--seed', values.seed, randomSeed),
      seconds: number('input/seconds', '--seconds', values.seconds, limits.seconds.default),
      picture: image === null ? null : { fit },
    },
    {
      aspect: values.aspect ?? limits.aspect.default,
      fps: number('input/fps', '--fps', values.fps, limits.fps.default),
      steps: number('input/steps', '--steps', values.steps, limits.steps.default),
      guidance: number('input/guidance', '--guidance', values.guidance, limits.guidance.default),
      negativePrompt: values.negative ?? '',
    },
  );
  checkJob(job, limits, { hasPicture: image !== null });
  return commandFor(job, values, null);
}

type Values = ReturnType<typeof parse>;

function commandFor(job: Job, values: Values, picture: Blob | null): GenerateCommand {
  if (!values.out) throw new AppError('input/argument', 'Say where the clip goes: --out clip.mp4');
  return {
    job,
    image: values.image ?? null,
    picture,
    out: values.out,
    device: oneOf('--device', values.device, DEVICE_CHOICES),
    visibleLabel: values['no-label'] !== true,
    json: values.json === true,
  };
}

/** Options that a storyboard has an answer to. */
const SAID_IN_STORYBOARD = [
  'prompt',
  'seconds',
  'fps',
  'aspect',
  'seed',
  'steps',
  'guidance',
  'negative',
] as const;

function readFilm(
  values: Values,
  path: string,
  model: ModelManifest,
  randomSeed: number,
  readJson: (path: string) => unknown,
): GenerateCommand {
  const both = SAID_IN_STORYBOARD.find((option) => values[option] !== undefined);
  if (both) {
    throw new AppError('input/argument', `--${both} cannot be used beside --storyboard: say it in ${path}.`);
  }
  const file = parseBoardFile(readJson(path), model, randomSeed);
  const board = file.job;
  const [first, ...others] = board.segments;
  const fit = oneOf('--fit', values.fit ?? first?.picture?.fit, PICTURE_FITS);
  const begins =
    first && (values.image !== undefined || first.picture) ? { ...first, picture: { fit } } : first;
  const job = begins ? { ...board, segments: [begins, ...others] } : board;
  const picture = values.image === undefined ? file.picture : null;
  checkJob(job, model.limits, { hasPicture: values.image !== undefined || picture !== null });
  return commandFor(job, values, picture);
}

function readJsonFile(path: string): unknown {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MAX_BOARD_FILE_BYTES) {
      throw new AppError(
        'input/job',
        `The storyboard ${path} has ${size} bytes; files of up to ${MAX_BOARD_FILE_BYTES} bytes can be read.`,
      );
    }
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('storage/read', `The storyboard ${path} could not be read: ${reason}`, { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('input/job', `${path} is not JSON: ${reason}`, { cause });
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: joinNegativeNumbers(args),
      options: OPTIONS,
      strict: true,
      allowPositionals: false,
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const unknown = /Unknown option '(--?[^' ]+)/.exec(message)?.[1];
    const near = unknown ? nearest(unknown.replace(/^-+/, ''), Object.keys(OPTIONS)) : null;
    const advice = unknown
      ? `There is no option ${unknown}.${near ? ` Did you mean --${near}?` : ''}`
      : `${message.split('. ')[0]}.`;
    throw new AppError('input/argument', `${advice} See --help.`, {
      cause,
      detail: near ? { nearest: [`--${near}`] } : {},
    });
  }
}

/** `--seed -1` → `--seed=-1`: refused for its value, not mistaken for an option. */
function joinNegativeNumbers(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const next = args[i + 1];
    if (/^--[a-z-]+$/.test(arg) && next !== undefined && /^-[\d.]/.test(next)) return [`${arg}=${next}`];
    if (/^-[\d.]/.test(arg) && /^--[a-z-]+$/.test(args[i - 1] ?? '')) return [];
    return [arg];
  });
}

function number(code: ErrorCode, option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value))
    throw new AppError(code, `${option} needs a number, not “${text}”; without it, ${fallback} is used.`);
  return value;
}

function oneOf<T extends string>(
  option: string,
  text: string | undefined,
  choices: readonly [T, ...T[]] | readonly T[],
): T {
  const value = text ?? choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new AppError('input/argument', `${option} can be ${choices.join(', ')}, not “${text}”.`, {
    detail: { nearest: [nearest(text ?? '', choices) ?? choices[0]] },
  });
}

/** The candidate that needs the fewest edits; null if none is near. */
function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: candidate.startsWith(word) ? 1 : edits(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, word.length / 3) ? best.candidate : null;
}

/** Insertions, deletions and substitutions between two words (Levenshtein). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
