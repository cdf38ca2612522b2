// How the segments of a storyboard lie in latents and in frames. A segment goes on from the last latent frames of the one before: they
// are its clean prefix and are not shown twice.
import { assert } from './errors.ts';
import { type Job, type ModelGeometry, type ModelLimits, shownSeconds } from './job.ts';
import { type ClipShape, clipShape, framePicks, LATENT_TOLERANCE } from './video-format.ts';

/** One segment in the film. */
export interface SegmentPlan {
  readonly index: number;
  /** When it begins in the film, seconds. */
  readonly start: number;
  /** Latent frames that are taken over from the segment before, clean: 0 for the first. */
  readonly prefixFrames: number;
  /** Latent frames in all, prefix included. */
  readonly latentFrames: number;
  /** Latent frames that are kept of it: a prefix belongs to it if it was encoded for it. */
  readonly keptFrames: number;
  /** Of these, those that are painted and gone on from: fewer if its end is cut. */
  readonly shownFrames: number;
  /** Its first frame in the film. */
  readonly firstFrame: number;
  /** Frames of the file that show it. */
  readonly frames: number;
}

/** A whole storyboard. */
export interface FilmPlan {
  /** Sizes of every frame; `frames` and `latentFrames` are the film's. */
  readonly shape: ClipShape;
  readonly segments: readonly SegmentPlan[];
}

/**
 * Plans a film.
 * @param job checked: all but the last segment end with a whole latent frame.
 * @throws {AppError} `input/aspect` if the aspect is not a ratio.
 */
export function planFilm(
  model: { readonly geometry: ModelGeometry; readonly limits: Pick<ModelLimits, 'continuation'> },
  job: Pick<Job, 'aspect' | 'fps' | 'segments'>,
): FilmPlan {
  const { geometry, limits } = model;
  const prefix = limits.continuation?.prefixFrames ?? 0;
  const seconds = job.segments.reduce((sum, segment) => sum + shownSeconds(segment), 0);
  const shape = clipShape(geometry, job.aspect, seconds, job.fps);
  let start = 0;
  let latentFrames = 0;
  const segments = job.segments.map((segment, index): SegmentPlan => {
    const prefixFrames = index === 0 ? 0 : prefix;
    assert(index === 0 || prefix > 0, 'the model can go on from a segment');
    assert(prefix <= latentFrames || index === 0, 'there is enough to go on from');
    const framesIn = (length: number): number =>
      Math.ceil(length * geometry.latentRate - LATENT_TOLERANCE) + (index === 0 ? 1 : 0);
    const own = framesIn(segment.seconds);
    const shown = framesIn(shownSeconds(segment));
    const encoded = limits.continuation?.from === 'picture' ? prefixFrames : 0;
    const begin = start;
    const firstFrame = Math.round(begin * job.fps);
    start += shownSeconds(segment);
    // The last takes what rounding left over, so that the parts are the whole.
    const end = index + 1 === job.segments.length ? shape.frames : Math.round(start * job.fps);
    latentFrames += shown;
    return {
      index,
      start: begin,
      prefixFrames,
      latentFrames: prefixFrames + own,
      keptFrames: encoded + own,
      shownFrames: encoded + shown,
      firstFrame,
      frames: end - firstFrame,
    };
  });
  return { shape: { ...shape, latentFrames }, segments };
}

/**
 * Which painted picture each frame of a segment shows.
 * @returns for each frame its latent frame, counted from the segment's first own one (−1 is the last of the segment before, with which
 * a segment begins), and which of that latent frame's pictures, counted from its last: 0, −1, … Of the film's first latent frame only
 * the last picture is ever shown.
 */
export function segmentPicks(
  geometry: Pick<ModelGeometry, 'decoderFps' | 'latentRate'>,
  fps: number,
  plan: SegmentPlan,
): readonly { readonly latent: number; readonly picture: number }[] {
  const pictures = Math.round(geometry.decoderFps / geometry.latentRate);
  const firstOwn = plan.index === 0 ? 0 : Math.round(plan.start * geometry.latentRate) + 1;
  return framePicks(plan.firstFrame + plan.frames, fps, geometry.decoderFps)
    .slice(plan.firstFrame)
    .map((instant) => {
      const latent = Math.ceil(instant / pictures); // the film's latent frame t paints the instants (t − 1)·pictures + 1 … t·pictures
      return { latent: latent - firstOwn, picture: instant - latent * pictures };
    });
}
