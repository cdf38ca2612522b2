// Where storyboards are kept on this device besides the one on the page: one folder a board in the origin private file system.
import { AppError } from '../core/errors.ts';
import { openFolderFiles } from './folder-files.ts';

/** Of the folder that holds them. */
export const BOARDS_FOLDER = 'boards';
const TEXT = 'board.json';
const PICTURE = 'picture';
/** Where versions with one board kept its picture. */
const OLD = { folder: 'segments', board: 'board' };
/** What was left of a board that was never put away is removed after this long: a page that stays open for longer is not closed by accident. */
const LEFT_OVER_MS = 30 * 24 * 3600 * 1000;

/** A board that is kept. */
export interface StoredBoard {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** As the page wrote it; anything may have happened since. */
  readonly text: string;
  /** When it was last written, milliseconds since 1970. */
  readonly written: number;
}

/** The storyboards of this site on this device. */
export interface BoardFiles {
  /** Newest first. */
  list(): Promise<readonly StoredBoard[]>;
  /** @returns null if it is gone. */
  read(id: string): Promise<string | null>;
  /** Keeps a board; one of the same name is replaced. @throws {AppError} `storage/full` · `storage/write`. */
  keep(id: string, text: string): Promise<void>;
  /** Replaces its picture; null removes it. @throws {AppError} as `keep`. */
  keepPicture(id: string, picture: Blob | null): Promise<void>;
  /** A copy of its picture; null if there is none. @param id null for what versions with one board kept. */
  picture(id: string | null): Promise<Blob | null>;
  /** Removes all of it. Nothing happens if it is gone. */
  remove(id: string): Promise<void>;
  /** Bytes of all boards. */
  bytes(): Promise<number>;
}

/** Opens the folder. @returns null where nothing can be kept. */
export async function openBoardFiles(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
  now: () => number = Date.now,
): Promise<BoardFiles | null> {
  const all = await openFolderFiles(BOARDS_FOLDER, storage);
  if (!all) return null;
  return {
    async list() {
      const boards: StoredBoard[] = [];
      for (const id of await all.folders()) {
        const file = await all.read(id, TEXT);
        if (file) {
          boards.push({ id, text: await file.text(), written: file.lastModified });
          continue;
        }
        if (await all.has(id, TEXT)) continue; // another time it may be read again
        const left = await all.files(id);
        if (left.every(({ lastModified }) => lastModified < now() - LEFT_OVER_MS)) await all.remove(id);
      }
      return boards.sort((a, b) => b.written - a.written);
    },
    read: async (id) => (await (await all.read(id, TEXT))?.text()) ?? null,
    keep: (id, text) => all.write(id, TEXT, text).catch(refuse),
    keepPicture: (id, picture) =>
      (picture ? all.write(id, PICTURE, picture) : all.remove(id, PICTURE)).catch(refuse),
    async picture(id) {
      const file = await (id === null
        ? (await openFolderFiles(OLD.folder, storage))?.read(OLD.board, PICTURE)
        : all.read(id, PICTURE));
      // A copy: the file on the disk becomes unreadable for us when another takes its place.
      return file ? new Blob([await file.arrayBuffer()]) : null;
    },
    remove: (id) => all.remove(id).catch(refuse),
    bytes: () => all.bytes(),
  };
}

function refuse(cause: unknown): never {
  if (cause instanceof Error && cause.name === 'QuotaExceededError') {
    throw new AppError(
      'storage/full',
      'The storyboard could not be kept: this site’s storage is full. Save it as a file, or delete older films and try again.',
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new AppError('storage/write', `The storyboard could not be kept: ${reason}. Save it as a file.`, {
    cause,
  });
}
