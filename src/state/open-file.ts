import { AppError } from '../core/errors.ts';
import type { Job, ModelLimits } from '../core/job.ts';
import { MAX_BOARD_FILE_BYTES, parseBoardFile } from '../protocol/board-file.ts';
import type { JobRecord } from '../protocol/engine-api.ts';
import { parseJob, parseJobRecord } from '../protocol/job-file.ts';
import { readJobFromMp4 } from '../protocol/mp4-job.ts';
import { PICTURE_KINDS } from '../protocol/picture-header.ts';
import type { SegmentExtras } from './board.ts';
import { parseExtras } from './kept-extras.ts';
import { type Picture, releasePicture } from './picture.ts';
import { readPicture } from './read-picture.ts';

/** What a file that was dropped, pasted or chosen turned out to be. */
export type OpenedFile =
  /** `ofVideo`: it is the last frame of somebody else's video. */
  | { readonly kind: 'picture'; readonly picture: Picture; readonly ofVideo?: boolean }
  | {
      readonly kind: 'job';
      readonly job: Job;
      /** The model it was made with, if the file says so. */
      readonly model: JobRecord['model'] | null;
      /** Whether that clip showed the visible mark, if the file says so. */
      readonly visibleLabel: boolean | null;
      readonly picture: Picture | null;
      /** The visitor's own name for a storyboard that stood in a file of its own. */
      readonly title?: string;
      /** Takes and kept seeds, where the file says something of them. */
      readonly extras?: readonly SegmentExtras[];
    }
  | { readonly kind: 'unknown' };

/** What opening a file needs from outside. */
export interface OpenFileParts {
  /** Draws a video's last frame as PNG; rejects if the browser cannot play it. */
  readonly lastFrame: (video: Blob) => Promise<Blob>;
  /** What a storyboard that a person wrote leaves unsaid is this model's own. */
  readonly model: { readonly id: string; readonly limits: ModelLimits };
  /** For segments whose seed is not said. */
  readonly drawSeed: () => number;
  /** Refuses a job that this model cannot make. @throws {AppError} `input/…`. */
  readonly check: (job: Job, hasPicture: boolean) => void;
}

const hasEnding = (name: string, endings: readonly string[]): boolean =>
  endings.some((ending) => name.toLowerCase().endsWith(`.${ending}`));

/**
 * Reads a picture, a clip made by Kindling, another video (its last frame, to go on from), a job file or a storyboard.
 * @throws {AppError} `input/picture-…` for a picture that cannot be used · `input/no-job-in-file` for somebody else's
 * video that cannot be played · `input/job` for damaged or foreign settings · `input/…` for a film in a file of its own that cannot be made.
 */
export async function openFile(file: Blob, name: string, parts: OpenFileParts): Promise<OpenedFile> {
  if (
    file.type.startsWith('image/') ||
    hasEnding(name, [...PICTURE_KINDS, 'jpg', 'heic', 'svg', 'tiff', 'bmp'])
  ) {
    return { kind: 'picture', picture: await readPicture(file, name) };
  }
  if (file.type.startsWith('video/') || hasEnding(name, ['mp4', 'm4v', 'mov'])) {
    const record = await readJobFromMp4(file);
    if (record === null) return fromVideo(file, name, parts);
    return fromRecord(parseJobRecord(record));
  }
  if (file.type === 'application/json' || hasEnding(name, ['json']))
    return fromJson(await readJson(file, name), name, parts);
  return { kind: 'unknown' };
}

/** Somebody else's video has no settings, but it can be gone on from. */
async function fromVideo(file: Blob, name: string, parts: OpenFileParts): Promise<OpenedFile> {
  let frame: Blob;
  try {
    frame = await parts.lastFrame(file);
  } catch (cause) {
    const message = `“${name}” is a video that was not made by Kindling, and this browser cannot play it: there is nothing to restore or to go on from.`;
    throw new AppError('input/no-job-in-file', message, { cause });
  }
  return { kind: 'picture', picture: await readPicture(frame, name), ofVideo: true };
}

async function readJson(file: Blob, name: string): Promise<unknown> {
  if (file.size > MAX_BOARD_FILE_BYTES) {
    const sizes = `${Math.ceil(file.size / 1e6)} MB; job files of up to ${Math.floor(MAX_BOARD_FILE_BYTES / 1e6)} MB`;
    throw new AppError('input/job', `“${name}” is too large to be a job file: it has ${sizes} can be read.`);
  }
  try {
    return JSON.parse(await file.text()) as unknown;
  } catch (cause) {
    throw new AppError('input/job', `“${name}” is not a job file: its text is not JSON.`, { cause });
  }
}

async function fromJson(value: unknown, name: string, parts: OpenFileParts): Promise<OpenedFile> {
  const has = (field: string): boolean =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, field);
  if (has('kindling')) return fromRecord(parseJobRecord(value));
  if (!has('segments'))
    return { kind: 'job', job: parseJob(value), model: null, visibleLabel: null, picture: null };
  const board = parseBoardFile(value, parts.model, parts.drawSeed());
  const extras = board.takes.length > 0 && parseExtras(board.takes, board.job);
  let picture: Picture | null = null;
  try {
    picture = board.picture && (await readPicture(board.picture, 'picture'));
  } catch (error) {
    throw error instanceof AppError ? ofFirst(error) : error;
  }
  const { job, title } = board;
  // A film is taken as it is or not at all: what would be mended is in a file and in no field.
  if (job.segments.length > 1 && job.model === parts.model.id) {
    try {
      parts.check(job, picture !== null);
    } catch (error) {
      releasePicture(picture);
      if (!(error instanceof AppError)) throw error;
      const { code, message, detail, cause } = error;
      throw new AppError(code, message, { detail: { ...detail, opened: name }, cause });
    }
  }
  const said = { ...(title && { title }), ...(extras && { extras }) };
  return { kind: 'job', job, model: null, visibleLabel: null, picture, ...said };
}

const ofFirst = ({ code, message, detail, cause }: AppError): AppError =>
  new AppError(code, `Segment 1: ${message}`, { detail: { ...detail, segment: 0 }, cause });

async function fromRecord(record: JobRecord): Promise<OpenedFile> {
  const { job, model, visibleLabel } = record;
  if (record.picture === null) return { kind: 'job', job, model, visibleLabel, picture: null };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(record.picture), (letter) => letter.charCodeAt(0));
  } catch (cause) {
    throw new AppError('input/job', 'The picture stored with this job is damaged.', { cause });
  }
  const picture = await readPicture(new Blob([bytes], { type: 'image/png' }), 'picture.png');
  return { kind: 'job', job, model, visibleLabel, picture };
}
