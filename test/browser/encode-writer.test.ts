import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { chooseCodec } from '../../src/encode/codecs.ts';
import { MAX_LIVE_FRAMES } from '../../src/encode/frame-encoder.ts';
import { type ClipWriter, type ClipWriterOptions, openClipWriter } from '../../src/encode/mp4.ts';
import { sceneFrame } from '../fixtures/moving-scene.ts';

const SIZE = { width: 160, height: 96, fps: 30 };
const frame = (i: number) => ({ data: sceneFrame(SIZE.width, SIZE.height, i / SIZE.fps) });

let codec: ClipWriterOptions['codec'];
let writers: ClipWriter[] = [];
let made: VideoFrame[] = [];
let encoders: VideoEncoder[] = [];

const PlatformFrame = VideoFrame;
const PlatformEncoder = VideoEncoder;

/** The platform's classes, watched: which frames and encoders are made, and whether they are closed. */
function watch(change: Partial<Pick<VideoEncoder, 'encode' | 'configure'>> = {}): void {
  vi.stubGlobal(
    'VideoFrame',
    class extends PlatformFrame {
      constructor(...args: ConstructorParameters<typeof PlatformFrame>) {
        super(...args);
        made.push(this);
      }
    },
  );
  vi.stubGlobal(
    'VideoEncoder',
    class extends PlatformEncoder {
      constructor(init: VideoEncoderInit) {
        super(init);
        encoders.push(Object.assign(this, change, { init }));
      }
    },
  );
}

const open = async (options: Partial<ClipWriterOptions> = {}): Promise<ClipWriter> => {
  const writer = await openClipWriter({ ...SIZE, codec, job: {}, label: null, ...options });
  writers.push(writer);
  return writer;
};

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

const live = (): number => made.filter((one) => one.format !== null).length; // a closed frame has no format

beforeEach(async () => {
  codec = await chooseCodec(SIZE);
  writers = [];
  made = [];
  encoders = [];
});

afterEach(() => {
  for (const writer of writers) writer.close();
  vi.unstubAllGlobals();
});

describe('frames', () => {
  test(`at most ${MAX_LIVE_FRAMES} are alive at once, and all are closed`, async () => {
    watch();
    const writer = await open();
    for (let i = 0; i < 60; i++) await writer.add(frame(i));
    await writer.finish();
    expect(made).toHaveLength(60);
    expect(live()).toBe(0);
    expect(writer.peakFrames).toBeGreaterThan(1);
    expect(writer.peakFrames).toBeLessThanOrEqual(MAX_LIVE_FRAMES);
    expect(encoders.map((encoder) => encoder.state)).toEqual(['closed']);
  });

  test('a slow encoder makes the caller wait', async () => {
    watch({
      encode(this: VideoEncoder, ...args) {
        const until = performance.now() + 4;
        while (performance.now() < until); // busy: the queue fills
        PlatformEncoder.prototype.encode.apply(this, args);
      },
    });
    const writer = await open();
    for (let i = 0; i < 30; i++) await writer.add(frame(i));
    expect(writer.peakFrames).toBeLessThanOrEqual(MAX_LIVE_FRAMES);
    expect((await writer.finish()).frames).toBe(30);
  });

  test('are read at once and not changed', async () => {
    const writer = await open({ label: null, visibleLabel: true });
    const { data } = frame(0);
    const before = data.slice();
    const added = writer.add({ data });
    expect(data).toEqual(before);
    data.fill(0);
    await added;
    await writer.finish();
  });

  test('no encoder is opened before the first one', async () => {
    watch();
    await open();
    expect(encoders).toHaveLength(0);
  });

  test('of another size are our own mistake', async () => {
    const writer = await open();
    expect(await errorOf(writer.add({ data: new Uint8Array(10) }))).toMatchObject({
      code: 'internal/invariant',
    });
  });
});

describe('cancelling', () => {
  test('rejects what waits with AbortError and closes everything', async () => {
    watch();
    const controller = new AbortController();
    const writer = await open({ signal: controller.signal });
    await writer.add(frame(0));
    const finished = errorOf(writer.finish());
    controller.abort();
    expect(await finished).toMatchObject({ name: 'AbortError' });
    expect(encoders[0]!.state).toBe('closed');
    expect(live()).toBe(0);
  });

  test('before the next frame', async () => {
    watch();
    const controller = new AbortController();
    const writer = await open({ signal: controller.signal });
    await writer.add(frame(0));
    controller.abort();
    expect(await errorOf(writer.add(frame(1)))).toMatchObject({ name: 'AbortError' });
    expect(await errorOf(writer.finish())).toMatchObject({ name: 'AbortError' });
    expect(live()).toBe(0);
  });

  test('before opening', async () => {
    const error = await errorOf(open({ signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  test('closing twice, also after the end, is nothing', async () => {
    const writer = await open();
    await writer.add(frame(0));
    const finished = writer.finish();
    expect(writer.finish()).toBe(finished);
    await finished;
    writer.close();
    writer.close();
    expect((await finished).frames).toBe(1);
  });

  test('closing in the middle releases the encoder and tells whoever goes on', async () => {
    watch();
    const writer = await open();
    await writer.add(frame(0));
    writer.close();
    expect(encoders[0]!.state).toBe('closed');
    expect(await errorOf(writer.add(frame(1)))).toMatchObject({ code: 'encode/failed' });
  });
});

describe('failures', () => {
  test('an encoder that breaks gives encode/failed with its reason, and every frame is closed', async () => {
    watch({
      encode(this: VideoEncoder & { init?: VideoEncoderInit }) {
        queueMicrotask(() => this.init?.error(new DOMException('the driver went away', 'EncodingError')));
      },
    });
    const writer = await open();
    await errorOf(writer.add(frame(0)));
    const error = await errorOf(writer.finish());
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'encode/failed',
      message: expect.stringContaining('the driver went away'),
    });
    expect(live()).toBe(0);
  });

  test('an encoder that swallows frames is noticed', async () => {
    let calls = 0;
    watch({
      encode(this: VideoEncoder, ...args) {
        if (calls++ !== 2) PlatformEncoder.prototype.encode.apply(this, args);
      },
    });
    const writer = await open();
    const work = async (): Promise<unknown> => {
      for (let i = 0; i < 5; i++) await writer.add(frame(i));
      return writer.finish();
    };
    expect(await errorOf(work())).toMatchObject({ code: 'encode/failed' });
  });

  test('an encoder that the browser took back while it was idle is opened again', async () => {
    watch();
    const writer = await open();
    for (let i = 0; i < 4; i++) await writer.add(frame(i));
    await encoders[0]!.flush();
    const { init } = encoders[0] as unknown as { init: VideoEncoderInit };
    encoders[0]!.close();
    init.error(new DOMException('Codec reclaimed due to inactivity.', 'QuotaExceededError'));
    for (let i = 4; i < 8; i++) await writer.add(frame(i));
    expect(await writer.finish()).toMatchObject({ frames: 8 });
    expect(encoders).toHaveLength(2);
  });

  test('a clip without frames is refused', async () => {
    expect(await errorOf((await open()).finish())).toMatchObject({ code: 'encode/failed' });
  });

  test('odd sizes are refused with the nearest', async () => {
    expect(await errorOf(open({ width: 161 }))).toMatchObject({
      code: 'encode/failed',
      message: expect.stringContaining('Nearest is'),
    });
  });
});
