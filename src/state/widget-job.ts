import { checkJob, newJob } from '../core/check-job.ts';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { EmbedJob } from '../protocol/embed-api.ts';
import type { EmbedPolicy } from '../protocol/embed-policy.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { PICTURE_LIMITS } from '../protocol/picture-limits.ts';

/** What was asked for, as it would be made. */
export interface WidgetOrder {
  readonly job: Job;
  readonly manifest: ModelManifest;
  readonly picture: Blob | null;
  readonly visibleLabel: boolean;
}

/** The models of a catalogue that a deployment offers, in the deployment's order. */
export const offeredModels = (
  catalogue: readonly ModelManifest[],
  { models }: Pick<EmbedPolicy, 'models'>,
): readonly ModelManifest[] => models.flatMap((id) => catalogue.find((manifest) => manifest.id === id) ?? []);

/**
 * Turns what was asked for into a job that can be made and may be made here. Starts nothing and reads no picture.
 * @throws {AppError} `input/…` for what the model cannot make or the deployment does not allow, naming the nearest that
 * works; `model/unknown`; `embed/label`.
 */
export function orderFor(
  asked: EmbedJob,
  offered: readonly ModelManifest[],
  policy: EmbedPolicy,
  drawSeed: () => number,
): WidgetOrder {
  const manifest = offered.find(({ id }) => id === (asked.model ?? offered[0]?.id));
  if (!manifest) {
    const names = offered.map(({ id }) => id).join(', ');
    throw new AppError('model/unknown', `There is no model “${asked.model}” here. Available: ${names}.`);
  }
  if (asked.label === false && policy.label === 'mandatory')
    throw new AppError(
      'embed/label',
      'Clips that are made here carry the visible mark “AI-generated”. Leave `label` out.',
    );
  const picture = asked.picture ?? null;
  if (picture && picture.size > PICTURE_LIMITS.maxBytes) {
    const { maxBytes } = PICTURE_LIMITS;
    const sizes = `${Math.ceil(picture.size / 1e6)} MB; pictures of up to ${Math.floor(maxBytes / 1e6)} MB can be used`;
    const detail = { bytes: picture.size, maxBytes };
    throw new AppError('input/picture-too-large', `The picture has ${sizes}. Make it smaller first.`, {
      detail,
    });
  }
  const max = Math.min(policy.maxSeconds, manifest.limits.seconds.max);
  const seconds = {
    ...manifest.limits.seconds,
    max,
    default: Math.min(max, manifest.limits.seconds.default),
  };
  const limits = { ...manifest.limits, seconds };
  const { prompt = '', seed = drawSeed(), fit = 'crop' } = asked;
  const segment = { prompt: prompt.trim(), seed, picture: picture && { fit } };
  const job = newJob(
    { id: manifest.id, limits },
    asked.seconds === undefined ? segment : { ...segment, seconds: asked.seconds },
    asked,
  );
  checkJob(job, limits, { hasPicture: picture !== null });
  return { job, manifest, picture, visibleLabel: asked.label ?? true };
}
