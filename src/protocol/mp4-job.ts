import { AppError } from '../core/errors.ts';
import { type Mp4Box, type Mp4Budget, type Mp4Source, mp4Boxes, mp4Source } from './mp4-boxes.ts';

/** Key of the job record in `moov/udta/meta` (`keys` with namespace `mdta`). */
export const JOB_KEY = 'kindling.job';
/** Key of the label that says in the file's metadata that the clip is AI-generated. */
export const AIGC_KEY = 'AIGC';

const MAX_BOXES = 20_000; // a fragmented two-hour film has some 7,000 at its top level
const MAX_KEYS_BYTES = 1_048_576; // tools write a few dozen keys
const MAX_VALUE_BYTES = 16_777_216; // a job with its picture is at most 2 MB, a storyboard some more
/** Boxes that real files begin with; anything else is not an MP4. */
const FIRST_BOXES: readonly string[] = [
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'pnot',
  'uuid',
];

/**
 * Reads the metadata value stored under a key, wherever the file keeps it: `moov/udta/meta` (ours, ffmpeg's) or
 * `moov/meta` (QuickTime tools), with the movie box first or last.
 * @returns the value as text, or null if the file is an MP4 without that key.
 * @throws {AppError} `input/no-job-in-file` if this is not an MP4 · `input/job` if the value is cut off, too long or not text.
 */
export async function readMp4Value(file: Blob | Uint8Array, key: string): Promise<string | null> {
  const source = mp4Source(file);
  const budget = { boxes: MAX_BOXES };
  let first = true;
  for await (const box of mp4Boxes(source, 0, source.size, budget)) {
    if (first && !FIRST_BOXES.includes(box.type)) break;
    first = false;
    if (box.type !== 'moov') continue;
    for await (const meta of metaBoxes(source, box, budget)) {
      const value = await valueInMeta(source, meta, key, budget);
      if (value !== null) return value;
    }
  }
  if (!first) return null;
  throw new AppError(
    'input/no-job-in-file',
    'This file is not an MP4 video. Drop a clip that Kindling made.',
  );
}

/**
 * Finds the job record that Kindling wrote into a clip. Memory and time are bounded whatever the bytes are.
 * @returns the record as parsed JSON, still to be checked field by field; null if the file is an MP4 without one.
 * @throws {AppError} `input/no-job-in-file` if this is not an MP4 · `input/job` if there is a record but it is damaged.
 */
export async function readJobFromMp4(source: Blob | Uint8Array): Promise<unknown | null> {
  const text = await readMp4Value(source, JOB_KEY);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw damaged('it is not valid JSON', cause);
  }
}

const damaged = (why: string, cause?: unknown): AppError =>
  new AppError('input/job', `The settings stored in this clip are damaged: ${why}. Try the original file.`, {
    cause,
  });

async function* metaBoxes(
  source: Mp4Source,
  moov: Mp4Box,
  budget: Mp4Budget,
): AsyncGenerator<Mp4Box, void, undefined> {
  for await (const box of mp4Boxes(source, moov.content, moov.end, budget)) {
    if (box.type === 'meta') yield box;
    if (box.type !== 'udta') continue;
    for await (const inner of mp4Boxes(source, box.content, box.end, budget))
      if (inner.type === 'meta') yield inner;
  }
}

async function valueInMeta(
  source: Mp4Source,
  meta: Mp4Box,
  key: string,
  budget: Mp4Budget,
): Promise<string | null> {
  // ISO's meta box has four bytes of version and flags before its children, QuickTime's has not.
  const head = await source.read(meta.content, Math.min(8, meta.end - meta.content));
  const quickTime = String.fromCharCode(...head.subarray(4)) === 'hdlr';
  let index = 0;
  let list: Mp4Box | null = null;
  for await (const box of mp4Boxes(source, meta.content + (quickTime ? 0 : 4), meta.end, budget)) {
    if (box.type === 'keys')
      index = keyIndex(await source.read(box.content, Math.min(MAX_KEYS_BYTES, box.end - box.content)), key);
    if (box.type === 'ilst') list = box;
  }
  if (index === 0 || list === null) return null;
  for await (const item of mp4Boxes(source, list.content, list.end, budget)) {
    if (item.code !== index) continue;
    for await (const data of mp4Boxes(source, item.content, item.end, budget)) {
      if (data.type === 'data') return valueText(source, data);
    }
  }
  return null;
}

/** One-based position of a key in the content of a `keys` box, 0 if it is not there. */
function keyIndex(bytes: Uint8Array, key: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = `mdta${key}`;
  for (let position = 8, index = 1; position + 8 <= bytes.length; index++) {
    const size = view.getUint32(position);
    if (size < 8) return 0;
    const end = position + size;
    const found = size === 4 + wanted.length && end <= bytes.length;
    if (found && String.fromCharCode(...bytes.subarray(position + 4, end)) === wanted) return index;
    position = end;
  }
  return 0;
}

async function valueText(source: Mp4Source, data: Mp4Box): Promise<string> {
  const length = data.end - data.content - 8; // type and locale come first
  if (!data.whole || length < 0) throw damaged('the file was cut off');
  if (length > MAX_VALUE_BYTES) throw damaged(`they are longer than ${MAX_VALUE_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await source.read(data.content + 8, length));
  } catch (cause) {
    throw damaged('they are not text', cause);
  }
}
