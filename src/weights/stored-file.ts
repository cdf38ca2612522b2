// A model file in the store while it is being filled: chunks in, checksums kept, SHA-256 going along.
import { createXXHash64, type IHasher } from 'hash-wasm';
import { breathe } from './breathe.ts';
import { bytesArrived, chunkRange, type DownloadRecord } from './download-record.ts';
import type { ModelStore, WritableBytes } from './model-store.ts';
import { digestHere, type OpenDigest, type RunningDigest } from './running-digest.ts';

/** SHA-256 of the first `chunks` chunks and what went in of the next, up to `at`. */
interface Whole {
  readonly sha256: RunningDigest;
  chunks: number;
  at: number;
}

/**
 * Fills a stored file chunk by chunk. Every finished chunk is flushed before the record says so, so that a crash at any moment
 * loses at most the chunk that was being written.
 */
export class StoredFile {
  readonly #store: ModelStore;
  readonly #key: string;
  readonly #bytes: WritableBytes;
  readonly #chunkHash: IHasher;
  readonly #openDigest: OpenDigest;
  #record: DownloadRecord;
  /** Null before it is needed, and when it is gone. */
  #whole: Whole | null = null;
  #chunk: { index: number; at: number } | null = null;

  private constructor(
    store: ModelStore,
    key: string,
    record: DownloadRecord,
    bytes: WritableBytes,
    chunkHash: IHasher,
    openDigest: OpenDigest,
  ) {
    this.#store = store;
    this.#key = key;
    this.#record = record;
    this.#bytes = bytes;
    this.#chunkHash = chunkHash;
    this.#openDigest = openDigest;
  }

  /**
   * Opens the file for filling; close it. Chunks that the record promises and the disk does not hold are taken back.
   * @param openDigest where SHA-256 is made; called when it is needed.
   * @throws {AppError} `storage/…`.
   */
  static async open(
    store: ModelStore,
    key: string,
    record: DownloadRecord,
    openDigest: OpenDigest = digestHere,
  ): Promise<StoredFile> {
    const [bytes, chunkHash] = [await store.openForWriting(key, record.name), await createXXHash64()];
    try {
      const file = new StoredFile(store, key, record, bytes, chunkHash, openDigest);
      const size = bytes.size();
      const missing = record.chunks.map((chunk, i) => (chunkRange(record, i).end > size ? null : chunk));
      if (missing.some((chunk, i) => chunk !== record.chunks[i])) {
        file.#record = { ...record, chunks: missing, hashed: null, verified: null };
      }
      return file;
    } catch (error) {
      bytes.close();
      throw error;
    }
  }

  get record(): DownloadRecord {
    return this.#record;
  }

  /** Bytes that are there, those of an unfinished chunk included. */
  get arrived(): number {
    const chunk = this.#chunk;
    return bytesArrived(this.#record) + (chunk ? chunk.at - chunkRange(this.#record, chunk.index).start : 0);
  }

  /** The next byte that is missing, and where its chunk ends; null if nothing is. */
  next(): { at: number; end: number } | null {
    const index = this.#chunk?.index ?? this.#record.chunks.indexOf(null);
    if (index < 0) return null;
    const { start, end } = chunkRange(this.#record, index);
    return { at: this.#chunk?.at ?? start, end };
  }

  /**
   * Takes bytes that begin at `from` in the file; what is there already is skipped. They are given away, with the buffer that they lie
   * in: do not use either afterwards.
   * @returns whether anything after them is still missing.
   */
  async accept(from: number, bytes: Uint8Array): Promise<boolean> {
    const end = from + bytes.byteLength;
    for (;;) {
      const next = this.next();
      if (!next) return false;
      if (end <= next.at || from > next.at) return true; // not reached yet, or beyond: the caller asks for what is missing
      const upTo = Math.min(end, next.end);
      const piece = bytes.subarray(next.at - from, upTo - from);
      await this.#write(upTo === end ? piece : piece.slice(), next.at); // the last part may take the buffer with it
      if (upTo === next.end) await this.#finishChunk();
      if (upTo === end) return this.next() !== null;
    }
  }

  async #write(piece: Uint8Array, at: number): Promise<void> {
    const end = at + piece.byteLength;
    this.#bytes.write(piece, at);
    if (!this.#chunk) {
      this.#chunk = { index: Math.floor(at / this.#record.chunkBytes), at };
      this.#chunkHash.init();
    }
    this.#chunkHash.update(piece);
    this.#chunk.at = end;
    const whole = this.#whole ?? (await this.#resumeWhole());
    if (whole.at !== at) return;
    whole.sha256.update(piece);
    whole.at = end;
  }

  async #finishChunk(): Promise<void> {
    const { index, at } = this.#chunk!;
    const whole = this.#whole?.at === at && this.#whole.chunks === index ? this.#whole : null;
    const saving = whole?.sha256.save().catch(() => null); // also keeps writing from getting more than a chunk ahead of hashing
    this.#bytes.flush();
    const chunks = this.#record.chunks.with(index, this.#chunkHash.digest());
    this.#chunk = null;
    let { hashed } = this.#record;
    const state = (await saving) ?? null;
    if (whole && state === null) this.#dropWhole(); // its thread is gone: what it had is read again in the end
    if (whole && state !== null) {
      whole.chunks = index + 1;
      hashed = { chunks: index + 1, state };
    }
    await this.#save({ ...this.#record, chunks, hashed });
  }

  /** Reads every chunk that is there again and forgets those that are damaged. @returns how many those were. */
  async checkChunks(
    options: { signal?: AbortSignal; onChecked?(bytes: number): void } = {},
  ): Promise<number> {
    this.#chunk = null;
    let damaged = 0;
    const chunks = [...this.#record.chunks];
    for (const [index, expected] of chunks.entries()) {
      options.signal?.throwIfAborted();
      if (expected === null) continue;
      this.#chunkHash.init();
      const { end } = chunkRange(this.#record, index);
      this.#eachSlice(index, (slice) => this.#chunkHash.update(slice));
      if (this.#chunkHash.digest() !== expected) {
        chunks[index] = null;
        damaged++;
      }
      options.onChecked?.(end);
      await breathe();
    }
    if (damaged > 0) {
      this.#dropWhole();
      await this.#save({ ...this.#record, chunks, hashed: null, verified: null });
    }
    return damaged;
  }

  /**
   * SHA-256 of the whole file, which must be complete. Only what did not go along while it arrived is read again.
   * @throws {AppError} `storage/read`, `worker/crashed`; rejects with AbortError.
   */
  async digest(signal?: AbortSignal): Promise<string> {
    const edge = (chunks: number): number => Math.min(this.#record.bytes, chunks * this.#record.chunkBytes);
    // A chunk that was half hashed is begun again from the last whole one.
    if (this.#whole && this.#whole.at !== edge(this.#whole.chunks)) this.#dropWhole();
    const whole = this.#whole ?? (await this.#resumeWhole());
    while (whole.chunks < this.#record.chunks.length) {
      signal?.throwIfAborted();
      await breathe();
      whole.at = -1; // until the chunk is in
      this.#eachSlice(whole.chunks, (slice) => whole.sha256.update(slice));
      await whole.sha256.save(); // reading gets no more than a chunk ahead of hashing
      whole.chunks++;
      whole.at = edge(whole.chunks);
    }
    return whole.sha256.digest();
  }

  /** Records that the whole file is right. */
  async markVerified(sha256: string): Promise<void> {
    this.#bytes.truncate(this.#record.bytes);
    this.#bytes.flush();
    await this.#save({ ...this.#record, verified: sha256 });
  }

  /** Replaces a chunk that is there by other bytes of the same length. */
  async replaceChunk(index: number, bytes: Uint8Array): Promise<void> {
    this.#bytes.write(bytes, chunkRange(this.#record, index).start);
    this.#bytes.flush();
    this.#dropWhole();
    const chunks = this.#record.chunks.with(index, this.checksum(bytes));
    await this.#save({ ...this.#record, chunks, hashed: null, verified: null });
  }

  /** The checksum that the record would hold of these bytes. */
  checksum(bytes: Uint8Array): string {
    this.#chunk = null;
    return this.#chunkHash.init().update(bytes).digest();
  }

  /** Writes the record as it is now. */
  async save(): Promise<void> {
    await this.#save(this.#record);
  }

  close(): void {
    this.#dropWhole();
    this.#bytes.close();
  }

  async #save(record: DownloadRecord): Promise<void> {
    this.#record = record;
    await this.#store.writeRecord(this.#key, record, record.name);
  }

  /** Goes on with the saved state of the hasher, if there is one that this build understands. */
  async #resumeWhole(): Promise<Whole> {
    const sha256 = await this.#openDigest();
    const { hashed } = this.#record;
    // Of another build: hashed again from the disk.
    const chunks = hashed && (await sha256.begin(hashed.state)) ? hashed.chunks : 0;
    this.#whole = { sha256, chunks, at: Math.min(this.#record.bytes, chunks * this.#record.chunkBytes) };
    return this.#whole;
  }

  #dropWhole(): void {
    this.#whole?.sha256.close();
    this.#whole = null;
  }

  #eachSlice(index: number, use: (slice: Uint8Array) => void): void {
    const { start, end } = chunkRange(this.#record, index);
    for (let at = start; at < end; at += SLICE_BYTES)
      use(this.#bytes.read(at, Math.min(SLICE_BYTES, end - at)));
  }
}

const SLICE_BYTES = 2 ** 20; // read at a time while checking
