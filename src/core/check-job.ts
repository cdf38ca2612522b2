import { AppError, type ErrorCode } from './errors.ts';
import {
  ASPECTS,
  CAMERA_MOVES,
  type Continuation,
  JOB_VERSION,
  type Job,
  MAX_SEED,
  MAX_SEGMENTS,
  type ModelLimits,
  PICTURE_FITS,
  type SamplingSettings,
  settingsOf,
} from './job.ts';
import { checkPrompt } from './prompt.ts';
import { LATENT_TOLERANCE, parseAspect } from './video-format.ts';

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
 * Refuses a job that the model cannot make. Nothing is rounded silently: each message names the nearest value that works, and of a
 * storyboard the segment (from 1; `detail.segment` counts from 0).
 * @param options `hasPicture`: a picture comes with the job, so the first prompt may be empty.
 * @throws {AppError} `input/…` for the first thing that is wrong.
 */
export function checkJob(job: Job, limits: ModelLimits, options: { readonly hasPicture: boolean }): void {
  if (job.version !== JOB_VERSION) {
    throw new AppError(
      'input/job',
      `This job has version ${String(job.version)}; version ${JOB_VERSION} can be made here.`,
    );
  }
  checkSegmentCount(job.segments.length, limits);
  const wholeBoard = job.segments.length === 1;
  for (const [index, segment] of job.segments.entries()) {
    try {
      checkSegment(job, index, limits, options.hasPicture);
      checkSampling(settingsOf(job, segment), limits);
    } catch (error) {
      throw wholeBoard || !(error instanceof AppError) ? error : ofSegment(error, index);
    }
  }
  checkPrompt(job.scene, { hasPicture: true });
  checkSampling(job, limits);
  checkNumber('input/fps', 'A frame rate', job.fps, limits.fps, ' frames per second', true);
  checkAspect(job.aspect, limits.aspect);
}

function checkSegmentCount(count: number, limits: ModelLimits): void {
  if (count >= 1 && count <= MAX_SEGMENTS && (count === 1 || limits.continuation)) return;
  const why =
    count < 1
      ? 'at least one is needed'
      : count > MAX_SEGMENTS
        ? `at most ${MAX_SEGMENTS} can be made`
        : 'this model makes one at a time and cannot go on from it';
  throw new AppError('input/job', `This job has ${count} segments; ${why}.`, { detail: { segments: count } });
}

function checkSegment(job: Job, index: number, limits: ModelLimits, pictureCame: boolean): void {
  const segment = job.segments[index]!;
  const hasPicture = segment.picture !== null;
  if (index > 0 && hasPicture) {
    throw new AppError(
      'input/job',
      'Only the first segment can begin with a picture: the others begin where the one before ends. Remove the picture, or begin a new board with it.',
    );
  }
  if (index === 0 && hasPicture !== pictureCame) {
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
  if (segment.camera !== null && !CAMERA_MOVES.includes(segment.camera)) {
    throw new AppError(
      'input/job',
      `A camera move is one of ${CAMERA_MOVES.join(', ')}, not “${segment.camera}”.`,
    );
  }
  // What there already is can go on without words.
  const hasMore = hasPicture || index > 0 || segment.camera !== null || job.scene !== '';
  checkPrompt(segment.prompt, { hasPicture: hasMore });
  checkNumber('input/seconds', 'A length', segment.seconds, limits.seconds, ' s', false);
  if (segment.keepSeconds !== undefined) checkCut(segment.seconds, segment.keepSeconds, job.fps, limits);
  else if (index + 1 < job.segments.length && limits.continuation)
    checkWhole(
      'input/seconds',
      'A length of',
      segment.seconds,
      limits.seconds,
      limits.continuation.secondsStep,
    );
  checkNumber('input/seed', 'A seed', segment.seed, { min: 0, max: MAX_SEED }, '', true);
}

/** What is kept ends with a whole latent frame, before the segment's end, and is long enough to be seen and gone on from. */
function checkCut(seconds: number, kept: number, fps: number, { continuation }: ModelLimits): void {
  const step = continuation?.secondsStep ?? seconds; // a model that cannot go on has no place to cut
  const min = step * (continuation ? shortestCut(continuation, fps) : 1);
  const max = step * (Math.ceil(seconds / step - LATENT_TOLERANCE) - 1);
  checkWhole('input/cut', `A cut of ${seconds} s after`, kept, { min, max }, step);
}

/**
 * The least that a cut leaves of a segment: enough to go on from, and one frame of the file.
 * @returns in steps of `secondsStep`.
 */
export const shortestCut = ({ prefixFrames, secondsStep }: Continuation, fps: number): number =>
  Math.max(prefixFrames, Math.ceil(1 / (fps * secondsStep) - LATENT_TOLERANCE));

/** The next segment begins with a latent frame of this one: it has to end with a whole one. */
function checkWhole(code: ErrorCode, what: string, seconds: number, range: Range, step: number): void {
  const count = seconds / step;
  const { min, max } = range;
  const isWhole = Math.abs(count - Math.round(count)) < LATENT_TOLERANCE;
  if (isWhole && seconds > min - LATENT_TOLERANCE && seconds < max + LATENT_TOLERANCE) return;
  const places = [Math.floor(count), Math.ceil(count)].map((steps) => clamp(steps * step, range));
  const nearest = min > max ? [] : [...new Set(places)];
  const said = (value: number): number => Number(value.toFixed(4));
  throw new AppError(
    code,
    `${what} ${seconds} s cannot be gone on from: it must be a multiple of ${said(step)} s. Nearest: ${nearest.map(said).join(' or ') || 'none'}.`,
    { detail: { asked: seconds, min, max, nearest } },
  );
}

function checkSampling(settings: SamplingSettings, limits: ModelLimits): void {
  // An empty negative prompt is the usual one: checked as if a picture stood in for it.
  checkPrompt(settings.negativePrompt, { hasPicture: true });
  checkNumber('input/steps', 'A step count', settings.steps, limits.steps, '', true);
  checkNumber('input/guidance', 'A guidance', settings.guidance, limits.guidance, '', false);
  checkNumber('input/shift', 'A shift', settings.shift, limits.shift, '', false);
}

/** The same error, saying which segment of a storyboard it is about. */
const ofSegment = (error: AppError, index: number): AppError =>
  new AppError(error.code, `Segment ${index + 1}: ${error.message}`, {
    detail: { ...error.detail, segment: index },
    cause: error,
  });

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
  settings: Partial<Omit<Job, 'version' | 'model' | 'segments'>> = {},
): Job {
  const { limits } = model;
  return {
    version: JOB_VERSION,
    model: model.id,
    aspect: settings.aspect ?? limits.aspect.default,
    fps: settings.fps ?? limits.fps.default,
    steps: settings.steps ?? limits.steps.default,
    guidance: settings.guidance ?? limits.guidance.default,
    shift: settings.shift ?? limits.shift.default,
    negativePrompt: settings.negativePrompt ?? '',
    scene: settings.scene ?? '',
    segments: [
      {
        prompt: segment.prompt,
        seconds: segment.seconds ?? limits.seconds.default,
        seed: segment.seed,
        camera: null,
        picture: segment.picture ?? null,
        settings: {},
      },
    ],
  };
}
