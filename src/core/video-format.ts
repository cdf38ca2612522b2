import { AppError } from './errors.ts';
import type { ModelGeometry } from './job.ts';

/** All sizes of one clip, from what the user asked to what the networks see. */
export interface ClipShape {
  /** Size of the file's frames in pixels, even. */
  readonly width: number;
  readonly height: number;
  /** Frames in the file. */
  readonly frames: number;
  /** Picture size that the encoder sees, multiples of the model's unit. */
  readonly encoderWidth: number;
  readonly encoderHeight: number;
  /** Picture size that the decoder paints: encoder size × upscale. The file's frame is its centre. */
  readonly decoderWidth: number;
  readonly decoderHeight: number;
  /** Latent frames T. */
  readonly latentFrames: number;
}

/** Reads `W:H`. Returns the two positive numbers, or null if the text is not of that form. */
export function parseAspect(aspect: string): { readonly width: number; readonly height: number } | null {
  const match = /^(\d{1,5}(?:\.\d{1,3})?):(\d{1,5}(?:\.\d{1,3})?)$/.exec(aspect.trim());
  if (!match) return null;
  const width = Number(match[1]);
  const height = Number(match[2]);
  return width > 0 && height > 0 ? { width, height } : null;
}

/** Latent frames that a length may be off a whole number: people write 1.1667 for seven sixths. */
export const LATENT_TOLERANCE = 1e-3;

const even = (value: number): number => Math.max(2, 2 * Math.floor(value / 2));

/**
 * Finds the sizes of a clip. The shorter side is the model's own; the longer side is the nearest the token grid
 * allows, and the file's frame is cut from the painted one so that its shape is the one asked for (to the even pixel).
 * @param aspect `W:H`, already within the model's limits.
 * @param seconds length of the clip; `frames = round(seconds · fps)`.
 * @throws {AppError} `input/aspect` if the text is not a ratio.
 */
export function clipShape(geometry: ModelGeometry, aspect: string, seconds: number, fps: number): ClipShape {
  const parsed = parseAspect(aspect);
  if (!parsed) {
    throw new AppError(
      'input/aspect',
      `“${aspect}” is not an aspect ratio; write it as width:height, for example 16:9.`,
    );
  }
  const ratio = parsed.width / parsed.height;
  const { shortSide, unit, upscale } = geometry;
  const longSide = Math.max(unit, Math.round((shortSide * Math.max(ratio, 1 / ratio)) / unit) * unit);
  const encoderWidth = ratio >= 1 ? longSide : shortSide;
  const encoderHeight = ratio >= 1 ? shortSide : longSide;
  const decoderWidth = encoderWidth * upscale;
  const decoderHeight = encoderHeight * upscale;
  const wide = decoderWidth / decoderHeight > ratio;
  return {
    width: even(wide ? Math.round(decoderHeight * ratio) : decoderWidth),
    height: even(wide ? decoderHeight : Math.round(decoderWidth / ratio)),
    frames: Math.max(1, Math.round(seconds * fps)),
    encoderWidth,
    encoderHeight,
    decoderWidth,
    decoderHeight,
    latentFrames: Math.ceil(seconds * geometry.latentRate - LATENT_TOLERANCE) + 1,
  };
}

/**
 * Which painted frame each frame of the file shows: frame i is shown at i / fps, and the painted one nearest in time is taken.
 * @returns `frames` indices into the decoder's frames, never falling.
 */
export function framePicks(frames: number, fps: number, decoderFps: number): readonly number[] {
  return Array.from({ length: frames }, (_, i) => Math.round((i * decoderFps) / fps));
}
