import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseCodec } from '../../src/encode/codecs.ts';

const PlatformEncoder = VideoEncoder;

/** Each test takes its own size: answers are remembered by size. */
let side = 64;
const size = () => {
  side += 2;
  return { width: side, height: 64, fps: 30 };
};

afterEach(() => vi.unstubAllGlobals());

/** Breaks the encoder for some codecs. */
function breakEncoder(
  broken: (codec: string) => boolean,
  how: (encoder: VideoEncoder, ...args: Parameters<VideoEncoder['encode']>) => void,
): void {
  vi.stubGlobal(
    'VideoEncoder',
    class extends PlatformEncoder {
      #codec = '';
      override configure(config: VideoEncoderConfig): void {
        this.#codec = config.codec;
        super.configure(config);
      }
      override encode(...args: Parameters<VideoEncoder['encode']>): void {
        if (broken(this.#codec)) how(this, ...args);
        else super.encode(...args);
      }
    },
  );
}

const green = (encoder: VideoEncoder, frame: VideoFrame, options?: VideoEncoderEncodeOptions): void => {
  const { codedWidth, codedHeight, timestamp } = frame;
  const planes = new Uint8Array((codedWidth * codedHeight * 3) / 2); // zero in every plane is a bright green
  const other = new VideoFrame(planes, { format: 'I420', codedWidth, codedHeight, timestamp });
  PlatformEncoder.prototype.encode.call(encoder, other, options);
  other.close();
};

describe('the choice', () => {
  test('is H.264 where that works, with a configuration for this size', async () => {
    const wanted = size();
    const chosen = await chooseCodec(wanted);
    expect(chosen.family).toBe('avc');
    expect(chosen.codec).toBe('avc1.64001e');
    expect(chosen.config).toMatchObject({ width: wanted.width, height: wanted.height, framerate: 30 });
  });

  test('goes by the families asked for', async () => {
    const wanted = size();
    expect((await chooseCodec(wanted, { families: ['av1', 'avc'] })).family).toBe('av1');
    expect((await chooseCodec(wanted, { families: ['vp9'] })).family).toBe('vp9');
  });

  test('is remembered for a size', async () => {
    const wanted = size();
    expect(await chooseCodec(wanted)).toBe(await chooseCodec({ ...wanted }));
  });

  test('passes over an encoder that makes green pictures', async () => {
    breakEncoder((codec) => codec.startsWith('avc1'), green);
    expect((await chooseCodec(size())).family).toBe('vp9');
  });

  test('passes over an encoder that always shows the first picture', async () => {
    const first = new Map<VideoEncoder, VideoFrame>();
    breakEncoder(
      (codec) => codec.startsWith('avc1') || codec.startsWith('vp09'),
      (encoder, frame, options) => {
        if (!first.has(encoder)) first.set(encoder, frame.clone());
        const stale = new VideoFrame(first.get(encoder)!, { timestamp: frame.timestamp });
        PlatformEncoder.prototype.encode.call(encoder, stale, options);
        stale.close();
      },
    );
    expect((await chooseCodec(size())).family).toBe('av1');
    for (const frame of first.values()) frame.close();
  });
});

describe('no codec', () => {
  test('lists what was tried and why it failed, and is not remembered', async () => {
    const wanted = size();
    breakEncoder(() => true, green);
    const error = await chooseCodec(wanted).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'encode/no-codec' });
    const { tried } = (error as { detail: { tried: string[] } }).detail;
    expect(tried.join('\n')).toMatch(
      /H\.264 \(avc1\.64001e, no-preference\): frame 0 came out with wrong colours/,
    );
    expect(tried.join('\n')).toMatch(/AV1/);
    vi.unstubAllGlobals();
    expect((await chooseCodec(wanted)).family).toBe('avc');
  });

  test('because the browser has no WebCodecs', async () => {
    vi.stubGlobal('VideoEncoder', undefined);
    await expect(chooseCodec(size())).rejects.toMatchObject({ code: 'unsupported/webcodecs' });
  });

  test('an odd size is refused with the nearest', async () => {
    await expect(chooseCodec({ width: 449, height: 252, fps: 30 })).rejects.toMatchObject({
      code: 'encode/failed',
    });
  });

  test('cancelling one caller does not disturb another', async () => {
    const wanted = size();
    const controller = new AbortController();
    const cancelled = chooseCodec(wanted, { signal: controller.signal });
    const other = chooseCodec(wanted);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect((await other).family).toBe('avc');
  });
});
