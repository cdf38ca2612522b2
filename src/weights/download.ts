// One model file from a server into the store, whatever happens on the way.
import { AppError, isAbort } from '../core/errors.ts';
import type { DownloadEvent, RemoteFile } from '../protocol/library-api.ts';
import { CHUNK_BYTES, chunkRange, type DownloadRecord, newRecord, parseRecord } from './download-record.ts';
import { type ModelStore, storeKey } from './model-store.ts';
import { type RangeAnswer, type Retry, requestRange } from './range-request.ts';
import type { OpenDigest } from './running-digest.ts';
import { StoredFile } from './stored-file.ts';

/** Options of {@link downloadFile}. */
export interface DownloadOptions {
  /** Stops it within a piece of a few kilobytes. What has arrived is kept. */
  readonly signal?: AbortSignal;
  onEvent?(event: DownloadEvent): void;
  readonly fetch?: typeof fetch;
  readonly chunkBytes?: number;
  /** Give up on a connection that brings nothing for this long. */
  readonly stallMs?: number;
  /** The first pause before trying again; each next one is twice as long, up to half a minute. */
  readonly pauseMs?: number;
  /** Where SHA-256 is made; by default in the calling thread. */
  readonly openDigest?: OpenDigest;
}

const STALL_MS = 30_000; // longer than any server's hiccup, shorter than a person's patience
const PAUSE_MS = 1000;
const TELL_MS = 150; // between two reports of how far it is
const LONGEST_PAUSE_MS = 30_000;
const TRIES: Readonly<Record<Retry, number>> = { soon: 8, few: 3, never: 1 }; // in a row, without a byte between them

/**
 * Fetches a file into the store, chunk by chunk, going on with what is there, and verifies it. Call it again after an error:
 * nothing that arrived is lost. One caller at a time (see `ModelLibrary`).
 * @returns the record, verified.
 * @throws {AppError} `network/…` when trying again did not help, `network/changed` if the server has another file by now, `model/hash` for
 * a file that is not the one named, `storage/…`; rejects with AbortError.
 */
export async function downloadFile(
  store: ModelStore,
  file: RemoteFile,
  options: DownloadOptions = {},
): Promise<DownloadRecord> {
  return new Download(store, file, options).run();
}

class Download {
  readonly #store: ModelStore;
  readonly #file: RemoteFile;
  readonly #options: DownloadOptions;
  #fetched = 0;
  #failures = 0;
  /** All bytes are there, twice fetched, and they are not the file. */
  #isWrong = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(store: ModelStore, file: RemoteFile, options: DownloadOptions) {
    this.#store = store;
    this.#file = file;
    this.#options = options;
  }

  async run(): Promise<DownloadRecord> {
    const key = await storeKey(this.#file);
    const kept = parseRecord(await this.#store.readRecord(key));
    // How large the file is, its first answer tells; nothing is written before.
    const first = kept
      ? null
      : await this.#retrying(() => this.#request(0, this.#options.chunkBytes ?? CHUNK_BYTES));
    let stored: StoredFile;
    try {
      stored = await StoredFile.open(this.#store, key, kept ?? this.#begin(first!), this.#options.openDigest);
    } catch (error) {
      await first?.cancel();
      throw error;
    }
    let useless = false;
    try {
      if (stored.record.verified) return stored.record;
      this.#tell(stored, true);
      await this.#fill(stored, first);
      return await this.#verify(stored);
    } catch (error) {
      // What was begun belongs to a file that is gone, or is another file: the next try begins anew.
      useless =
        error instanceof AppError &&
        (error.code === 'network/changed' || this.#isWrong || this.#isShorter(error));
      throw error;
    } finally {
      stored.close();
      if (useless) await this.#store.remove(key).catch(() => {}); // the error is what the caller hears about
    }
  }

  /** A size that nobody had confirmed came from another server, and this one's file ends before it. */
  #isShorter({ code, detail }: AppError): boolean {
    return !this.#file.confirmed && code === 'network/range' && detail.status === 416;
  }

  /** The record of a file that begins with this answer. */
  #begin(answer: RangeAnswer): DownloadRecord {
    const { name, url, bytes, sha256, confirmed } = this.#file;
    const total = answer.total ?? bytes;
    if (total === null || total === 0) {
      throw new AppError(
        'network/range',
        `${name}: the server does not say how large the file is. Choose another address, or import the file.`,
        { detail: { file: name, url } },
      );
    }
    if (confirmed && bytes !== null && total !== bytes)
      throw wrongFile(this.#file, `it has ${total} bytes, not ${bytes}`);
    const facts = { name, url, bytes: total, sha256: sha256?.toLowerCase() ?? null, etag: answer.etag };
    return newRecord(facts, this.#options.chunkBytes);
  }

  async #fill(stored: StoredFile, first: RangeAnswer | null): Promise<void> {
    let answer = first;
    for (let next = stored.next(); next; next = stored.next()) {
      const { at, end } = next;
      await this.#retrying(async () => {
        const from = stored.next()?.at ?? end; // a failed try may have brought some of it
        if (from >= end) return;
        const given = answer ?? (await this.#request(from, end));
        answer = null;
        await this.#checkIdentity(stored.record, given);
        await this.#take(stored, given, at);
      });
    }
  }

  /** Stores a body. @throws {AppError} `network/failed` if it ended too early. */
  async #take(stored: StoredFile, answer: RangeAnswer, from: number): Promise<void> {
    let at = answer.start;
    const wanted = stored.next()!;
    for await (const piece of answer.pieces) {
      const from = at;
      at += piece.byteLength;
      this.#fetched += piece.byteLength;
      const more = await stored.accept(from, piece);
      if (at > wanted.at) this.#failures = 0;
      this.#tell(stored, !more || at >= wanted.end);
      if (!more) return;
    }
    const next = stored.next();
    if (next && next.at < wanted.end) throw this.#dropped(next.at, from);
  }

  #dropped(at: number, from: number): AppError {
    const { name, url } = this.#file;
    return new AppError(
      'network/failed',
      `${name} stopped: the connection was closed early. What has arrived is kept; check the network, then continue.`,
      { detail: { file: name, url, at, from, retry: 'soon' satisfies Retry } },
    );
  }

  /**
   * Refuses an answer that is about another file. With a SHA-256 the bytes will tell; tags differ from mirror to mirror and from
   * machine to machine.
   */
  async #checkIdentity(record: DownloadRecord, answer: RangeAnswer): Promise<void> {
    const { name, url, confirmed } = this.#file;
    const otherSize = answer.total !== null && answer.total !== record.bytes;
    const otherTag =
      record.sha256 === null &&
      record.url === url &&
      record.etag !== null &&
      answer.etag !== null &&
      answer.etag !== record.etag;
    if (!otherSize && !otherTag) return;
    await answer.cancel();
    if (otherSize && confirmed)
      throw wrongFile(this.#file, `it has ${answer.total} bytes, not ${record.bytes}`);
    throw new AppError(
      'network/changed',
      `${name} was replaced on the server while it was being downloaded. Press the button again to get the new one from its beginning.`,
      { detail: { file: name, url, etag: record.etag, got: answer.etag, retry: 'few' satisfies Retry } },
    );
  }

  async #verify(stored: StoredFile): Promise<DownloadRecord> {
    this.#tell(stored, true);
    this.#options.onEvent?.({ type: 'verify' });
    const expected = stored.record.sha256;
    let digest = await stored.digest(this.#options.signal);
    if (expected !== null && digest !== expected) {
      // First what the disk may have spoilt since it arrived, then what came wrong.
      if ((await stored.checkChunks({ ...(this.#options.signal && { signal: this.#options.signal }) })) > 0) {
        await this.#fill(stored, null);
        digest = await stored.digest(this.#options.signal);
      }
      if (digest !== expected) {
        this.#options.onEvent?.({ type: 'recheck' });
        digest = await this.#recheck(stored, expected);
      }
      if (digest !== expected) {
        this.#isWrong = true;
        throw wrongFile(this.#file, `its SHA-256 is ${digest}, expected ${expected}`);
      }
    }
    await stored.markVerified(digest);
    return stored.record;
  }

  /**
   * Fetches chunks once more; those that come out differently are replaced, until the whole is right. A chunk is held in memory
   * meanwhile.
   * @returns the SHA-256 of the whole then.
   */
  async #recheck(stored: StoredFile, expected: string): Promise<string> {
    for (const [index, checksum] of stored.record.chunks.entries()) {
      const { start, end } = chunkRange(stored.record, index);
      const again = await this.#retrying(() => this.#fetchChunk(stored.record, start, end));
      if (stored.checksum(again) === checksum) continue;
      await stored.replaceChunk(index, again);
      // One bad chunk is the usual case: reading the disk again costs less than fetching the rest again.
      if ((await stored.digest(this.#options.signal)) === expected) break;
    }
    return stored.digest(this.#options.signal);
  }

  async #fetchChunk(record: DownloadRecord, start: number, end: number): Promise<Uint8Array> {
    const chunk = new Uint8Array(end - start);
    const answer = await this.#request(start, end);
    await this.#checkIdentity(record, answer);
    let at = answer.start;
    for await (const piece of answer.pieces) {
      this.#fetched += piece.byteLength;
      const inside = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
      if (inside.byteLength > 0) chunk.set(inside, Math.max(0, at - start));
      at += piece.byteLength;
      if (at >= end) return chunk;
    }
    throw this.#dropped(at, start);
  }

  #request(start: number, end: number): Promise<RangeAnswer> {
    const { signal, fetch, stallMs = STALL_MS } = this.#options;
    return requestRange(this.#file.url, start, end, {
      name: this.#file.name,
      stallMs,
      ...(signal && { signal }),
      ...(fetch && { fetch }),
    });
  }

  /** Tries again what may help, with longer and longer pauses. */
  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const { signal, onEvent, pauseMs = PAUSE_MS } = this.#options;
    for (;;) {
      try {
        const result = await attempt();
        this.#failures = 0;
        return result;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (isAbort(error) || !(error instanceof AppError)) throw error;
        const { retry, retryAfter } = error.detail as { retry?: Retry; retryAfter?: number };
        this.#failures++;
        if (!retry || this.#failures >= TRIES[retry]) throw error;
        const pause =
          Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2);
        const ms = Math.max(pause, (retryAfter ?? 0) * pauseMs);
        const { code, message, detail } = error;
        onEvent?.({ type: 'retry', error: { code, message, detail }, seconds: ms / 1000 });
        await wait(ms, signal);
      }
    }
  }

  /** Tells how far it is: now and then, because pieces are many and whoever listens draws them. */
  #tell(stored: StoredFile, now = false): void {
    const at = performance.now();
    if (!now && at - this.#toldAt < TELL_MS) return;
    this.#toldAt = at;
    this.#options.onEvent?.({
      type: 'progress',
      received: stored.arrived,
      total: stored.record.bytes,
      fetched: this.#fetched,
    });
  }
}

const wrongFile = (file: RemoteFile, why: string): AppError =>
  new AppError(
    'model/hash',
    `${file.name} from ${file.url} is not the file that this model needs: ${why}. Choose another mirror, or import the file.`,
    { detail: { file: file.name, url: file.url, bytes: file.bytes, sha256: file.sha256 } },
  );

/** Resolves after a while. Rejects with the signal's reason. */
const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
