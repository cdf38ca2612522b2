// A folder of the origin's private file system whose folders hold small files. A file is there as a whole or not at all: writing goes to a
// copy that takes its place on close. Works in Workers and pages.

import { AppError, isAbort } from '../core/errors.ts';

/** Files in folders of one folder. */
export interface FolderFiles {
  /** Names of all folders. */
  folders(): Promise<string[]>;
  /** The file, its bytes still on the disk; null if there is none. */
  read(folder: string, name: string): Promise<File | null>;
  /** The file is there, even if it cannot be read now. */
  has(folder: string, name: string): Promise<boolean>;
  /** Every file of a folder; none if it is gone. */
  files(folder: string): Promise<readonly File[]>;
  /** Bytes of all folders. @param but a folder that does not count. */
  bytes(but?: string): Promise<number>;
  /** Replaces the file. Rejects with what the platform threw. */
  write(folder: string, name: string, data: Blob | Uint8Array<ArrayBuffer> | string): Promise<void>;
  /** Removes a file, or with no name the whole folder. Nothing happens if there is none; rejects with what the platform threw. */
  remove(folder: string, name?: string): Promise<void>;
}

/** Opens the folder. @returns null where nothing can be kept: private windows of some browsers, credentialless frames, insecure pages. */
export async function openFolderFiles(
  path: string,
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<FolderFiles | null> {
  let root: FileSystemDirectoryHandle;
  try {
    if (!storage?.getDirectory) return null;
    root = await (await storage.getDirectory()).getDirectoryHandle(path, { create: true });
  } catch {
    return null; // clips are made all the same, and kept in memory only
  }
  const files: FolderFiles = {
    async folders() {
      const names: string[] = [];
      for await (const [name, handle] of root.entries()) if (handle.kind === 'directory') names.push(name);
      return names;
    },
    async bytes(but) {
      let sum = 0;
      for (const folder of (await files.folders()).filter((name) => name !== but))
        for (const { size } of await files.files(folder)) sum += size;
      return sum;
    },
    async read(folder, name) {
      try {
        return await (await (await root.getDirectoryHandle(folder)).getFileHandle(name)).getFile();
      } catch {
        return null;
      }
    },
    async has(folder, name) {
      try {
        await (await root.getDirectoryHandle(folder)).getFileHandle(name);
        return true;
      } catch (cause) {
        return !isGone(cause);
      }
    },
    async files(folder) {
      const found: File[] = [];
      try {
        for await (const handle of (await root.getDirectoryHandle(folder)).values())
          if (handle.kind === 'file') found.push(await handle.getFile());
      } catch {
        // Gone meanwhile.
      }
      return found;
    },
    async write(folder, name, data) {
      const directory = await root.getDirectoryHandle(folder, { create: true });
      const stream = await (await directory.getFileHandle(name, { create: true })).createWritable();
      try {
        await stream.write(data);
      } catch (cause) {
        await stream.abort().catch(() => {}); // the first failure is the one to report
        throw cause;
      }
      await stream.close();
    },
    async remove(folder, name) {
      try {
        if (name === undefined) await root.removeEntry(folder, { recursive: true });
        else await (await root.getDirectoryHandle(folder)).removeEntry(name);
      } catch (cause) {
        if (!isGone(cause)) throw cause;
      }
    },
  };
  return files;
}

const isGone = (cause: unknown): boolean => cause instanceof DOMException && cause.name === 'NotFoundError';

/**
 * What a failed write to this device's storage becomes; what is an error of ours already, or a cancelled job, stays as it is.
 * @param what was to be kept, as a sentence's beginning: “The film”.
 * @param help what to do about it.
 * @param needed bytes that there was no room for; they come as `detail.needed`.
 */
export function storageError(cause: unknown, what: string, help: string, needed?: number): unknown {
  if (cause instanceof AppError || isAbort(cause)) return cause;
  if (cause instanceof Error && cause.name === 'QuotaExceededError') {
    const message = `${what} could not be kept: this site’s storage is full. ${help}`;
    return new AppError('storage/full', message, {
      cause,
      ...(needed !== undefined && { detail: { needed } }),
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('storage/write', `${what} could not be kept: ${reason}.`, { cause });
}
