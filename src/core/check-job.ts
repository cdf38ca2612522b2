import { AppError, type ErrorCode } from './errors.ts';
import { ASPECTS, type Job, MAX_SEED, type ModelLimits, PICTURE_FITS } from './job.ts';
import { checkPrompt } from './prompt.ts';
import { parseAspect } from './video-format.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

const clamp = (value: number, { min, max }: Range): number => Math.min(max, Math.max(min, value));

/** Refuses a number outside a range; the message names the nearest legal value. */
function checkNumber(
  code: ErrorCode,
  what: string,
  value: number,
  range: Range,
  unit: string,
  whole: boolean,
): void {
  const kind = whole ? 'a whole number' : 'a number';
  if (Number.isNaN(value)) {
    const message = `${what} must be ${kind} from ${range.min} to ${range.max}${unit}, not ${value}.`;
    throw new AppError(code, message, { detail: { asked: String(value), min: range.min, max: range.max } });
  }
  const nearest = clamp(whole ? Math.round(value) : value, range);
  if (nearest === value) return;
  const alternatives =
    whole && !Number.isInteger(value) && value > range.min && value < range.max
      ? [Math.floor(value), Math.ceil(value)]
      : [nearest];
  throw new AppError(
    code,
    `${what} of ${value}${unit} cannot be used: it must be ${kind} from ${range.min} to ${range.max}${unit}. ` +
      `Nearest: ${alternatives.join(' or ')}.`,
    {
      detail: {
        asked: Number.isFinite(value) ? value : String(value), // JSON has no infinity
        min: range.min,
        max: range.max,
        nearest: alternatives,
      },
    },
  );
}

/**
 * Refuses a job that the model cannot make. Nothing is rounded silently: each message names the nearest value that works.
 * @param options `hasPicture`: a picture comes with the job, so the prompt may be empty.
 * @throws {AppError} `input/…` for the first thing that is wrong.
 */
export function checkJob(job: Job, limits: ModelLimits, options: { readonly hasPicture: boolean }): void {
  if (job.version !== 1) {
    throw new AppError(
      'input/job',
      `This job has version ${String(job.version)}; version 1 can be made here.`,
    );
  }
  if (job.segments.length !== 1) {
    throw new AppError(
      'input/job',
      `This job has ${job.segments.length} segments; exactly one can be made at a time.`,
    );
  }
  for (const segment of job.segments) {
    const hasPicture = segment.picture !== null;
    if (hasPicture !== options.hasPicture) {
      throw new AppError(
        'input/job',
        hasPicture
          ? 'The job starts from a picture, but no picture came with it. Add the picture, or remove it from the job.'
          : 'A picture came with a job that does not use one. Remove the picture, or let the job start from it.',
      );
    }
    if (hasPicture && !limits.pictures) {
      throw new AppError(
        'input/picture-unsupported',
        'This model cannot begin with a picture. Remove the picture, or choose a model that can.',
      );
    }
    if (segment.picture && !PICTURE_FITS.includes(segment.picture.fit)) {
      throw new AppError(
        'input/job',
        `A picture is fitted by ${PICTURE_FITS.join(' or ')}, not “${segment.picture.fit}”.`,
      );
    }
    checkPrompt(segment.prompt, { hasPicture });
    checkNumber('input/seconds', 'A length', segment.seconds, limits.seconds, ' s', false);
    checkNumber('input/seed', 'A seed', segment.seed, { min: 0, max: MAX_SEED }, '', true);
  }
  // An empty negative prompt is the usual one: checked as if a picture stood in for it.
  checkPrompt(job.negativePrompt, { hasPicture: true });
  checkNumber('input/fps', 'A frame rate', job.fps, limits.fps, ' frames per second', true);
  checkNumber('input/steps', 'A step count', job.steps, limits.steps, '', true);
  checkNumber('input/guidance', 'A guidance', job.guidance, limits.guidance, '', false);
  checkNumber('input/shift', 'A shift', job.shift, limits.shift, '', false);
  checkAspect(job.aspect, limits.aspect);
}

function checkAspect(aspect: string, limits: ModelLimits['aspect']): void {
  const parsed = parseAspect(aspect);
  if (!parsed) {
    throw new AppError(
      'input/aspect',
      `“${aspect}” is not an aspect ratio; write it as width:height, for example 16:9.`,
    );
  }
  const ratio = parsed.width / parsed.height;
  if (ratio >= limits.min && ratio <= limits.max) return;
  const nearest = asRatio(ratio < limits.min ? limits.min : limits.max);
  throw new AppError(
    'input/aspect',
    `${aspect} is a shape this model cannot make: width to height must be between ${round(limits.min)} and ${round(limits.max)}. Nearest: ${nearest}.`,
    { detail: { asked: aspect, min: limits.min, max: limits.max, nearest: [nearest] } },
  );
}

/** A limit as people write it: `21:9` for 2.333…, else in hundredths. */
function asRatio(value: number): string {
  const known = [...ASPECTS, '9:21'].find((name) => {
    const { width, height } = parseAspect(name)!;
    return width / height === value;
  });
  return known ?? `${Math.round(100 * value)}:100`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/**
 * A job with the model's defaults for everything that is not said.
 * @param seed is the caller's to choose: this module draws no random numbers.
 */
export function newJob(
  model: { readonly id: string; readonly limits: ModelLimits },
  segment: {
    readonly prompt: string;
    readonly seed: number;
    readonly seconds?: number;
    readonly picture?: Job['segments'][number]['picture'];
  },
  settings: Partial<Pick<Job, 'aspect' | 'fps' | 'steps' | 'guidance' | 'shift' | 'negativePrompt'>> = {},
): Job {
  const { limits } = model;
  return {
    version: 1,
    model: model.id,
    aspect: settings.aspect ?? limits.aspect.default,
    fps: settings.fps ?? limits.fps.default,
    steps: settings.steps ?? limits.steps.default,
    guidance: settings.guidance ?? limits.guidance.default,
    shift: settings.shift ?? limits.shift.default,
    negativePrompt: settings.negativePrompt ?? '',
    segments: [
      {
        prompt: segment.prompt,
        seconds: segment.seconds ?? limits.seconds.default,
        seed: segment.seed,
        picture: segment.picture ?? null,
      },
    ],
  };
}
