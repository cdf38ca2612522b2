import { AppError } from '../core/errors.ts';
import { blobSource } from './byte-source.ts';
import { type ModelStore, storageError, type WritableBytes } from './model-store.ts';

const FOLDER = 'models';
const BYTES = 'bytes';
const RECORD = 'record.json';

/**
 * Keeps model files in the origin private file system. Writing works in a Worker only: it needs synchronous handles, the one way
 * to write in place that every browser has.
 * @returns null where there is none: private windows of some browsers, credentialless frames, insecure pages.
 */
export async function opfsStore(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<ModelStore | null> {
  let models: FileSystemDirectoryHandle;
  try {
    if (!storage?.getDirectory) return null;
    models = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return null; // the caller goes on in memory and says so
  }

  const folder = (key: string, create: boolean): Promise<FileSystemDirectoryHandle> =>
    models.getDirectoryHandle(key, { create });

  const fileOf = async (key: string, name: string): Promise<File> => {
    try {
      return await (await (await folder(key, false)).getFileHandle(BYTES)).getFile();
    } catch (cause) {
      throw new AppError('storage/read', `${name} is not stored here any more. Download it again.`, {
        cause,
      });
    }
  };

  return {
    kind: 'opfs',
    limit: null,
    async keys() {
      const keys: string[] = [];
      for await (const [name, handle] of models.entries()) if (handle.kind === 'directory') keys.push(name);
      return keys;
    },
    async readRecord(key) {
      try {
        const file = await (await (await folder(key, false)).getFileHandle(RECORD)).getFile();
        return JSON.parse(await file.text()) as unknown;
      } catch {
        return null; // not there, or cut off by a crash: the bytes are then checked anew
      }
    },
    async writeRecord(key, record, name = key) {
      try {
        const handle = await (await folder(key, true)).getFileHandle(RECORD, { create: true });
        const stream = await handle.createWritable(); // writes a copy that replaces the file on close
        try {
          await stream.write(JSON.stringify(record));
        } catch (cause) {
          await stream.abort().catch(() => {}); // the first failure is the one to report
          throw cause;
        }
        await stream.close();
      } catch (cause) {
        throw storageError(cause, name, 'write');
      }
    },
    async openForWriting(key, name = key) {
      try {
        const handle = await (await folder(key, true)).getFileHandle(BYTES, { create: true });
        return writable(name, await handle.createSyncAccessHandle());
      } catch (cause) {
        throw storageError(cause, name, 'write');
      }
    },
    open: async (key, name) => blobSource(await fileOf(key, name), name),
    blob: fileOf,
    async remove(key) {
      try {
        await models.removeEntry(key, { recursive: true });
      } catch (cause) {
        if (cause instanceof DOMException && cause.name === 'NotFoundError') return;
        throw storageError(cause, key, 'write');
      }
    },
  };
}

function writable(name: string, handle: FileSystemSyncAccessHandle): WritableBytes {
  const guard = <T>(doing: 'write' | 'read', call: () => T): T => {
    try {
      return call();
    } catch (cause) {
      throw storageError(cause, name, doing);
    }
  };
  return {
    size: () => guard('read', () => handle.getSize()),
    write: (bytes, at) =>
      guard('write', () => {
        const written = handle.write(bytes as Uint8Array<ArrayBuffer>, { at });
        // Some browsers write what fits instead of throwing.
        if (written < bytes.byteLength)
          throw new DOMException('not everything was written', 'QuotaExceededError');
      }),
    read: (at, length) =>
      guard('read', () => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, handle.read(bytes, { at }));
      }),
    truncate: (bytes) => guard('write', () => handle.truncate(bytes)),
    flush: () => guard('write', () => handle.flush()),
    close: () => handle.close(),
  };
}
