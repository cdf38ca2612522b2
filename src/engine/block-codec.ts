// Seedling's codec on a device: one picture in, latents out; latents in, a latent frame's worth of pictures out.

import type { TinyCodecConfig } from '../core/model-config.ts';
import type { TensorSource } from '../networks/conv-writer.ts';
import { codecDecoderPart, codecEncoderPart } from '../networks/tiny-video-codec.ts';
import {
  type FrameDecoder,
  type Latents,
  latentFrame,
  type PaintedFrames,
  type Rgba,
  readPixels,
} from './latents.ts';
import { type Runtime, type Session, takeFloats } from './runtime.ts';

/** Paints latent frames one at a time. The owner calls {@link BlockDecoder.free}. */
export class BlockDecoder implements FrameDecoder {
  readonly remembers = false;
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
    tensors: TensorSource,
    config: TinyCodecConfig,
    size: { readonly height: number; readonly width: number },
    frames?: readonly number[],
  ): Promise<BlockDecoder> {
    const part = codecDecoderPart(config, size, tensors, { output: 'rgba8', ...(frames ? { frames } : {}) });
    return new BlockDecoder(runtime, await runtime.createSession(part));
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
        return await readPixels(pixels!);
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
export async function encodeBlocks(
  runtime: Runtime,
  tensors: TensorSource,
  config: TinyCodecConfig,
  picture: Rgba,
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
