// Storyboards as people write them: what is not said is the model's own, and a word that means nothing is told instead of ignored.

import { AppError } from '../core/errors.ts';
import { JOB_VERSION, type Job, MAX_SEED, type ModelLimits } from '../core/job.ts';
import { checkJobVersion, parseJob } from './job-file.ts';

const BOARD_FIELDS = [
  '$schema',
  'title',
  'version',
  'model',
  'aspect',
  'fps',
  'scene',
  'steps',
  'guidance',
  'shift',
  'negativePrompt',
  'segments',
  'takes',
  'picture',
];
const SEGMENT_FIELDS = ['prompt', 'seconds', 'keepSeconds', 'seed', 'camera', 'picture', 'settings'];
const SETTING_FIELDS = ['steps', 'guidance', 'shift', 'negativePrompt'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseUnknown(from: unknown, path: string, known: readonly string[]): void {
  if (!isObject(from)) return; // said by parseJob
  const unknown = Object.keys(from).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AppError(
    'input/job',
    `${path}.${unknown.slice(0, 40)}: there is no such field; there are ${known.join(', ')}.`,
    { detail: { path: `${path}.${unknown}`, expected: known } },
  );
}

/**
 * Reads a storyboard that a person wrote: JSON in the form of `public/storyboard.schema.json`. A complete job is one, too. Title, takes
 * and picture are {@link parseBoardFile}'s.
 * @param firstSeed the first segment's seed where none is said; the others count on from it.
 * @returns a complete job, not yet checked against the model's limits.
 * @throws {AppError} `input/job` naming the segment (from 1; `detail.segment` counts from 0), the path, what was expected and what was found.
 */
export function parseStoryboard(
  value: unknown,
  model: { readonly id: string; readonly limits: ModelLimits },
  firstSeed: number,
): Job {
  if (!isObject(value)) {
    throw new AppError(
      'input/job',
      'A storyboard is an object with a list of segments: {"segments": [{"prompt": "…"}]}.',
    );
  }
  // A newer version has other fields: that it is newer is what helps.
  if (typeof value.version === 'number') checkJobVersion(value.version);
  refuseUnknown(value, 'storyboard', BOARD_FIELDS);
  try {
    return readSegments(value, model, firstSeed);
  } catch (error) {
    const at = error instanceof AppError && /\.segments\[(\d+)\]/.exec(error.message);
    if (!at) throw error;
    const segment = Number(at[1]);
    const { code, message, detail } = error;
    throw new AppError(code, `Segment ${segment + 1}: ${message}`, {
      detail: { ...detail, segment },
      cause: error,
    });
  }
}

function readSegments(
  value: Readonly<Record<string, unknown>>,
  model: { readonly id: string; readonly limits: ModelLimits },
  firstSeed: number,
): Job {
  const { limits } = model;
  const segments: readonly unknown[] = Array.isArray(value.segments) ? value.segments : [];
  for (const [i, segment] of segments.entries()) {
    refuseUnknown(segment, `storyboard.segments[${i}]`, SEGMENT_FIELDS);
    if (isObject(segment))
      refuseUnknown(segment.settings, `storyboard.segments[${i}].settings`, SETTING_FIELDS);
  }
  return parseJob({
    version: JOB_VERSION,
    model: model.id,
    aspect: limits.aspect.default,
    fps: limits.fps.default,
    steps: limits.steps.default,
    guidance: limits.guidance.default,
    shift: limits.shift.default,
    negativePrompt: '',
    ...value,
    segments: Array.isArray(value.segments)
      ? segments.map((segment, i) =>
          isObject(segment)
            ? {
                prompt: '',
                seconds: limits.seconds.default,
                seed: (firstSeed + i) % (MAX_SEED + 1),
                ...segment,
              }
            : segment,
        )
      : value.segments,
  });
}
