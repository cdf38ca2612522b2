// A job says everything that decides a clip's pixels: the same job on the same device makes the same frames.

/** How a picture that has another shape than the clip is fitted: cut to fill, or shown whole with filled borders. */
export const PICTURE_FITS = ['crop', 'letterbox'] as const;

/** One of {@link PICTURE_FITS}. */
export type PictureFit = (typeof PICTURE_FITS)[number];

/** One stretch of a clip with its own words. A plain clip has one. */
export interface Segment {
  /** What happens; up to 500 graphemes, may be empty if there is a picture. */
  readonly prompt: string;
  /** Length in seconds. */
  readonly seconds: number;
  /** Seed of the noise, an integer 0 … 2^32 − 1. */
  readonly seed: number;
  /** The first frame is a picture, sent beside the job; null for text to video. */
  readonly picture: { readonly fit: PictureFit } | null;
}

/** Everything that decides a clip's pixels, except the picture's bytes. */
export interface Job {
  readonly version: 1;
  /** Identifier in the catalogue. */
  readonly model: string;
  /** Width to height, such as `16:9`. */
  readonly aspect: string;
  /** Frames per second of the file, an integer. */
  readonly fps: number;
  /** Denoising steps. */
  readonly steps: number;
  /** Classifier-free guidance (arXiv:2207.12598): velocity = negative + guidance · (prompt − negative). 1 = none, and half the work. */
  readonly guidance: number;
  /** Shift of the schedule: σ' = s·σ / (1 + (s − 1)·σ). */
  readonly shift: number;
  /** What should not be seen; may be empty. */
  readonly negativePrompt: string;
  readonly segments: readonly Segment[];
}

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
