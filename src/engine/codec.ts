// The latent codec: one picture in, latents out; latents in, a latent frame's worth of pictures out.

import { assert } from '../core/errors.ts';
import type { TinyCodecConfig } from '../core/model-config.ts';
import { codecDecoderPart, codecEncoderPart, codecTensors } from '../networks/tiny-video-codec.ts';
import { readTensor } from '../weights/read-tensor.ts';
import type { WeightOrigin } from './part-weights.ts';
import { type Runtime, type Session, takeFloats } from './runtime.ts';

/** The codec's tensors as f32 by name. They enter the graphs as constants: convolutions are prepacked once that way. */
export type CodecTensors = (name: string) => Float32Array;

/** Reads all tensors of a codec: a few MB. */
export async function readCodecTensors(
  origin: WeightOrigin,
  config: TinyCodecConfig,
  signal?: AbortSignal,
): Promise<CodecTensors> {
  const tensors = new Map<string, Float32Array>();
  for (const { name } of codecTensors(config)) {
    const packed = await readTensor(
      origin.file,
      origin.names.get(name) ?? name,
      'float32',
      signal ? { signal } : {},
    );
    if (packed.format === 'float32') tensors.set(name, packed.data);
  }
  return (name) => tensors.get(name)!;
}

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

/** Pictures as the decoder paints them. */
export interface PaintedFrames {
  /** RGBA, `[n, height, width, 4]`. */
  readonly rgba: Uint8Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

/** Paints latent frames one at a time. The owner calls {@link Decoder.free}. */
export class Decoder {
  readonly #runtime: Runtime;
  readonly #session: Session;

  private constructor(runtime: Runtime, session: Session) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /**
   * Prepares a decoder for latents of one size.
   * @param frames which of the `framesOut` pictures to paint; all by default. Fewer cost less: previews take one.
   */
  static async open(
    runtime: Runtime,
    tensors: CodecTensors,
    config: TinyCodecConfig,
    size: { readonly height: number; readonly width: number },
    frames?: readonly number[],
  ): Promise<Decoder> {
    const part = codecDecoderPart(config, size, tensors, { output: 'rgba8', ...(frames ? { frames } : {}) });
    return new Decoder(runtime, await runtime.createSession(part));
  }

  /** Paints latent frame `t`, seeing its neighbours in time. */
  async paint(latents: Latents, t: number): Promise<PaintedFrames> {
    const frame = latents.channels * latents.height * latents.width;
    const input = new Float32Array(3 * frame); // [3C, h, w]: previous, this, next
    for (const [i, at] of [t - 1, t, t + 1].entries()) input.set(latentFrame(latents, at), i * frame);
    const dims = [1, 3 * latents.channels, latents.height, latents.width];
    const fed = this.#runtime.upload({ dtype: 'float32', dims }, input);
    try {
      const { pixels } = await this.#session.run({ latents: fed });
      try {
        // One number a pixel, whose bytes are R, G, B and alpha.
        const packed = await pixels!.read();
        const [count = 0, height = 0, width = 0] = pixels!.dims;
        const rgba = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength).slice();
        assert(rgba.length === count * height * width * 4, 'four bytes a pixel');
        return { rgba, count, width, height };
      } finally {
        pixels!.free();
      }
    } finally {
      fed.free();
    }
  }

  /** Gives the session back. Idempotent. */
  async free(): Promise<void> {
    await this.#session.release();
  }
}

/**
 * Encodes one picture as the latent frame that a clip starts from: the picture stands still for the frame's time.
 * @param rgba `[height, width, 4]` at the encoder's size.
 * @returns `[C, h, w]` f32 in model scale.
 */
export async function encodePicture(
  runtime: Runtime,
  tensors: CodecTensors,
  config: TinyCodecConfig,
  picture: { readonly rgba: Uint8ClampedArray; readonly width: number; readonly height: number },
): Promise<Float32Array> {
  const { width, height } = picture;
  const area = width * height;
  const pixels = new Float32Array(config.framesIn * 3 * area); // [framesIn·3, H, W], RGB 0…1
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) pixels[c * area + i] = picture.rgba[4 * i + c]! / 255;
  }
  for (let f = 1; f < config.framesIn; f++) pixels.copyWithin(f * 3 * area, 0, 3 * area);
  const part = codecEncoderPart(config, { frames: 1, height, width }, tensors);
  const session = await runtime.createSession(part);
  try {
    const input = runtime.upload({ dtype: 'float32', dims: [1, config.framesIn * 3, height, width] }, pixels);
    const { latents } = await session.run({ pixels: input }).finally(() => input.free());
    return await takeFloats(latents!);
  } finally {
    await session.release();
  }
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
