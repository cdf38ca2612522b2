// A published model's tiny autoencoder on a device: what its blocks remember stays there between latent frames.

import type { TinyAutoencoderConfig } from '../core/model-config.ts';
import type { TensorSource } from '../networks/conv-writer.ts';
import { type StreamingPart, tinyDecoderPart, tinyEncoderPart } from '../networks/tiny-autoencoder.ts';
import {
  type FrameDecoder,
  type Latents,
  latentFrame,
  type PaintedFrames,
  type Rgba,
  readPixels,
} from './latents.ts';
import { type DeviceTensor, type Runtime, type Session, takeFloats } from './runtime.ts';

/** Runs a streaming part again and again. */
class Stream {
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #part: StreamingPart;
  #memories: Record<string, DeviceTensor> = {};

  constructor(runtime: Runtime, session: Session, part: StreamingPart) {
    this.#runtime = runtime;
    this.#session = session;
    this.#part = part;
  }

  /** Forgets everything: the next run is the first. */
  reset(): void {
    for (const tensor of Object.values(this.#memories)) tensor.free();
    this.#memories = {};
  }

  /** One run. @returns the named output, the caller's. */
  async run(input: string, data: Float32Array, output: string): Promise<DeviceTensor> {
    for (const { name, dtype, dims } of this.#part.memories) {
      const zeros = (): Float32Array => new Float32Array(dims.reduce((a, b) => a * b, 1));
      this.#memories[name] ??= this.#runtime.upload({ dtype, dims }, zeros());
    }
    const { dtype, dims } = this.#part.inputs.find(({ name }) => name === input)!;
    const fed = this.#runtime.upload({ dtype, dims }, data);
    const results = await this.#session.run({ [input]: fed, ...this.#memories }).finally(() => fed.free());
    this.reset();
    for (const { name } of this.#part.memories) this.#memories[name] = results[`${name}.next`]!;
    return results[output]!;
  }

  async free(): Promise<void> {
    this.reset();
    await this.#session.release();
  }
}

/** Paints latent frames in order. The owner calls {@link AutoencoderDecoder.free}. */
export class AutoencoderDecoder implements FrameDecoder {
  readonly remembers = true;
  readonly #stream: Stream;
  readonly #lastOnly: boolean;
  #next = 0;

  private constructor(stream: Stream, lastOnly: boolean) {
    this.#stream = stream;
    this.#lastOnly = lastOnly;
  }

  /** Prepares a decoder for latents of one size. */
  static async open(
    runtime: Runtime,
    tensors: TensorSource,
    config: TinyAutoencoderConfig,
    size: { readonly height: number; readonly width: number },
    { lastOnly }: { readonly lastOnly: boolean },
  ): Promise<AutoencoderDecoder> {
    const part = tinyDecoderPart(config, size, tensors, { output: 'rgba8' });
    return new AutoencoderDecoder(new Stream(runtime, await runtime.createSession(part), part), lastOnly);
  }

  async paint(latents: Latents, t: number): Promise<PaintedFrames> {
    if (t !== this.#next) this.#stream.reset(); // out of order: painted as if the clip began here
    this.#next = t + 1;
    const pixels = await this.#stream.run('latents', latentFrame(latents, t), 'pixels');
    try {
      const painted = await readPixels(pixels);
      if (!this.#lastOnly) return painted;
      const bytes = painted.rgba.length / painted.count;
      return { ...painted, rgba: painted.rgba.slice(-bytes), count: 1 };
    } finally {
      pixels.free();
    }
  }

  free(): Promise<void> {
    return this.#stream.free();
  }
}

/**
 * Encodes one picture as the latent frame that a clip starts from.
 * @param picture at the encoder's size.
 * @returns `[C, h, w]` f32 in model scale.
 */
export async function encodeWithAutoencoder(
  runtime: Runtime,
  tensors: TensorSource,
  config: TinyAutoencoderConfig,
  picture: Rgba,
): Promise<Float32Array> {
  const part = tinyEncoderPart(config, picture, tensors);
  const stream = new Stream(runtime, await runtime.createSession(part), part);
  try {
    const [frames = 0, channels = 0, height = 0, width = 0] = part.inputs[0]!.dims;
    const { patch } = config;
    const frame = channels * height * width;
    const pixels = new Float32Array(frames * frame); // [F, 3·patch², H/patch, W/patch]
    let at = 0;
    for (let plane = 0; plane < channels; plane++) {
      const [colour, dy, dx] = [
        Math.floor(plane / patch ** 2),
        Math.floor(plane / patch) % patch,
        plane % patch,
      ];
      for (let y = dy; y < picture.height; y += patch) {
        for (let x = dx; x < picture.width; x += patch)
          pixels[at++] = picture.rgba[4 * (y * picture.width + x) + colour]! / 255;
      }
    }
    for (let f = 1; f < frames; f++) pixels.copyWithin(f * frame, 0, frame);
    return await takeFloats(await stream.run('pixels', pixels, 'latents'));
  } finally {
    await stream.free();
  }
}
