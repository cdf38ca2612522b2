// A storyboard as one file: what a person could have written, with the picture that it begins with inside.

import { AppError } from '../core/errors.ts';
import type { Job, ModelLimits } from '../core/job.ts';
import { type PictureHeader, readPictureHeader } from './picture-header.ts';
import { parseStoryboard } from './storyboard-file.ts';

/** Largest file that is read: the largest picture in base64, and some for the words. */
export const MAX_BOARD_FILE_BYTES = 16_777_216;
/** Largest picture that goes into such a file. */
export const MAX_BOARD_PICTURE_BYTES = 11_000_000;
const MAX_TITLE = 200;
/** Bytes turned into characters at once; more arguments than this overflow the stack. */
const BASE64_STEP = 0x8000;

/** What a board's file says. */
export interface BoardFile {
  /** Not yet checked against the model's limits. */
  readonly job: Job;
  /** The visitor's own name for it; empty for none. */
  readonly title: string;
  /** What is said of each segment's takes and of its kept seed, not yet read; empty for nothing. */
  readonly takes: readonly unknown[];
  /** The picture's own bytes; null if none is inside, also if the job begins with one that is given beside it. */
  readonly picture: Blob | null;
}

/**
 * Writes a board. The words come first and the picture last, so that people can read it.
 * @param picture that its first segment begins with, as the visitor gave it.
 * @param takes of each segment; none are written if there is nothing to say.
 * @throws {AppError} `input/picture-too-large` · `input/picture-unreadable`.
 */
export async function writeBoardFile(
  job: Job,
  title: string,
  picture: Blob | null,
  takes: readonly unknown[] = [],
): Promise<string> {
  const all = { ...(title && { title }), ...job, ...(takes.length > 0 && { takes }) };
  // A field that stands empty says nothing: JSON would make null of it.
  const said = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
  const words = JSON.parse(JSON.stringify(all, said)) as Readonly<Record<string, unknown>>;
  if (!picture) return `${JSON.stringify(words, null, 2)}\n`;
  if (picture.size > MAX_BOARD_PICTURE_BYTES) {
    const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
    throw new AppError(
      'input/picture-too-large',
      `The picture has ${megabytes(picture.size)}; up to ${megabytes(MAX_BOARD_PICTURE_BYTES)} can be put into a storyboard’s file. Make it smaller first.`,
      { detail: { segment: 0, bytes: picture.size, maxBytes: MAX_BOARD_PICTURE_BYTES } },
    );
  }
  const bytes = new Uint8Array(await picture.arrayBuffer());
  let letters = '';
  for (let i = 0; i < bytes.length; i += BASE64_STEP)
    letters += String.fromCharCode(...bytes.subarray(i, i + BASE64_STEP));
  const data = `data:image/${kindOf(bytes)};base64,${btoa(letters)}`;
  return `${JSON.stringify({ ...words, picture: data }, null, 2)}\n`;
}

/**
 * Reads a board, whether {@link writeBoardFile} or a person wrote it.
 * @param firstSeed the first segment's seed where none is said; the others count on from it.
 * @throws {AppError} `input/job` · `input/picture-unreadable`; what is about a segment says which (from 1; `detail.segment` counts from 0).
 */
export function parseBoardFile(
  value: unknown,
  model: { readonly id: string; readonly limits: ModelLimits },
  firstSeed: number,
): BoardFile {
  const job = parseStoryboard(value, model, firstSeed);
  const { title, picture, takes = [] } = value as Readonly<Partial<Record<keyof BoardFile, unknown>>>;
  if (title !== undefined && (typeof title !== 'string' || title.length > MAX_TITLE))
    throw new AppError('input/job', `storyboard.title: expected text of at most ${MAX_TITLE} characters.`);
  const count = job.segments.length;
  if (!Array.isArray(takes) || takes.length > count)
    throw new AppError('input/job', `storyboard.takes: expected a list of at most ${count}, one a segment.`);
  const said = { job, title: title ?? '', takes: takes as readonly unknown[] };
  if (picture === undefined || picture === null) return { ...said, picture: null };
  if (!job.segments[0]?.picture) {
    throw new AppError(
      'input/job',
      'Segment 1: the file brings a picture, but the segment does not begin with one. Write "picture": {"fit": "crop"} into it, or take the picture out.',
      { detail: { segment: 0 } },
    );
  }
  return { ...said, picture: parsePicture(picture) };
}

function parsePicture(value: unknown): Blob {
  const data = typeof value === 'string' ? /^data:image\/[a-z+.-]{1,20};base64,/.exec(value) : null;
  if (!data) throw unreadable('it is not a data URL such as "data:image/jpeg;base64,…"');
  const letters = data.input.slice(data[0].length);
  if (letters.length > (MAX_BOARD_PICTURE_BYTES / 3) * 4 + 4)
    throw unreadable(`it has more than ${MAX_BOARD_PICTURE_BYTES / 1e6} MB`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw unreadable('its base64 is damaged or was cut off', cause);
  }
  return new Blob([bytes], { type: `image/${kindOf(bytes)}` });
}

/** The kind that the bytes say. */
function kindOf(bytes: Uint8Array<ArrayBuffer>): string {
  const header: PictureHeader = readPictureHeader(bytes);
  if (header.kind === 'damaged')
    throw unreadable(`it looks like a damaged ${header.what.toUpperCase()} file`);
  if (header.kind === 'unsupported')
    throw unreadable(header.what ? `it is a ${header.what} file` : 'it is not a picture');
  return header.kind;
}

const unreadable = (why: string, cause?: unknown): AppError =>
  new AppError(
    'input/picture-unreadable',
    `Segment 1: the picture inside the storyboard cannot be used: ${why}. JPEG, PNG, WebP, AVIF and GIF work.`,
    { detail: { segment: 0 }, cause },
  );
