// Where the segments of films live on this device: one folder a segment, named by what decides its pixels, in the origin private file
// system.
import { AppError } from '../core/errors.ts';
import { openFolderFiles, storageError } from './folder-files.ts';

/** The folder of all that, in the origin private file system. */
export const SEGMENTS_FOLDER = 'segments';

/** The folder beside the segments for what belongs to the storyboard itself. */
export const BOARD = 'board';

/** The folder beside the segments for the small pictures that show them. */
export const STRIPS = 'strips';

const BESIDE: readonly string[] = [BOARD, STRIPS];

/** What is kept of one segment. */
export interface SegmentFacts {
  /** When anything of it was last written, milliseconds since 1970; 0 if there is nothing. */
  readonly written: number;
  readonly bytes: number;
  /** Of `bytes`, its encoded frames; 0 until it is finished. */
  readonly encodedBytes: number;
}

/** A segment's encoded frames lie in files whose names begin so. */
export const ENCODED_PREFIX = 'video-';

/** The files of segments. Names are 1 to 80 characters of `a-z 0-9 . -`. */
export interface SegmentFiles {
  /** All segments of which anything is kept. */
  segments(): Promise<string[]>;
  /** The file as it was last written, its bytes still on the disk; null if there is none. */
  read(segment: string, name: string): Promise<Blob | null>;
  /** Replaces the file. @throws {AppError} `storage/full` with `detail.needed`, the bytes that had no room · `storage/write`. */
  write(segment: string, name: string, data: Blob | Uint8Array<ArrayBuffer>): Promise<void>;
  facts(segment: string): Promise<SegmentFacts>;
  /** Removes a file, or with no name the whole segment. Nothing happens if there is none. */
  remove(segment: string, name?: string): Promise<void>;
}

/**
 * Opens the folder of all segments. Works in Workers and pages.
 * @returns null where nothing can be kept: private windows of some browsers, credentialless frames, insecure pages.
 */
export async function openSegmentFiles(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<SegmentFiles | null> {
  const all = await openFolderFiles(SEGMENTS_FOLDER, storage);
  if (!all) return null;
  return {
    segments: async () => (await all.folders()).filter((name) => !BESIDE.includes(name)),
    read: (segment, name) => all.read(segment, name),
    async facts(segment) {
      const files = await all.files(segment);
      return {
        written: files.reduce((last, { lastModified }) => Math.max(last, lastModified), 0),
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        encodedBytes: files.reduce(
          (sum, { name, size }) => sum + (name.startsWith(ENCODED_PREFIX) ? size : 0),
          0,
        ),
      };
    },
    write: (segment, name, data) =>
      all.write(segment, name, data).catch((cause: unknown) => {
        throw writeError(cause, data instanceof Blob ? data.size : data.byteLength);
      }),
    remove: (segment, name) =>
      all.remove(segment, name).catch((cause: unknown) => {
        throw writeError(cause);
      }),
  };
}

/** Held by whoever makes a film that is kept: there is one writer in all tabs. */
export const FILMS_LOCK = 'kindling-films';

/** Most segments that are kept, beside those in use; five seconds of the model that comes with the app are some 1.5 MB. */
export const MOST_SEGMENTS = 256;

/**
 * Makes room: removes the segments that were written longest ago, beyond {@link MOST_SEGMENTS}. What is removed can be made again.
 * @param used names that stay, however old.
 * @param ofBoards names of which none goes while there is another.
 */
export async function trimSegments(
  files: SegmentFiles,
  used: readonly string[],
  most: number = MOST_SEGMENTS,
  ofBoards: ReadonlySet<string> = new Set(),
): Promise<void> {
  const others = (await files.segments()).filter((name) => !used.includes(name));
  if (others.length <= most) return;
  const dated = await Promise.all(
    others.map(async (name) => ({ name, written: (await files.facts(name)).written })),
  );
  dated.sort((a, b) => Number(ofBoards.has(a.name)) - Number(ofBoards.has(b.name)) || a.written - b.written);
  for (const { name } of dated.slice(0, others.length - most)) await files.remove(name);
}

/** Bytes of all segments, and of what lies beside them. */
export async function segmentBytes(files: SegmentFiles): Promise<number> {
  let sum = 0;
  for (const name of [...BESIDE, ...(await files.segments())]) sum += (await files.facts(name)).bytes;
  return sum;
}

/**
 * Removes all that: what is made of it again takes its time.
 * @throws {AppError} `storage/in-use` while a film is made, in whatever tab.
 */
export async function clearSegments(
  files: SegmentFiles,
  locks: LockManager | undefined = globalThis.navigator?.locks,
): Promise<void> {
  const clear = async (): Promise<true> => {
    for (const name of [...BESIDE, ...(await files.segments())]) await files.remove(name);
    return true;
  };
  const done = locks
    ? await locks.request(FILMS_LOCK, { ifAvailable: true }, (lock) => (lock ? clear() : false))
    : await clear();
  if (!done) {
    throw new AppError(
      'storage/in-use',
      'Parts of films are needed by a film that is being made. Wait for it or cancel it, then delete them.',
    );
  }
}

const writeError = (cause: unknown, needed?: number): unknown =>
  storageError(
    cause,
    'What was made',
    'Delete clips or models here, or free space on the device, then go on: it goes on where it stopped.',
    needed,
  );
