// A job says everything that decides a clip's pixels: the same job on the same device makes the same frames.

/** How a picture that has another shape than the clip is fitted: cut to fill, or shown whole with filled borders. */
export const PICTURE_FITS = ['crop', 'letterbox'] as const;

/** One of {@link PICTURE_FITS}. */
export type PictureFit = (typeof PICTURE_FITS)[number];

/** What the camera can be told apart from the prompt. */
export const CAMERA_MOVES = [
  'still',
  'pan left',
  'pan right',
  'tilt up',
  'tilt down',
  'zoom in',
  'zoom out',
  'roll',
] as const;

/** One of {@link CAMERA_MOVES}. */
export type CameraMove = (typeof CAMERA_MOVES)[number];

/** How a model is run: what the whole board says, and what a segment may say otherwise. */
export interface SamplingSettings {
  /** Denoising steps. */
  readonly steps: number;
  /** Classifier-free guidance (arXiv:2207.12598): velocity = negative + guidance · (prompt − negative). 1 = none, and half the work. */
  readonly guidance: number;
  /** Shift of the schedule: σ' = s·σ / (1 + (s − 1)·σ). */
  readonly shift: number;
  /** What should not be seen; may be empty. */
  readonly negativePrompt: string;
}

/** One stretch of a clip with its own words. A plain clip has one; every further one goes on from where the one before ends. */
export interface Segment {
  /** What happens; up to 500 graphemes, may be empty if there is a picture or an earlier segment. */
  readonly prompt: string;
  /** Length in seconds: so much is made. */
  readonly seconds: number;
  /**
   * Only the beginning is shown and gone on from, so many seconds; less than `seconds`. Absent: all of it. What is made does not hang on
   * it, so a cut can be moved and lifted.
   */
  readonly keepSeconds?: number;
  /** Seed of the noise, an integer 0 … 2^32 − 1. */
  readonly seed: number;
  /** Said to the model after the prompt, in the prompt's language; null leaves the camera to the prompt. */
  readonly camera: CameraMove | null;
  /** The first frame is a picture, sent beside the job; null for text to video. The first segment alone can have one. */
  readonly picture: { readonly fit: PictureFit } | null;
  /** Where this segment differs from the board. */
  readonly settings: Partial<SamplingSettings>;
}

/** The version of {@link Job} that is written. Version 2 had no cuts, and version 1 plain clips only. */
export const JOB_VERSION = 3;

/** Most segments of a job: three minutes of five seconds each. */
export const MAX_SEGMENTS = 36;

/** A storyboard: everything that decides a clip's pixels, except the picture's bytes. */
export interface Job extends SamplingSettings {
  readonly version: typeof JOB_VERSION;
  /** Identifier in the catalogue. */
  readonly model: string;
  /** Width to height, such as `16:9`. */
  readonly aspect: string;
  /** Frames per second of the file, an integer. */
  readonly fps: number;
  /** What is there all the time: said to the model before every segment's prompt, so that those need only say what happens. May be empty. */
  readonly scene: string;
  /** 1 to {@link MAX_SEGMENTS}, in the order in which they are shown. */
  readonly segments: readonly Segment[];
}

/** What a film is about, in its own words: for names and labels. */
export const titleOf = ({ scene, segments }: Pick<Job, 'scene' | 'segments'>): string =>
  [scene, ...segments.map(({ prompt }) => prompt)].find((words) => words.trim() !== '')?.trim() ?? '';

/** What a segment is made with: the board's settings unless it says otherwise. */
export const settingsOf = (job: Job, segment: Segment): SamplingSettings => ({
  steps: segment.settings.steps ?? job.steps,
  guidance: segment.settings.guidance ?? job.guidance,
  shift: segment.settings.shift ?? job.shift,
  negativePrompt: segment.settings.negativePrompt ?? job.negativePrompt,
});

/** Seconds of a segment that are seen in the film. */
export const shownSeconds = ({ seconds, keepSeconds }: Pick<Segment, 'seconds' | 'keepSeconds'>): number =>
  keepSeconds ?? seconds;

/** Aspect ratios offered by name; any other `W:H` within the model's limits is a custom one. */
export const ASPECTS = ['16:9', '9:16', '1:1', '4:3', '3:4', '21:9'] as const;

/** Largest seed: the noise generator is keyed with 32 bits. */
export const MAX_SEED = 0xffff_ffff;

/** What a model can make and what it makes when nothing is said. All ranges are inclusive. */
export interface ModelLimits {
  /** Whether a clip may begin with a picture. */
  readonly pictures: boolean;
  readonly seconds: { readonly min: number; readonly max: number; readonly default: number };
  /** Integers; max is the rate at which the decoder paints. */
  readonly fps: { readonly min: number; readonly max: number; readonly default: number };
  readonly steps: { readonly min: number; readonly max: number; readonly default: number };
  readonly guidance: { readonly min: number; readonly max: number; readonly default: number };
  readonly shift: { readonly min: number; readonly max: number; readonly default: number };
  /** Width divided by height. */
  readonly aspect: { readonly min: number; readonly max: number; readonly default: string };
  /** How a segment goes on from the one before it; absent where a model cannot. */
  readonly continuation?: Continuation;
}

/** How a model goes on from what there is. */
export interface Continuation {
  /** Latent frames of a segment's end that the next one begins with, clean; they are not shown twice. */
  readonly prefixFrames: number;
  /** Seconds of a latent frame: a segment that another goes on from ends with a whole one. */
  readonly secondsStep: number;
  /**
   * `latents`: the segment's last latent frames as they are. `picture`: its last picture, encoded again, for models whose first latent
   * frame is always a single picture; `prefixFrames` is 1 then.
   */
  readonly from: 'latents' | 'picture';
  /**
   * How much of a channel's deviation may come or go in a segment without being meant: so much is taken back, so that a still scene is the
   * same after 36 segments. 0, or absent, changes nothing.
   */
  readonly drift?: number;
}

/** How a model's latents relate to pixels and time. */
export interface ModelGeometry {
  /** Latent frames per second after the first latent frame (which is the clip's first instant). */
  readonly latentRate: number;
  /** Shorter side of the clip as the encoder sees it, pixels. */
  readonly shortSide: number;
  /** Sides as the encoder sees them are multiples of this: codec stride × transformer patch. */
  readonly unit: number;
  /** Output pixels per encoder pixel. */
  readonly upscale: number;
  /** Frames per second that the decoder paints. */
  readonly decoderFps: number;
}
