import type { ClipShape } from '../core/video-format.ts';
import type { TensorSource } from '../networks/conv-writer.ts';
import type { ClipPreview } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { breathe } from '../weights/breathe.ts';
import { codecFacts, openDecoder } from './codec.ts';
import { cropFrame, halveTo } from './frames.ts';
import type { FrameDecoder, Latents } from './latents.ts';
import type { Runtime } from './runtime.ts';

/** Previews may take this share of the time spent on denoising, so that watching costs at most so much. */
const SHARE = 0.1;
/** Longer side of a preview in pixels: as fine as the encoder saw, and a small message. */
const LONGEST_SIDE = 240;

/** Paints what the clip is becoming: one picture a latent frame, now and then. The owner calls {@link Previewer.free}. */
export class Previewer {
  readonly #decoder: FrameDecoder;
  readonly #manifest: ModelManifest;
  readonly #shape: ClipShape;
  readonly #send: (preview: ClipPreview) => void;
  #seconds = 0;
  #lastSeconds = 0;

  private constructor(
    decoder: FrameDecoder,
    manifest: ModelManifest,
    shape: ClipShape,
    send: (preview: ClipPreview) => void,
  ) {
    this.#decoder = decoder;
    this.#manifest = manifest;
    this.#shape = shape;
    this.#send = send;
  }

  /** Prepares a decoder that paints only the last picture of each latent frame. */
  static async open(
    runtime: Runtime,
    tensors: TensorSource,
    manifest: ModelManifest,
    shape: ClipShape,
    send: (preview: ClipPreview) => void,
  ): Promise<Previewer> {
    const { stride } = codecFacts(manifest.codec);
    const size = { height: shape.encoderHeight / stride, width: shape.encoderWidth / stride };
    const decoder = await openDecoder(runtime, tensors, manifest.codec, size, { lastOnly: true });
    return new Previewer(decoder, manifest, shape, send);
  }

  /** Seconds spent so far. */
  get seconds(): number {
    return this.#seconds;
  }

  /** True for the first preview, and whenever another one stays within the share of `denoiseSeconds` so far. */
  isDue(denoiseSeconds: number): boolean {
    return (
      this.#seconds === 0 || this.#seconds + this.#lastSeconds <= SHARE * (denoiseSeconds - this.#seconds)
    );
  }

  /** Paints and sends a preview of clean latents. Rejects with AbortError. */
  async show(clean: Latents, step: number, signal: AbortSignal): Promise<void> {
    const started = performance.now();
    const { width, height } = this.#shape;
    const frames: Uint8ClampedArray<ArrayBuffer>[] = [];
    let size = { width, height };
    for (let t = 0; t < clean.frames; t++) {
      signal.throwIfAborted();
      const small = halveTo(
        cropFrame(await this.#decoder.paint(clean, t), 0, width, height),
        width,
        height,
        LONGEST_SIDE,
      );
      size = { width: small.width, height: small.height };
      frames.push(small.rgba);
      await breathe();
    }
    this.#send({ ...size, fps: this.#manifest.geometry.latentRate, frames, step });
    this.#lastSeconds = (performance.now() - started) / 1000;
    this.#seconds += this.#lastSeconds;
  }

  /** Gives the decoder back. */
  free(): Promise<void> {
    return this.#decoder.free();
  }
}
