// Whether an encoder works is found out by using it: `isConfigSupported` also says yes to drivers that return green or
// stale pictures, wrong sizes, or nothing at all.

import { CLIP_COLOR_SPACE, i420Bytes, rgbaToI420 } from './frame-colors.ts';

const PROBE_FRAMES = 3;
const PROBE_TIMEOUT_MS = 10_000; // three frames take some 20 ms in software at 448×252
/** Largest mean difference per channel of a block's centre. Flat blocks survive any bitrate (3 measured); green, black or stale pictures make 60 and more. */
const MOST_DIFFERENCE = 16;

// Moderately saturated, so that the viewer's own rounding does not count as the encoder's fault.
const COLORS = [
  [220, 50, 40],
  [60, 160, 70],
  [70, 90, 190],
  [230, 200, 80],
  [20, 20, 24],
  [235, 235, 230],
  [128, 128, 128],
  [150, 80, 160],
] as const;
const COLUMNS = 4;
const ROWS = 2;

/** Colour of a block in a frame: they move on by one each frame, so that a frozen encoder shows. */
const blockColor = (block: number, frame: number): readonly [number, number, number] =>
  COLORS[(block + frame) % COLORS.length]!;

function probePicture(width: number, height: number, frame: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const block = Math.floor((y * ROWS) / height) * COLUMNS + Math.floor((x * COLUMNS) / width);
      rgba.set(blockColor(block, frame), (y * width + x) * 4);
    }
  }
  return rgba;
}

interface Encoded {
  readonly chunks: readonly EncodedVideoChunk[];
  readonly decoderConfig: VideoDecoderConfig;
}

/**
 * Encodes a few frames and decodes them again.
 * @throws {Error} saying in a few words what went wrong.
 */
export async function probeCodec(config: VideoEncoderConfig): Promise<void> {
  if (!(await VideoEncoder.isConfigSupported(config)).supported) throw new Error('not supported');
  const encoded = await withTimeout(encodeProbe(config));
  await withTimeout(decodeProbe(encoded, config.width, config.height));
}

/** Runs work that can be stopped from outside by closing what it opened. */
async function withTimeout<T>(work: { readonly result: Promise<T>; readonly close: () => void }): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${PROBE_TIMEOUT_MS / 1000} s`)),
      PROBE_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([work.result, late]);
  } finally {
    clearTimeout(timer);
    work.close();
  }
}

function encodeProbe(config: VideoEncoderConfig): { result: Promise<Encoded>; close: () => void } {
  const chunks: EncodedVideoChunk[] = [];
  let decoderConfig: VideoDecoderConfig | undefined;
  const failed = Promise.withResolvers<never>();
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => {
      chunks.push(chunk);
      decoderConfig ??= metadata?.decoderConfig;
    },
    error: failed.reject,
  });
  const encode = async (): Promise<Encoded> => {
    encoder.configure(config);
    const planes = new Uint8Array(i420Bytes(config.width, config.height));
    for (let i = 0; i < PROBE_FRAMES; i++) {
      rgbaToI420(probePicture(config.width, config.height, i), config.width, config.height, planes);
      const frame = new VideoFrame(planes, {
        format: 'I420',
        codedWidth: config.width,
        codedHeight: config.height,
        timestamp: i * 100_000,
        colorSpace: CLIP_COLOR_SPACE,
      });
      encoder.encode(frame, { keyFrame: i === 0 });
      frame.close();
    }
    await encoder.flush();
    if (chunks.length !== PROBE_FRAMES)
      throw new Error(`${chunks.length} of ${PROBE_FRAMES} frames came out`);
    if (chunks[0]?.type !== 'key') throw new Error('the first frame was no keyframe');
    if (!decoderConfig) throw new Error('no decoder configuration came out');
    if (config.avc && !decoderConfig.description) throw new Error('no parameter sets came out');
    return { chunks, decoderConfig };
  };
  return { result: Promise.race([encode(), failed.promise]), close: () => closeCodec(encoder) };
}

function decodeProbe(
  encoded: Encoded,
  width: number,
  height: number,
): { result: Promise<void>; close: () => void } {
  const failed = Promise.withResolvers<never>();
  let decoded = 0;
  const decoder = new VideoDecoder({
    output: (frame) => {
      try {
        comparePicture(frame, decoded++, width, height);
      } catch (error) {
        failed.reject(error);
      } finally {
        frame.close();
      }
    },
    error: failed.reject,
  });
  const decode = async (): Promise<void> => {
    if (!(await VideoDecoder.isConfigSupported(encoded.decoderConfig)).supported)
      throw new Error('cannot be played here');
    decoder.configure(encoded.decoderConfig);
    for (const chunk of encoded.chunks) decoder.decode(chunk);
    await decoder.flush();
    if (decoded !== PROBE_FRAMES) throw new Error(`${decoded} of ${PROBE_FRAMES} frames could be decoded`);
  };
  return { result: Promise.race([decode(), failed.promise]), close: () => closeCodec(decoder) };
}

function comparePicture(frame: VideoFrame, index: number, width: number, height: number): void {
  if (frame.displayWidth !== width || frame.displayHeight !== height) {
    throw new Error(`came out ${frame.displayWidth}×${frame.displayHeight}`);
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas to compare frames with');
  context.drawImage(frame, 0, 0);
  for (let block = 0; block < COLUMNS * ROWS; block++) {
    const x = Math.floor((((block % COLUMNS) + 0.5) * width) / COLUMNS);
    const y = Math.floor(((Math.floor(block / COLUMNS) + 0.5) * height) / ROWS);
    const { data } = context.getImageData(x, y, 1, 1);
    const difference =
      blockColor(block, index).reduce((sum, value, i) => sum + Math.abs(value - data[i]!), 0) / 3;
    if (difference > MOST_DIFFERENCE)
      throw new Error(`frame ${index} came out with wrong colours (${data.slice(0, 3).join()})`);
  }
}

function closeCodec(codec: VideoEncoder | VideoDecoder): void {
  if (codec.state !== 'closed') codec.close();
}
