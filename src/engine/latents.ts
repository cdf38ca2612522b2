// Latents and pictures as codecs take and give them.

import { assert } from '../core/errors.ts';
import type { DeviceTensor } from './runtime.ts';

/** Latents on the host: `data` is `[C, T, h, w]` f32. */
export interface Latents {
  readonly data: Float32Array;
  readonly channels: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

/** Copies latent frame `t` as `[C, h, w]`; times outside the clip give its first or last frame. */
export function latentFrame(latents: Latents, t: number): Float32Array {
  const area = latents.height * latents.width;
  const at = Math.min(latents.frames - 1, Math.max(0, t));
  const frame = new Float32Array(latents.channels * area);
  for (let c = 0; c < latents.channels; c++) {
    const from = (c * latents.frames + at) * area;
    frame.set(latents.data.subarray(from, from + area), c * area);
  }
  return frame;
}

/** Copies latent frames `from` ≤ t < `to` as `[C, to − from, h, w]`. */
export function latentFrames(latents: Latents, from: number, to: number): Float32Array {
  const area = latents.height * latents.width;
  const length = (to - from) * area;
  const frames = new Float32Array(latents.channels * length);
  for (let c = 0; c < latents.channels; c++) {
    const start = (c * latents.frames + from) * area;
    frames.set(latents.data.subarray(start, start + length), c * length);
  }
  return frames;
}

/** The latent frames of `before` from `from` on, then all of `after`: one clip. */
export function joinLatents(before: Latents, from: number, after: Latents): Latents {
  const area = after.height * after.width;
  const kept = before.frames - from;
  const frames = kept + after.frames;
  const data = new Float32Array(after.channels * frames * area);
  const tail = latentFrames(before, from, before.frames);
  for (let c = 0; c < after.channels; c++) {
    data.set(tail.subarray(c * kept * area, (c + 1) * kept * area), c * frames * area);
    const own = after.data.subarray(c * after.frames * area, (c + 1) * after.frames * area);
    data.set(own, (c * frames + kept) * area);
  }
  return { ...after, data, frames };
}

/** Pictures as the decoder paints them. */
export interface PaintedFrames {
  /** RGBA, `[n, height, width, 4]`. */
  readonly rgba: Uint8Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

/** One picture: RGBA, `[height, width, 4]`. */
export interface Rgba {
  readonly rgba: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Paints a clip's latent frames, first to last. The owner calls `free`. */
export interface FrameDecoder {
  /** It sees what it painted before: a clip is to be painted from its beginning. */
  readonly remembers: boolean;
  /**
   * Paints latent frame `t`. Ask for 0, 1, 2 …: some codecs remember what they painted before; 0 begins anew.
   * @returns its pictures in order. Of frame 0 only the last is part of the clip.
   */
  paint(latents: Latents, t: number): Promise<PaintedFrames>;
  /** Gives everything on the device back. Idempotent. */
  free(): Promise<void>;
}

/** Reads what a decoder part painted: one number a pixel, whose bytes are R, G, B and alpha. */
export async function readPixels(pixels: DeviceTensor): Promise<PaintedFrames> {
  const packed = await pixels.read();
  const [count = 0, height = 0, width = 0] = pixels.dims;
  const rgba = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength).slice();
  assert(rgba.length === count * height * width * 4, 'four bytes a pixel');
  return { rgba, count, width, height };
}

/**
 * Shrinks a picture by a whole factor, averaging each block (a box filter: exact, no ringing, the same everywhere).
 * @param rgba `[height, width, 4]`, sides divisible by `factor`.
 */
export function shrink(
  rgba: Uint8ClampedArray,
  width: number,
  height: number,
  factor: number,
): { readonly rgba: Uint8ClampedArray; readonly width: number; readonly height: number } {
  const outWidth = width / factor;
  const outHeight = height / factor;
  const out = new Uint8ClampedArray(outWidth * outHeight * 4);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          for (let dx = 0; dx < factor; dx++)
            sum += rgba[((y * factor + dy) * width + x * factor + dx) * 4 + c]!;
        }
        out[(y * outWidth + x) * 4 + c] = Math.round(sum / (factor * factor));
      }
    }
  }
  return { rgba: out, width: outWidth, height: outHeight };
}
