import { AppError, assert } from '../core/errors.ts';
import { CLIP_COLOR_SPACE } from './frame-colors.ts';

/** Most frames that exist at once, in the encoder's queue and outside it. */
export const MAX_LIVE_FRAMES = 8;

const KEYFRAME_SECONDS = 2; // seeking costs at most 2 s of decoding; a keyframe of 448×252 is some 10 kB
const STALL_MS = 30_000; // software encodes a 1080p frame in under 100 ms; after this long a driver has died

/** Receives an encoded frame, in order. Metadata comes with the first and whenever the stream's parameters change. */
export type OnChunk = (
  chunk: EncodedVideoChunk,
  index: number,
  metadata: EncodedVideoChunkMetadata | undefined,
) => void;

/**
 * A VideoEncoder with back-pressure, exact times, cancelling, and a memory for its first failure. It is opened with
 * the first frame: minutes may pass before that, and an idle encoder is memory that the networks could use.
 */
export class FrameEncoder {
  readonly #config: VideoEncoderConfig;
  readonly #fps: number;
  readonly #onChunk: OnChunk;
  readonly #signal: AbortSignal | undefined;
  readonly #stopped = Promise.withResolvers<never>();
  #failure: { readonly reason: unknown } | null = null;
  #encoder: VideoEncoder | null = null;
  #needsKeyframe = true;
  #parameters: string | null = null;
  #sent = 0;
  #received = 0;
  #peak = 0;

  constructor(config: VideoEncoderConfig, fps: number, onChunk: OnChunk, signal?: AbortSignal) {
    this.#config = config;
    this.#fps = fps;
    this.#onChunk = onChunk;
    this.#signal = signal;
    this.#stopped.promise.catch(() => {}); // for whoever waits; perhaps nobody does
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (signal?.aborted) this.#abort();
  }

  /** Most frames that were alive at once so far. */
  get peakFrames(): number {
    return this.#peak;
  }

  /**
   * Encodes a frame and waits until the encoder has room for another.
   * @param planes I420, copied before this returns.
   * @throws {AppError} `encode/failed`. Rejects with AbortError.
   */
  async encode(planes: Uint8Array): Promise<void> {
    this.#check();
    const encoder = this.#encoder ?? this.#open();
    this.#send(encoder, planes);
    while (encoder.encodeQueueSize >= MAX_LIVE_FRAMES - 1 && encoder === this.#encoder) {
      await this.#unlessStalled(
        new Promise((resolve) => encoder.addEventListener('dequeue', resolve, { once: true })),
      );
    }
    this.#check();
  }

  /**
   * Waits until every frame has come out.
   * @throws {AppError} `encode/failed`. Rejects with AbortError.
   */
  async flush(): Promise<void> {
    this.#check();
    if (this.#encoder) await this.#unlessStalled(this.#encoder.flush());
    if (this.#received !== this.#sent || this.#sent === 0) {
      this.#fail(new Error(`${this.#received} of ${this.#sent} frames came out`));
    }
    this.#check();
  }

  /** Releases the encoder; whoever still waits is told so. May be called again. */
  close(): void {
    this.#stop(new AppError('encode/failed', 'The clip was closed before it was finished.'));
  }

  #open(): VideoEncoder {
    const encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#receive(chunk, metadata),
      error: (cause) => this.#broken(encoder, cause),
    });
    this.#encoder = encoder;
    this.#needsKeyframe = true;
    try {
      encoder.configure(this.#config);
    } catch (cause) {
      this.#fail(cause);
      this.#check();
    }
    return encoder;
  }

  /** When frame i is shown, in whole microseconds; rounded from the exact time, so errors do not add up. */
  #micros(index: number): number {
    return Math.round((index * 1e6) / this.#fps);
  }

  #send(encoder: VideoEncoder, planes: Uint8Array): void {
    const index = this.#sent;
    let frame: VideoFrame | undefined;
    try {
      frame = new VideoFrame(planes, {
        format: 'I420',
        codedWidth: this.#config.width,
        codedHeight: this.#config.height,
        timestamp: this.#micros(index),
        duration: this.#micros(index + 1) - this.#micros(index),
        colorSpace: CLIP_COLOR_SPACE,
      });
      this.#peak = Math.max(this.#peak, encoder.encodeQueueSize + 1);
      const keyFrame = this.#needsKeyframe || index % (KEYFRAME_SECONDS * this.#fps) === 0;
      encoder.encode(frame, { keyFrame });
      this.#needsKeyframe = false;
      this.#sent++;
    } catch (cause) {
      this.#fail(cause);
    } finally {
      frame?.close(); // the encoder holds its own reference
    }
    this.#check();
  }

  #receive(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    if (this.#failure) return;
    try {
      const index = this.#received++;
      assert(chunk.timestamp === this.#micros(index), `frame ${index} came out at ${chunk.timestamp} µs`);
      if (metadata?.decoderConfig) {
        const parameters = describeStream(metadata.decoderConfig);
        assert(
          this.#parameters === null || this.#parameters === parameters,
          'the stream changed its parameters',
        );
        this.#parameters = parameters;
      }
      this.#onChunk(chunk, index, metadata);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /**
   * Browsers take an encoder back that has been idle in a hidden tab (Chromium: QuotaExceededError "Codec reclaimed due
   * to inactivity"), which a slow decoder between two frames can cause. If nothing was under way, a new one goes on.
   */
  #broken(encoder: VideoEncoder, cause: DOMException): void {
    if (encoder !== this.#encoder) return;
    if (cause.name === 'QuotaExceededError' && this.#received === this.#sent) this.#encoder = null;
    else this.#fail(cause);
  }

  async #unlessStalled(progress: Promise<unknown>): Promise<void> {
    const stalled = Promise.withResolvers<never>();
    let received = this.#received;
    const timer = setInterval(() => {
      if (this.#received === received)
        stalled.reject(new Error(`the encoder gave no frame for ${STALL_MS / 1000} s`));
      received = this.#received;
    }, STALL_MS);
    try {
      await Promise.race([progress, this.#stopped.promise, stalled.promise]);
    } catch (cause) {
      if (this.#encoder) this.#fail(cause);
    } finally {
      clearInterval(timer);
    }
    this.#check();
  }

  readonly #abort = (): void => this.#stop(this.#signal?.reason);

  #fail(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    const { codec, width, height } = this.#config;
    this.#stop(
      new AppError(
        'encode/failed',
        `Encoding ${width}×${height} as ${codec} failed: ${why}. Trying again may work.`,
        { cause },
      ),
    );
  }

  /** The first reason counts; everything after it is a consequence. */
  #stop(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#stopped.reject(reason);
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
    this.#encoder = null;
  }

  #check(): void {
    if (this.#failure) throw this.#failure.reason;
  }
}

/** Everything that a file says once for all its frames. */
function describeStream({ codec, codedWidth, codedHeight, description }: VideoDecoderConfig): string {
  const bytes = description
    ? ArrayBuffer.isView(description)
      ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
      : new Uint8Array(description)
    : [];
  return [codec, codedWidth, codedHeight, ...bytes].join();
}
