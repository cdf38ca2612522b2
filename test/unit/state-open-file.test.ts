import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import { PICTURE_LIMITS } from '../../src/protocol/picture-limits.ts';
import { openFile } from '../../src/state/open-file.ts';
import { readPicture } from '../../src/state/read-picture.ts';
import { box, fileType, isoMeta, joined } from '../fixtures/write-mp4.ts';
import { pictureFile, stubDecoding } from './state-fake-pictures.ts';
import { MANIFEST } from './state-fixtures.ts';

beforeEach(stubDecoding);
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const RECORD = {
  kindling: 1,
  job: newJob(MANIFEST, { prompt: 'a castle 城堡', seed: 5 }),
  model: { id: 'seedling', version: '0.1', hash: 'ab' },
  visibleLabel: false,
  picture: null,
};

/** A file that claims to be that large; nothing of it is there. */
const hugeFile = (size: number, type: string): Blob =>
  Object.defineProperty(new Blob(['{}'], { type }), 'size', { value: size });

const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => expect.fail('it was taken'),
    (error: unknown) => (error instanceof AppError ? error : expect.fail(String(error))),
  );

/** What the browser's player shows of a video at its end. */
const lastFrame = vi.fn((_video: Blob): Promise<Blob> => Promise.reject(new Error('it cannot be played')));
const openIt = (file: Blob, name: string) =>
  openFile(file, name, { lastFrame, model: MODELS[0], drawSeed: () => 5, check: () => {} });

describe('a clip', () => {
  const clip = (values: Readonly<Record<string, string>>): Blob =>
    new Blob([joined(fileType, box('moov', box('udta', isoMeta(values))))], { type: 'video/mp4' });

  test('brings back its job, its model and whether it showed the mark', async () => {
    const { job, model } = RECORD;
    const opened = await openIt(clip({ 'kindling.job': JSON.stringify(RECORD) }), 'clip.mp4');
    expect(opened).toEqual({ kind: 'job', job, model, visibleLabel: false, picture: null });
  });

  test('is known by its name where the system does not tell its type', async () => {
    const untyped = new Blob([await clip({ 'kindling.job': JSON.stringify(RECORD) }).arrayBuffer()]);
    expect(await openIt(untyped, 'CLIP.MP4')).toMatchObject({ kind: 'job' });
    expect(await openIt(untyped, 'clip')).toEqual({ kind: 'unknown' });
  });

  test('of somebody else that cannot be played is refused, and named', async () => {
    const error = await failure(openIt(clip({ title: 'holiday' }), 'holiday.mov'));
    expect(error).toMatchObject({
      code: 'input/no-job-in-file',
      message: expect.stringContaining('holiday.mov'),
    });
  });
});

describe('a job file', () => {
  const file = (text: string): Blob => new Blob([text], { type: 'application/json' });

  test('may be a record or a bare job, with a byte order mark or without', async () => {
    expect(await openIt(file(JSON.stringify(RECORD)), 'a.json')).toMatchObject({ visibleLabel: false });
    expect(await openIt(file(`\uFEFF${JSON.stringify(RECORD.job)}`), 'a.json')).toEqual({
      kind: 'job',
      job: RECORD.job,
      model: null,
      visibleLabel: null,
      picture: null,
    });
  });

  test('that is too large is refused unread, with what is possible', async () => {
    const large = hugeFile(20_000_000, 'application/json');
    const read = vi.spyOn(large, 'text');
    const error = await failure(openIt(large, 'large.json'));
    expect(error.code).toBe('input/job');
    expect(error.message).toMatch(/“large\.json”.* 20 MB.*up to 16 MB/);
    expect(read).not.toHaveBeenCalled();
  });

  test.each(['', 'hello', '[1, 2', 'null', '[]', '7', '['.repeat(200_000)])(
    'that begins with %.9j is refused as no job',
    async (text) => {
      expect((await failure(openIt(file(text), 'a.json'))).code).toBe('input/job');
    },
  );

  test('with a damaged picture is refused', async () => {
    const withPicture = (picture: string): Blob => file(JSON.stringify({ ...RECORD, picture }));
    expect((await failure(openIt(withPicture('*'), 'a.json'))).code).toBe('input/job');
    expect((await failure(openIt(withPicture('aGVsbG8='), 'a.json'))).code).toBe('input/picture-unreadable');
  });
});

describe('a picture', () => {
  test('above 256 MiB is refused unread, with its size and the limit', async () => {
    const large = hugeFile(PICTURE_LIMITS.maxBytes + 1, 'image/png');
    const read = vi.spyOn(large, 'slice');
    const error = await failure(openIt(large, 'large.png'));
    expect(error.code).toBe('input/picture-too-large');
    expect(error.message).toMatch(/269 MB.*up to 268 MB/);
    expect(read).not.toHaveBeenCalled();
  });

  test('whose size stands behind 3 MB of preview and profile is read on, not called damaged', async () => {
    const original = new Uint8Array(await pictureFile('scene.jpg').arrayBuffer());
    const segment = joined(new Uint8Array([0xff, 0xe2, 0xff, 0xff]), new Uint8Array(0xfffd));
    const long = new Blob([
      original.subarray(0, 2),
      ...Array.from({ length: 48 }, () => segment),
      original.subarray(2),
    ]);
    expect(long.size).toBeGreaterThan(3_000_000);
    const picture = await readPicture(long, 'photo.jpg');
    expect(picture).toMatchObject({ width: 96, height: 64, name: 'photo.jpg' });
    URL.revokeObjectURL(picture.thumbnailUrl);
  });

  test('that is almost square keeps its sides though its small copy is square', async () => {
    const png = new Uint8Array(await pictureFile('scene.png').arrayBuffer());
    new DataView(png.buffer).setUint32(16, 3000);
    new DataView(png.buffer).setUint32(20, 2995);
    expect(await readPicture(new Blob([png]), 'a.png')).toMatchObject({ width: 3000, height: 2995 });
  });

  test('that is damaged is called so even if it is long', async () => {
    const broken = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), new Uint8Array(3_000_000)]);
    expect((await failure(readPicture(broken, 'photo.jpg'))).message).toMatch(/damaged JPEG/);
  });

  test('is decoded as what its bytes say, whatever its name', async () => {
    const decode = vi.fn(async () => ({ width: 96, height: 64, close: () => {} }));
    vi.stubGlobal('createImageBitmap', decode);
    const picture = await readPicture(pictureFile('scene-lossy.webp'), 'photo.jpg');
    expect(decode).toHaveBeenCalledWith(expect.objectContaining({ type: 'image/webp' }), expect.anything());
    URL.revokeObjectURL(picture.thumbnailUrl);
  });

  test.each([
    ['one-pixel.png', 'input/picture-too-small'],
    ['wide.png', 'input/picture-too-large'],
    ['note.txt', 'input/picture-unreadable'],
    ['scene.tiff', 'input/picture-unreadable'],
  ])('%s is %s', async (name, code) => {
    const error = await failure(readPicture(pictureFile(name), name));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`“${name}”`) });
  });

  test('that was moved away while it was read, or is empty, is unreadable', async () => {
    const gone = pictureFile('scene.png');
    vi.spyOn(gone, 'slice').mockImplementation(() => {
      const part = new Blob([]);
      return Object.assign(part, {
        arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
      });
    });
    expect((await failure(readPicture(gone, 'scene.png'))).message).toMatch(/moved or deleted/);
    expect((await failure(readPicture(new Blob([]), 'empty.png'))).message).toMatch(/empty/);
  });

  test('that the browser cannot decode is unreadable', async () => {
    vi.stubGlobal('createImageBitmap', async () => Promise.reject(new DOMException('no')));
    expect((await failure(readPicture(pictureFile('scene.png'), 'scene.png'))).code).toBe(
      'input/picture-unreadable',
    );
  });
});

test('a storyboard that a person wrote gets what it does not say', async () => {
  const board = new Blob(['{"scene": "a castle", "segments": [{"prompt": "fog rises"}, {}]}'], {
    type: 'application/json',
  });
  const opened = await openIt(board, 'board.json');
  if (opened.kind !== 'job') throw new Error('it is no job');
  expect(opened.job).toMatchObject({
    scene: 'a castle',
    aspect: '16:9',
    segments: [{ seed: 5 }, { seed: 6, seconds: 5 }],
  });
});
