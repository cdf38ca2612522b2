// All model files of this site: downloads that tabs share, checks, removal, files from the user's own disk.
import { AppError } from '../core/errors.ts';
import type { KeptFile, LibraryEvent, RemoteFile, StorageRoom } from '../protocol/library-api.ts';
import type { ByteSource } from './byte-source.ts';
import { type DownloadOptions, downloadFile } from './download.ts';
import { bytesArrived, CHUNK_BYTES, type DownloadRecord, newRecord, parseRecord } from './download-record.ts';
import { type FileLocks, fileLocks, pageLocks } from './file-locks.ts';
import { memoryLimit, memoryStore } from './memory-store.ts';
import { type ModelStore, storageError, storeKey } from './model-store.ts';
import { opfsStore } from './opfs-store.ts';
import { digestHere, type OpenDigest } from './running-digest.ts';
import { StoredFile } from './stored-file.ts';

/** A file that is open for reading; nobody removes it until it is released. */
export interface OpenFile {
  readonly source: ByteSource;
  release(): void;
}

const LOOK_MS = 500; // how often a tab that waits looks how far the other one is

/** The files, whoever uses them. */
export class ModelLibrary {
  readonly #store: ModelStore;
  readonly #locks: FileLocks;
  readonly #openDigest: OpenDigest;

  /** @param openDigest where SHA-256 is made; by default in the calling thread. */
  constructor(store: ModelStore, locks: FileLocks, openDigest: OpenDigest = digestHere) {
    this.#store = store;
    this.#locks = locks;
    this.#openDigest = openDigest;
  }

  /** Whether files survive the page. */
  get kind(): ModelStore['kind'] {
    return this.#store.kind;
  }

  /** What may still be put into a store that is memory; null for one that the browser keeps. Counts whole files, begun ones too. */
  async memoryRoom(): Promise<StorageRoom | null> {
    if (this.#store.limit === null) return null;
    const used = (await this.list()).reduce((sum, { arrived }) => sum + arrived, 0);
    return { free: Math.max(0, this.#store.limit - used), used, persistent: false };
  }

  /** Everything that is kept, whatever model it belongs to. */
  async list(): Promise<KeptFile[]> {
    const kept: KeptFile[] = [];
    for (const key of await this.#store.keys()) {
      const record = parseRecord(await this.#store.readRecord(key));
      kept.push(
        record
          ? await this.#kept(key, record)
          : { key, name: key, url: null, bytes: 0, arrived: 0, verified: null }, // can be removed, if nothing else
      );
    }
    return kept;
  }

  /** What is kept of this file; null for nothing. */
  async find(file: Pick<RemoteFile, 'url' | 'sha256'>): Promise<KeptFile | null> {
    const key = await storeKey(file);
    const record = parseRecord(await this.#store.readRecord(key));
    return record && this.#kept(key, record);
  }

  async #kept(key: string, record: DownloadRecord): Promise<KeptFile> {
    const file = keptFile(key, record);
    // Made from a file that nobody writes: a verified one changes only while it is checked.
    return this.kind === 'memory' && file.verified
      ? { ...file, blob: await this.#store.blob(key, file.name) }
      : file;
  }

  /**
   * Downloads files one after another, going on with what is there. If another tab is at one already, waits for it and shows how far
   * it is; should that tab close, goes on itself.
   * @param room what the browser says is free; without it nothing is refused beforehand.
   * @throws {AppError} `storage/full` with `detail.needed` and `detail.free` before anything is fetched, and those of `downloadFile`; rejects with AbortError.
   */
  async download(
    files: readonly RemoteFile[],
    options: Omit<DownloadOptions, 'onEvent'> & {
      readonly room?: StorageRoom | null;
      onEvent?(event: LibraryEvent): void;
    } = {},
  ): Promise<void> {
    const { room, signal, onEvent, ...rest } = options;
    await this.#checkRoom(files, room ?? null);
    for (const file of files) {
      const key = await storeKey(file);
      const fetchIt = (): Promise<DownloadRecord> =>
        downloadFile(this.#store, file, {
          openDigest: this.#openDigest,
          ...rest,
          ...(signal && { signal }),
          onEvent: (event) => onEvent?.({ ...event, file }),
        });
      const done = await this.#locks.hold(lockName(key), 'exclusive', { wait: false }, fetchIt);
      if (done) continue;
      // Readers hold it only if it is complete already.
      if ((await this.find(file))?.verified) continue;
      let waiting = true;
      const look = async (): Promise<void> => {
        const kept = await this.find(file);
        if (waiting)
          onEvent?.({ type: 'elsewhere', received: kept?.arrived ?? 0, total: kept?.bytes ?? null, file });
      };
      await look();
      const watch = setInterval(() => void look(), LOOK_MS);
      const stopLooking = (): void => {
        waiting = false;
        clearInterval(watch);
      };
      try {
        await this.#locks.hold(
          lockName(key),
          'exclusive',
          { wait: true, ...(signal && { signal }) },
          async () => {
            stopLooking();
            return fetchIt();
          },
        );
      } finally {
        stopLooking();
      }
    }
  }

  /**
   * Reads a file that is kept once more. Chunks that are damaged are forgotten: downloading it again fetches only those.
   * @returns how many those were.
   * @throws {AppError} `storage/in-use`, `storage/read`; rejects with AbortError.
   */
  async verify(
    file: Pick<RemoteFile, 'name' | 'url' | 'sha256'>,
    options: { readonly signal?: AbortSignal; onProgress?(read: number, total: number): void } = {},
  ): Promise<{ readonly damaged: number }> {
    const key = await storeKey(file);
    return this.#alone(key, file.name, async () => {
      const record = parseRecord(await this.#store.readRecord(key));
      if (!record) throw notKept(file.name);
      const stored = await StoredFile.open(this.#store, key, record, this.#openDigest);
      try {
        const lost = stored.record.chunks.filter((chunk, i) => chunk !== record.chunks[i]).length;
        const damaged = await stored.checkChunks({
          ...(options.signal && { signal: options.signal }),
          onChecked: (read) => options.onProgress?.(read, record.bytes),
        });
        await stored.save();
        return { damaged: lost + damaged };
      } finally {
        stored.close();
      }
    });
  }

  /** A complete file, to be saved elsewhere. @throws {AppError} `storage/read` if it is not here or not complete. */
  async exportFile(key: string): Promise<Blob> {
    const record = parseRecord(await this.#store.readRecord(key));
    if (!record?.verified) throw notKept(record?.name ?? key);
    return this.#store.blob(key, record.name);
  }

  /** Removes a file. @throws {AppError} `storage/in-use` while it is read or written, here or in another tab. */
  async remove(key: string): Promise<void> {
    const name = parseRecord(await this.#store.readRecord(key))?.name ?? key;
    await this.#alone(key, name, async () => {
      await this.#store.remove(key);
      return true;
    });
  }

  /**
   * Copies a file of the user's own in, instead of a download.
   * @param file what it has to be; without a SHA-256 only its size is compared, if that is confirmed.
   * @throws {AppError} `model/hash` if it is another file (nothing is kept), `storage/…`; rejects with AbortError.
   */
  async importFile(
    file: RemoteFile,
    blob: Blob,
    options: { readonly signal?: AbortSignal; onProgress?(read: number, total: number): void } = {},
  ): Promise<void> {
    const refuse = (why: string): AppError =>
      new AppError(
        'model/hash',
        `The chosen file is not ${file.name}: ${why}. Choose the file that was published under this name.`,
        { detail: { file: file.name } },
      );
    if (blob.size === 0) throw refuse('it is empty');
    if (this.kind === 'memory')
      await this.#checkRoom([{ ...file, bytes: blob.size }], await this.memoryRoom());
    if (file.confirmed && file.bytes !== null && blob.size !== file.bytes)
      throw refuse(`it has ${blob.size} bytes, not ${file.bytes}`);
    const key = await storeKey(file);
    const sha256 = file.sha256?.toLowerCase() ?? null;
    await this.#alone(key, file.name, async () => {
      const kept = parseRecord(await this.#store.readRecord(key));
      if (kept?.verified) return true;
      // What has arrived of a download stays, whatever the chosen file turns out to be.
      if (kept && sha256 !== null) {
        const digest = await digestOf(blob, this.#openDigest, options);
        if (digest !== sha256) throw refuse(`its SHA-256 is ${digest}, expected ${sha256}`);
      }
      const isSame = kept?.bytes === blob.size && sha256 !== null;
      const begun = newRecord({ name: file.name, url: null, bytes: blob.size, sha256, etag: null });
      const stored = await StoredFile.open(this.#store, key, isSame ? kept : begun, this.#openDigest);
      let keep = isSame;
      try {
        for (let next = stored.next(); next; next = stored.next()) {
          const piece = await readPiece(blob, next.at, next.end, file.name, options.signal);
          await stored.accept(next.at, piece);
          options.onProgress?.(next.end, blob.size);
        }
        const digest = await stored.digest(options.signal);
        if (sha256 !== null && digest !== sha256) {
          keep = false; // also where the chosen file is right: then what had arrived was not
          throw refuse(`its SHA-256 is ${digest}, expected ${sha256}`);
        }
        await stored.markVerified(digest);
        keep = true;
      } finally {
        stored.close();
        if (!keep) await this.#store.remove(key).catch(() => {}); // what was refused is what the caller hears about
      }
      return true;
    });
  }

  /**
   * Opens a complete file for reading. Release it: until then it cannot be removed.
   * @param key of a {@link KeptFile}. @param name for messages.
   * @throws {AppError} `storage/read` if it is not here or not complete.
   */
  async open(key: string, name: string): Promise<OpenFile> {
    return new Promise<OpenFile>((resolve, reject) => {
      const reading = this.#locks.hold(lockName(key), 'shared', { wait: false }, async () => {
        const record = parseRecord(await this.#store.readRecord(key));
        if (!record?.verified) throw notKept(name);
        const source = await this.#store.open(key, name);
        if (source.bytes !== record.bytes) throw notKept(name);
        await new Promise<void>((release) => resolve({ source, release }));
        return true;
      });
      reading.then((held) => held ?? reject(inUse(name)), reject);
    });
  }

  /** Runs with the file to itself. @throws {AppError} `storage/in-use`. */
  async #alone<T extends object | true>(key: string, name: string, work: () => Promise<T>): Promise<T> {
    const done = await this.#locks.hold(lockName(key), 'exclusive', { wait: false }, work);
    if (done === null) throw inUse(name);
    return done;
  }

  async #checkRoom(files: readonly RemoteFile[], room: StorageRoom | null): Promise<void> {
    if (!room) return;
    let needed = 0;
    for (const file of files) {
      const kept = await this.find(file);
      needed += kept ? kept.bytes - kept.arrived : (file.bytes ?? 0);
    }
    if (needed <= room.free) return;
    if (this.kind === 'memory') {
      throw new AppError(
        'storage/memory-only',
        `This window keeps nothing on the device, so ${megabytes(needed)} would have to stay in memory, where ${megabytes(room.free)} are allowed. Open this page in an ordinary window instead of a private one.`,
        { detail: { needed, free: room.free } },
      );
    }
    throw new AppError(
      'storage/full',
      `${megabytes(needed)} are still to be stored, and this site may store ${megabytes(room.free)} more. Delete something here or free space on the device, then try again.`,
      { detail: { needed, free: room.free } },
    );
  }
}

/**
 * This site's library: in the origin's storage where there is one, else in memory.
 * @param openDigest as of {@link ModelLibrary}.
 */
export async function openLibrary(openDigest?: OpenDigest): Promise<ModelLibrary> {
  const opfs = await opfsStore();
  if (opfs) return new ModelLibrary(opfs, fileLocks(), openDigest);
  const { deviceMemory } = globalThis.navigator as Navigator & { readonly deviceMemory?: number };
  // Each window has a memory of its own: there is nothing that others could take turns at.
  return new ModelLibrary(memoryStore(memoryLimit(deviceMemory)), pageLocks(), openDigest);
}

/** A piece of a file of the user's own. @throws {AppError} `storage/read` if it was moved or changed meanwhile. */
async function readPiece(
  blob: Blob,
  start: number,
  end: number,
  name: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    return new Uint8Array(await blob.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw storageError(cause, name, 'read');
  }
}

async function digestOf(
  blob: Blob,
  openDigest: OpenDigest,
  options: { readonly signal?: AbortSignal; onProgress?(read: number, total: number): void },
): Promise<string> {
  const sha256 = await openDigest();
  try {
    for (let at = 0; at < blob.size; at += CHUNK_BYTES) {
      const end = Math.min(blob.size, at + CHUNK_BYTES);
      const piece = await readPiece(blob, at, end, 'The chosen file', options.signal);
      await sha256.save(); // reading gets no more than a chunk ahead of hashing
      sha256.update(piece);
      options.onProgress?.(end, blob.size);
    }
    return await sha256.digest();
  } finally {
    sha256.close();
  }
}

const lockName = (key: string): string => `kindling-model-${key}`;

const keptFile = (key: string, record: DownloadRecord): KeptFile => ({
  key,
  name: record.name,
  url: record.url,
  bytes: record.bytes,
  arrived: bytesArrived(record),
  verified: record.verified,
});

const notKept = (name: string): AppError =>
  new AppError('storage/read', `${name} is not stored here, or not all of it. Download it first.`, {
    detail: { file: name },
  });

const inUse = (name: string): AppError =>
  new AppError(
    'storage/in-use',
    `${name} is being used by a download, a clip that is being made or another tab. Wait for it or cancel it, then try again.`,
    { detail: { file: name } },
  );

const megabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
