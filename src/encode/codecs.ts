import { AppError } from '../core/errors.ts';
import {
  type ClipSize,
  CODEC_FAMILIES,
  type CodecFamily,
  checkClipSize,
  codecStrings,
  FAMILY_NAMES,
} from './codec-levels.ts';
import { probeCodec } from './codec-probe.ts';

export { type ClipSize, CODEC_FAMILIES, type CodecFamily } from './codec-levels.ts';

/** A codec that has been seen to work at one size on this device. */
export interface ChosenCodec {
  readonly family: CodecFamily;
  /** Codec string as asked for, such as `avc1.64001f`; the file's own may name a lower level. */
  readonly codec: string;
  readonly hardware: HardwareAcceleration;
  /** What the encoder is configured with. */
  readonly config: VideoEncoderConfig;
}

/** What may be said when choosing. */
export interface ChooseCodecOptions {
  /** Families to try, in this order. Default: all, H.264 first. */
  readonly families?: readonly CodecFamily[];
  readonly signal?: AbortSignal;
}

// The browser's choice first; software for devices whose hardware encoder fails the probe.
const HARDWARE: readonly HardwareAcceleration[] = ['no-preference', 'prefer-software'];

/**
 * Bits per second that keep drawn, flat-coloured pictures clean, growing slower than the number of pixels.
 * Variable bitrate is used rather than a constant quantizer: Chromium's software H.264 has no quantizer mode, and with
 * one the size is unbounded on noisy pictures. Measured at 448×252, 30 fps, 5 s (Chromium 156; PSNR of luma):
 * flat drawing H.264 0.42 MB at 52 dB, VP9 0.44 MB at 58 dB; the same with noise of ±3: H.264 0.94 MB, VP9 0.91 MB,
 * 40 dB; with quantizer 30 VP9 needs 2.6 MB, AV1 2.7 MB. No content hint: "detail" puts the software H.264 into its
 * screen mode, which is a quarter of the size and 5 dB worse.
 */
export function clipBitrate({ width, height, fps }: ClipSize): number {
  const reference = 448 * 252 * 30;
  return Math.round(1_500_000 * ((width * height * fps) / reference) ** 0.75);
}

function encoderConfig(
  codec: string,
  family: CodecFamily,
  hardware: HardwareAcceleration,
  size: ClipSize,
): VideoEncoderConfig {
  return {
    codec,
    width: size.width,
    height: size.height,
    framerate: size.fps,
    bitrate: clipBitrate(size),
    bitrateMode: 'variable',
    latencyMode: 'quality', // never drops a frame
    hardwareAcceleration: hardware,
    alpha: 'discard',
    ...(family === 'avc' ? { avc: { format: 'avc' } } : {}),
  };
}

const known = new Map<string, Promise<ChosenCodec>>();

/**
 * Finds a codec that this device can really encode and play at this size: each candidate encodes a few frames, which
 * are decoded again and compared. The answer is remembered for the size; a failure is not.
 * @throws {AppError} `encode/no-codec` listing what was tried and why each failed · `encode/failed` if the size is not
 * even · `unsupported/webcodecs`. Rejects with AbortError.
 */
export async function chooseCodec(size: ClipSize, options: ChooseCodecOptions = {}): Promise<ChosenCodec> {
  const { families = CODEC_FAMILIES, signal } = options;
  signal?.throwIfAborted();
  checkClipSize(size);
  if (typeof VideoEncoder === 'undefined' || typeof VideoDecoder === 'undefined') {
    throw new AppError(
      'unsupported/webcodecs',
      'This browser cannot encode video (it has no WebCodecs). A current Chrome, Edge, Safari or Firefox can.',
    );
  }
  const key = `${size.width}×${size.height}@${size.fps} ${families.join()}`;
  let choice = known.get(key);
  if (!choice) {
    choice = choose(size, families);
    known.set(key, choice);
    choice.catch(() => known.delete(key)); // the device may be less busy next time
  }
  return signal ? untilAborted(choice, signal) : choice;
}

async function choose(size: ClipSize, families: readonly CodecFamily[]): Promise<ChosenCodec> {
  const tried: string[] = [];
  for (const family of families) {
    for (const codec of codecStrings(family, size)) {
      for (const hardware of HARDWARE) {
        const config = encoderConfig(codec, family, hardware, size);
        try {
          await probeCodec(config);
          return { family, codec, hardware, config };
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          tried.push(`${FAMILY_NAMES[family]} (${codec}, ${hardware}): ${why}`);
        }
      }
    }
  }
  const names = families.map((family) => FAMILY_NAMES[family]).join(', ');
  throw new AppError(
    'encode/no-codec',
    `This device could not encode ${size.width}×${size.height} at ${size.fps} frames per second as ${names || 'any codec'}. A smaller clip or another browser may work.`,
    { detail: { tried } },
  );
}

/** The promise, or AbortError as soon as the signal fires; the work goes on for others who wait for it. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
