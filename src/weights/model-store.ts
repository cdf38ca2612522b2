// Where downloaded model files live: one folder a file, named by a key, holding the bytes and a record of how far they are.
import { AppError } from '../core/errors.ts';
import type { RemoteFile, StorageRoom } from '../protocol/library-api.ts';
import type { ByteSource } from './byte-source.ts';

/** A stored file that is open for writing, by one owner. Calls are synchronous: nothing of a chunk waits in memory. */
export interface WritableBytes {
  /** Bytes stored so far, holes included. */
  size(): number;
  /** @throws {AppError} `storage/full` if there is no room, `storage/write`. The bytes are not kept. */
  write(bytes: Uint8Array, at: number): void;
  /** Reads `length` bytes from `at` into a new array. @throws {AppError} `storage/read`. */
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
  /** Makes it exactly this long: what lies beyond is dropped. */
  truncate(bytes: number): void;
  /** What was written before survives a crash after. */
  flush(): void;
  close(): void;
}

/** Storage of model files. Keys are 1 to 80 characters of `a-z 0-9 . _ -`. */
export interface ModelStore {
  /** `opfs` survives the page; `memory` does not. */
  readonly kind: 'opfs' | 'memory';
  /** Keys of everything that is kept. */
  keys(): Promise<string[]>;
  /** What {@link writeRecord} last wrote, as it was; null if there is nothing or it cannot be read as JSON. */
  readRecord(key: string): Promise<unknown>;
  /**
   * Replaces the record as a whole: after a crash there is the old one or the new one.
   * @param name for messages; the key if left out.
   * @throws {AppError} `storage/full`, `storage/write`.
   */
  writeRecord(key: string, record: unknown, name?: string): Promise<void>;
  /**
   * Opens the bytes for writing, creating them if there are none. The caller closes them.
   * @param name for messages; the key if left out.
   * @throws {AppError} `storage/in-use` if somebody else has them open, `storage/write`.
   */
  openForWriting(key: string, name?: string): Promise<WritableBytes>;
  /**
   * Opens the bytes for reading. They must not be written or removed as long as the source is used.
   * @param name for messages.
   * @throws {AppError} `storage/read` if there are none.
   */
  open(key: string, name: string): Promise<ByteSource>;
  /**
   * All bytes as a Blob, which stays readable as long as nothing is written or removed: for other Workers, and to be saved elsewhere.
   * @throws {AppError} `storage/read` if there are none.
   */
  blob(key: string, name: string): Promise<Blob>;
  /** Bytes that may be kept in all; null where the browser decides. */
  readonly limit: number | null;
  /** Removes bytes and record; nothing happens if there are none. @throws {AppError} `storage/in-use` while they are open. */
  remove(key: string): Promise<void>;
}

/** Asks the browser; null if it does not say. */
export async function storageRoom(
  storage: Pick<StorageManager, 'estimate' | 'persisted'> | undefined = globalThis.navigator?.storage,
): Promise<StorageRoom | null> {
  try {
    const { quota, usage } = (await storage?.estimate()) ?? {};
    if (quota === undefined || usage === undefined) return null;
    return {
      free: Math.max(0, quota - usage),
      used: usage,
      persistent: (await storage?.persisted()) ?? false,
    };
  } catch {
    return null; // opaque origins and some private windows throw instead of answering
  }
}

/**
 * The key of a file: its SHA-256 where it is known, so that two models that share a file store it once; otherwise made from what names
 * it, or from its address.
 */
export async function storeKey(file: Pick<RemoteFile, 'url' | 'id' | 'sha256'>): Promise<string> {
  if (file.sha256) return file.sha256.toLowerCase();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(file.id ?? file.url));
  return `url-${Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Turns what a platform threw while storing into ours. */
export function storageError(cause: unknown, name: string, doing: 'write' | 'read', needed = 0): AppError {
  if (cause instanceof AppError) return cause;
  const kind = cause instanceof Error ? cause.name : '';
  if (kind === 'QuotaExceededError') {
    return new AppError(
      'storage/full',
      `${name} could not be stored: this site's storage is full. Delete something here or free space on the device, then continue; nothing is fetched twice.`,
      { cause, detail: { file: name, needed } },
    );
  }
  if (kind === 'NoModificationAllowedError') {
    return new AppError(
      'storage/in-use',
      `${name} is being used by another tab or by a clip that is being made. Wait for it or cancel it, then try again.`,
      { cause, detail: { file: name } },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return doing === 'write'
    ? new AppError('storage/write', `${name} could not be stored: ${reason}. Try again.`, {
        cause,
        detail: { file: name },
      })
    : new AppError('storage/read', `${name} could not be read: ${reason}. Verify it, or download it again.`, {
        cause,
        detail: { file: name },
      });
}
