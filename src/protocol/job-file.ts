// Jobs come back from files that anybody may have written: everything is parsed from unknown, field by field.

import { AppError } from '../core/errors.ts';
import {
  CAMERA_MOVES,
  type CameraMove,
  JOB_VERSION,
  type Job,
  MAX_SEGMENTS,
  PICTURE_FITS,
  type SamplingSettings,
  type Segment,
} from '../core/job.ts';
import type { JobRecord } from './engine-api.ts';

/** Longest text field that is read, in UTF-16 units; the prompt's own limit is checked later, by graphemes. */
const MAX_TEXT = 20_000;
/** Longest embedded picture that is read: 8 MiB of PNG in base64. */
const MAX_PICTURE = 11_200_000;

const wrong = (path: string, expected: string, got: unknown): AppError =>
  new AppError('input/job', `${path}: expected ${expected}, got ${describe(got)}.`, {
    detail: { path, expected },
  });

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(path, 'an object', value);
  return value as Record<string, unknown>;
}

/** Own properties only: a prototype's are nobody's answer. */
const field = (from: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(from, name) ? from[name] : undefined;

function text(value: unknown, path: string, longest = MAX_TEXT): string {
  if (typeof value !== 'string') throw wrong(path, 'text', value);
  if (value.length > longest) throw wrong(path, `at most ${longest} characters`, value.length);
  return value;
}

function number(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(path, 'a number', value);
  return value;
}

/** @param missing what it means if nothing is said. */
function flag(value: unknown, path: string, missing: boolean): boolean {
  if (value === undefined) return missing;
  if (typeof value !== 'boolean') throw wrong(path, 'true or false', value);
  return value;
}

function parseSegment(value: unknown, path: string): Segment {
  const from = record(value, path);
  const picture = field(from, 'picture');
  const kept = field(from, 'keepSeconds') ?? undefined;
  return {
    prompt: text(field(from, 'prompt'), `${path}.prompt`),
    seconds: number(field(from, 'seconds'), `${path}.seconds`),
    seed: number(field(from, 'seed'), `${path}.seed`),
    camera: parseCamera(field(from, 'camera'), `${path}.camera`),
    picture: picture === null || picture === undefined ? null : parsePicture(picture, `${path}.picture`),
    settings: parseSettings(field(from, 'settings'), `${path}.settings`),
    ...(kept !== undefined && { keepSeconds: number(kept, `${path}.keepSeconds`) }),
  };
}

/** Version 1 had no camera beside the prompt. */
function parseCamera(value: unknown, path: string): CameraMove | null {
  if (value === null || value === undefined) return null;
  const known = CAMERA_MOVES.find((move) => move === value);
  if (!known) throw wrong(path, `one of ${CAMERA_MOVES.join(', ')}`, value);
  return known;
}

/** Version 1 had no settings of a segment's own. */
function parseSettings(value: unknown, path: string): Partial<SamplingSettings> {
  if (value === undefined) return {};
  const from = record(value, path);
  const settings: { -readonly [key in keyof SamplingSettings]?: SamplingSettings[key] } = {};
  for (const name of ['steps', 'guidance', 'shift'] as const) {
    const own = field(from, name);
    if (own !== undefined) settings[name] = number(own, `${path}.${name}`);
  }
  const negative = field(from, 'negativePrompt');
  if (negative !== undefined) settings.negativePrompt = text(negative, `${path}.negativePrompt`);
  return settings;
}

function parsePicture(value: unknown, path: string): NonNullable<Segment['picture']> {
  const fit = field(record(value, path), 'fit');
  const known = PICTURE_FITS.find((name) => name === fit);
  if (!known) throw wrong(`${path}.fit`, PICTURE_FITS.join(' or '), fit);
  return { fit: known };
}

/**
/**
 * Refuses a version that is not read here.
 * @throws {AppError} `input/job`, with another word for a newer one.
 */
export function checkJobVersion(version: unknown): void {
  if (version !== 1 && version !== 2 && version !== JOB_VERSION) {
    throw typeof version === 'number' && version > JOB_VERSION
      ? new AppError(
          'input/job',
          `This job was made by a newer Kindling (job version ${version}); this one reads up to version ${JOB_VERSION}. Reload to update.`,
        )
      : wrong('job.version', `1, 2 or ${JOB_VERSION}`, version);
  }
}

/**
 * Reads a job from JSON that anybody may have written; an earlier version comes back as the current one. Unknown fields are left out,
 * which is why a field that changes the film, such as a cut, takes a new version. Whether the model can make it is {@link checkJob}'s
 * question.
 * @throws {AppError} `input/job` naming the path, what was expected and what was found.
 */
export function parseJob(value: unknown): Job {
  const from = record(value, 'job');
  checkJobVersion(field(from, 'version'));
  const segments = field(from, 'segments');
  if (!Array.isArray(segments) || segments.length === 0 || segments.length > MAX_SEGMENTS) {
    throw wrong('job.segments', `a list of 1 to ${MAX_SEGMENTS} segments`, segments);
  }
  return {
    version: JOB_VERSION,
    model: text(field(from, 'model'), 'job.model', 200),
    aspect: text(field(from, 'aspect'), 'job.aspect', 40),
    fps: number(field(from, 'fps'), 'job.fps'),
    steps: number(field(from, 'steps'), 'job.steps'),
    guidance: number(field(from, 'guidance'), 'job.guidance'),
    shift: number(field(from, 'shift'), 'job.shift'),
    negativePrompt: text(field(from, 'negativePrompt'), 'job.negativePrompt'),
    scene: text(field(from, 'scene') ?? '', 'job.scene'), // version 1 had none
    segments: segments.map((segment, i) => parseSegment(segment, `job.segments[${i}]`)),
  };
}

/**
 * Reads what Kindling writes into its files.
 * @throws {AppError} `input/job`.
 */
export function parseJobRecord(value: unknown): JobRecord {
  const from = record(value, 'record');
  if (field(from, 'kindling') !== 1) throw wrong('record.kindling', '1', field(from, 'kindling'));
  const model = record(field(from, 'model'), 'record.model');
  const picture = field(from, 'picture');
  return {
    kindling: 1,
    job: parseJob(field(from, 'job')),
    model: {
      id: text(field(model, 'id'), 'record.model.id', 200),
      version: text(field(model, 'version'), 'record.model.version', 200),
      hash: text(field(model, 'hash'), 'record.model.hash', 200),
    },
    visibleLabel: flag(field(from, 'visibleLabel'), 'record.visibleLabel', true),
    picture: picture === null || picture === undefined ? null : text(picture, 'record.picture', MAX_PICTURE),
  };
}
