// Frames in, MP4 out. The only file that imports the muxer.

import { Muxer, StreamTarget } from 'mp4-muxer';
import { AppError, assert } from '../core/errors.ts';
import type { EncodedSegment } from '../protocol/engine-api.ts';
import { AIGC_KEY, JOB_KEY } from '../protocol/mp4-job.ts';
import type { AigcLabel } from './aigc-label.ts';
import { type ClipSize, checkClipSize } from './codec-levels.ts';
import type { ChosenCodec } from './codecs.ts';
import { CLIP_COLOR_SPACE, i420Bytes, rgbaToI420 } from './frame-colors.ts';
import { FrameEncoder } from './frame-encoder.ts';
import { MediaParts } from './media-parts.ts';
import { metadataBox } from './mp4-metadata.ts';
import { completeMovieBox } from './mp4-movie-box.ts';
import { createLabelMark, drawLabel, type LabelMark, labelStrength } from './visible-label.ts';

/** What a clip is written with. */
export interface ClipWriterOptions extends ClipSize {
  /** From `chooseCodec` for the same size. */
  readonly codec: ChosenCodec;
  /** Stored in the file as JSON under the key `kindling.job`. */
  readonly job: unknown;
  /** Stored in the file as JSON under the key `AIGC`; null writes none. */
  readonly label: AigcLabel | null;
  /** Draw the mark “AI生成 / AI-generated” on the first two seconds. Default: if there is a label. */
  readonly visibleLabel?: boolean;
  /** Keep what is encoded until its segment ends; otherwise a long clip is never whole in memory. */
  readonly keepSegments?: boolean;
  readonly signal?: AbortSignal;
}

/** A finished file. */
export interface FinishedClip {
  /** `video/mp4`, movie box first. */
  readonly file: Blob;
  /** Codec string of the stream, as a player sees it. */
  readonly codec: string;
  readonly bytes: number;
  readonly frames: number;
}

/** Takes frames one after the other. One owner, who calls `close` in `finally`. */
export interface ClipWriter {
  /** Most frames that were alive at once so far: held here or waiting in the encoder. At most {@link MAX_LIVE_FRAMES}. */
  readonly peakFrames: number;
  /**
   * Encodes a frame; resolves when the next may come (the back-pressure). Wait for it before the next call.
   * @param frame RGBA, W·H·4 bytes, read before this returns and not changed.
   * @throws {AppError} `encode/failed`. Rejects with AbortError.
   */
  add(frame: { readonly data: Uint8ClampedArray | Uint8Array }): Promise<void>;
  /**
   * Ends a segment: waits for the encoder; the next frame begins with a key frame.
   * @returns what was encoded since the last segment ended; the caller's.
   * @throws as `add`
   */
  endSegment(): Promise<EncodedSegment>;
  /**
   * Takes a segment that was encoded before, without encoding it again. Between segments only.
   * @returns false, and nothing is taken, if it cannot stand in one track with what is there already, or is damaged.
   */
  addEncoded(segment: EncodedSegment): Promise<boolean>;
  /** Waits for the encoder and closes the file. A second call returns the same promise. @throws as `add` */
  finish(): Promise<FinishedClip>;
  /** Releases everything, finished or not. May be called at any time and again. */
  close(): void;
}

/**
 * Opens a file for frames of one size. Frame i is shown from i / fps to (i + 1) / fps, exactly.
 * The encoder starts with the first frame.
 * @throws {AppError} `encode/failed` if the size is not even. Rejects with AbortError.
 */
export async function openClipWriter(options: ClipWriterOptions): Promise<ClipWriter> {
  options.signal?.throwIfAborted();
  checkClipSize(options);
  const { config } = options.codec;
  assert(
    config.width === options.width && config.height === options.height && config.framerate === options.fps,
    'the codec was chosen for another size',
  );
  return new Mp4Writer(options);
}

class Mp4Writer implements ClipWriter {
  readonly #options: ClipWriterOptions;
  readonly #metadata: Uint8Array;
  readonly #parts = new MediaParts();
  readonly #muxer: Muxer<StreamTarget>;
  readonly #planes: Uint8Array;
  readonly #mark: LabelMark | null;
  #encoder: FrameEncoder;
  /** Encoded since the last segment ended. */
  #segment: { readonly frames: { bytes: number; key: boolean }[]; readonly data: Uint8Array<ArrayBuffer>[] } =
    {
      frames: [],
      data: [],
    };
  #peakFrames = 0;
  /** Frames that were given, and frames that the muxer has got. */
  #added = 0;
  #muxed = 0;
  #codec = '';
  #description: Uint8Array<ArrayBuffer> | null = null;
  #finished: Promise<FinishedClip> | null = null;

  constructor(options: ClipWriterOptions) {
    const { width, height, fps, codec, job, label } = options;
    this.#options = options;
    const values = [{ key: JOB_KEY, text: JSON.stringify(job ?? null) }];
    if (label) values.unshift({ key: AIGC_KEY, text: JSON.stringify(label) });
    this.#metadata = metadataBox(values);
    this.#mark = (options.visibleLabel ?? label !== null) ? createLabelMark(width, height) : null;
    this.#planes = new Uint8Array(i420Bytes(width, height));
    this.#muxer = new Muxer({
      target: new StreamTarget({ onData: (data, position) => this.#parts.write(data, position) }),
      video: { codec: codec.family, width, height, frameRate: fps },
      fastStart: false, // streamed; the movie box is put first when it is complete
    });
    this.#encoder = this.#openEncoder();
  }

  #openEncoder(): FrameEncoder {
    const { fps, codec, signal } = this.#options;
    return new FrameEncoder(
      codec.config,
      fps,
      (chunk, _index, metadata) => this.#receive(chunk, metadata),
      signal,
    );
  }

  get peakFrames(): number {
    return Math.max(this.#peakFrames, this.#encoder.peakFrames);
  }

  async add({ data }: { readonly data: Uint8ClampedArray | Uint8Array }): Promise<void> {
    assert(!this.#finished, 'a frame was added to a finished clip');
    const { width, height, fps } = this.#options;
    const strength = this.#mark ? labelStrength(this.#added / fps) : 0;
    let rgba = data;
    if (this.#mark && strength > 0) {
      rgba = data.slice();
      drawLabel(rgba, width, this.#mark, strength);
    }
    rgbaToI420(rgba, width, height, this.#planes);
    this.#added++;
    await this.#encoder.encode(this.#planes);
  }

  async endSegment(): Promise<EncodedSegment> {
    assert(!this.#finished, 'a segment was ended in a finished clip');
    await this.#encoder.flush();
    const { frames, data } = this.#segment;
    this.#peakFrames = this.peakFrames;
    this.#encoder.close();
    this.#encoder = this.#openEncoder();
    this.#segment = { frames: [], data: [] };
    const description = this.#description ?? new Uint8Array(0);
    return { codec: this.#codec, description, frames, data: new Blob(data) };
  }

  async addEncoded({ codec, description, frames, data }: EncodedSegment): Promise<boolean> {
    assert(this.#segment.frames.length === 0, 'a segment was added within another');
    const same =
      this.#muxed === 0 ||
      (codec === this.#codec && sameBytes(description, this.#description ?? new Uint8Array(0)));
    const whole = frames[0]?.key === true && frames.reduce((sum, { bytes }) => sum + bytes, 0) === data.size;
    if (!same || !whole) return false;
    const { width, height } = this.#options;
    const all = new Uint8Array(await data.arrayBuffer());
    this.#options.signal?.throwIfAborted();
    this.#codec = codec;
    this.#description = new Uint8Array(description);
    const config: VideoDecoderConfig = {
      codec,
      codedWidth: width,
      codedHeight: height,
      ...(description.length > 0 && { description: this.#description }),
    };
    let at = 0;
    for (const { bytes, key } of frames) {
      this.#mux(all.subarray(at, at + bytes), key ? 'key' : 'delta', at === 0 ? config : undefined);
      at += bytes;
    }
    this.#added += frames.length;
    return true;
  }

  finish(): Promise<FinishedClip> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<FinishedClip> {
    if (this.#muxed === 0 || this.#muxed < this.#added) await this.#encoder.flush();
    try {
      this.#parts.keepRest();
      this.#muxer.finalize();
      const { type, movie, media } = this.#parts.split();
      const complete = completeMovieBox(movie, this.#metadata, this.#codec);
      const file = new Blob([type, complete, ...media], { type: 'video/mp4' });
      return { file, codec: this.#codec, bytes: file.size, frames: this.#added };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('encode/failed', 'The finished frames could not be put into an MP4 file.', {
        cause,
      });
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#encoder.close();
    this.#segment = { frames: [], data: [] };
    this.#parts.clear();
  }

  #receive(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const seen = metadata?.decoderConfig;
    if (seen) {
      this.#codec = seen.codec;
      this.#description = bytesOf(seen.description);
    }
    this.#mux(data, chunk.type, seen);
    if (!this.#options.keepSegments) return;
    this.#segment.frames.push({ bytes: data.length, key: chunk.type === 'key' });
    this.#segment.data.push(data);
  }

  /** Times as exact fractions, not the whole microseconds of the chunk, so that nothing drifts; the colours are known. */
  #mux(data: Uint8Array, type: EncodedVideoChunkType, config: VideoDecoderConfig | undefined): void {
    const { fps } = this.#options;
    const index = this.#muxed++;
    this.#muxer.addVideoChunkRaw(
      data,
      type,
      (index * 1e6) / fps,
      1e6 / fps,
      config && { decoderConfig: { ...config, colorSpace: CLIP_COLOR_SPACE } },
    );
  }
}

/** A copy of what a decoder is configured with. */
function bytesOf(description: AllowSharedBufferSource | undefined): Uint8Array<ArrayBuffer> {
  if (!description) return new Uint8Array(0);
  return ArrayBuffer.isView(description)
    ? new Uint8Array(new Uint8Array(description.buffer, description.byteOffset, description.byteLength))
    : new Uint8Array(new Uint8Array(description));
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
