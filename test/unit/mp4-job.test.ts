import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { readJobFromMp4, readMp4Value } from '../../src/protocol/mp4-job.ts';
import { box, fileType, isoMeta, joined, largeBox, openBox, quickTimeMeta } from '../fixtures/write-mp4.ts';

const JOB = { prompt: '城堡 castle 🏰', steps: 8 };
const JOB_TEXT = JSON.stringify(JOB);
const values = { AIGC: '{"Label":"1"}', 'kindling.job': JOB_TEXT };
const movieHeader = box('mvhd', new Uint8Array(100));
const movie = box('moov', movieHeader, box('udta', isoMeta(values)));
const media = box('mdat', new Uint8Array(5000).fill(7));

/** The code that an operation fails with. */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('finds the job', () => {
  const places: Readonly<Record<string, Uint8Array>> = {
    'with the movie box first': joined(fileType, movie, media),
    'with the movie box last': joined(fileType, media, movie),
    'behind media data with a 64-bit size': joined(fileType, largeBox('mdat', new Uint8Array(900)), movie),
    'in a movie box with a 64-bit size': joined(
      fileType,
      largeBox('moov', movieHeader, largeBox('udta', isoMeta(values))),
    ),
    'in a last box that goes to the end': joined(
      fileType,
      media,
      openBox('moov', box('udta', isoMeta(values))),
    ),
    'in the movie box itself': joined(fileType, box('moov', movieHeader, isoMeta(values))),
    'in the way QuickTime writes metadata': joined(fileType, box('moov', box('udta', quickTimeMeta(values)))),
    'after other user data': joined(
      fileType,
      box(
        'moov',
        box(
          'udta',
          box('\xa9nam', 'a name'),
          box('meta', 0, box('hdlr', 0, 0, 'mdir', 0, 0, 0, 0), box('ilst')),
        ),
        box('udta', isoMeta({ 'com.android.version': '15' })),
        box('udta', isoMeta(values)),
      ),
    ),
    'after many boxes': joined(fileType, ...Array.from({ length: 3000 }, () => box('free')), movie),
    'among other keys': joined(
      fileType,
      box(
        'moov',
        box('udta', isoMeta({ 'kindling.job2': '{}', 'kindling.jo': '{}', ...values, title: 'x' })),
      ),
    ),
  };
  for (const [place, bytes] of Object.entries(places)) {
    test(place, async () => {
      expect(await readJobFromMp4(bytes)).toEqual(JOB);
      expect(await readJobFromMp4(new Blob([new Uint8Array(bytes)]))).toEqual(JOB);
    });
  }

  test('of two megabytes, in a file', async () => {
    const large = { picture: 'iVBORw0KGgo'.repeat(190_000) };
    const bytes = joined(
      fileType,
      media,
      box('moov', box('udta', isoMeta({ 'kindling.job': JSON.stringify(large) }))),
    );
    expect(await readJobFromMp4(new Blob([bytes]))).toEqual(large);
  });

  test('and the label beside it', async () => {
    expect(await readMp4Value(joined(fileType, movie), 'AIGC')).toBe('{"Label":"1"}');
  });

  test('after ffmpeg has copied the clip (-c copy -movflags use_metadata_tags)', async () => {
    const bytes = readFileSync(new URL('../fixtures/clips/copied-by-ffmpeg.mp4', import.meta.url));
    expect(await readJobFromMp4(new Uint8Array(bytes))).toEqual({ kindling: 1, note: '城堡 castle' });
  });
});

describe('an MP4 without a job gives null', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    'no metadata': joined(fileType, box('moov', movieHeader), media),
    'no movie box': joined(fileType, media),
    'other keys': joined(fileType, box('moov', box('udta', isoMeta({ title: 'x' })))),
    'metadata without a list': joined(fileType, box('moov', box('udta', box('meta', 0)))),
    'only the beginning of a file': joined(fileType, movie).subarray(0, 150),
  };
  for (const [name, bytes] of Object.entries(files)) {
    test(name, async () => expect(await readJobFromMp4(bytes)).toBeNull());
  }
});

describe('what is not an MP4 is refused', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    'an empty file': new Uint8Array(0),
    text: joined('This is a text file, and not a short one either.'),
    'a picture': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    test(name, async () => expect(await codeOf(readJobFromMp4(bytes))).toBe('input/no-job-in-file'));
  }
});

describe('a damaged job is refused', () => {
  const withText = (text: Uint8Array | string): Uint8Array => {
    const list = box('ilst', box(1, box('data', 1, 0, text)));
    const meta = box('meta', 0, box('keys', 0, 1, box('mdta', 'kindling.job')), list);
    return joined(fileType, box('moov', box('udta', meta)));
  };
  const whole = withText(JOB_TEXT);
  const files: Readonly<Record<string, Uint8Array>> = {
    'not JSON': withText('{"prompt": '),
    'not text': withText(new Uint8Array([0xff, 0xfe, 0x80])),
    'cut off': whole.subarray(0, whole.length - 4),
    'longer than any job': withText(new Uint8Array(16_777_217).fill(0x20)),
  };
  for (const [name, bytes] of Object.entries(files)) {
    test(name, async () => expect(await codeOf(readJobFromMp4(bytes))).toBe('input/job'));
  }
});
