// SHA-256 in a thread of its own, over real message channels: the same as in place, whatever happens to the thread.
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  type DigestScope,
  type DigestWorker,
  digestBeside,
  serveDigest,
} from '../../src/weights/digest-thread.ts';
import { newRecord } from '../../src/weights/download-record.ts';
import { memoryStore } from '../../src/weights/memory-store.ts';
import { digestHere, type OpenDigest } from '../../src/weights/running-digest.ts';
import { StoredFile } from '../../src/weights/stored-file.ts';

const CHUNK = 4096;
const bytes = Uint8Array.from({ length: 5 * CHUNK + 77 }, (_, i) => i * i * 7);
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** A Worker's two ends without the thread between; messages are copied and buffers change hands as between threads. */
class Thread implements DigestWorker {
  static readonly started: Thread[] = [];
  readonly #channel = new MessageChannel();
  readonly #failures = new EventTarget();
  isServing = true;
  dieAtMessage = Number.POSITIVE_INFINITY;

  constructor() {
    Thread.started.push(this);
    serveDigest(this.#channel.port2 as unknown as DigestScope);
    this.#channel.port2.start();
    this.#channel.port1.start();
  }
  postMessage(message: unknown, transfer: ArrayBuffer[] = []): void {
    if (--this.dieAtMessage === 0) this.fail();
    if (this.isServing) this.#channel.port1.postMessage(message, transfer);
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    const target = type === 'message' ? this.#channel.port1 : this.#failures;
    target.addEventListener(type, listener as EventListener);
  }
  /** As if the browser had ended it. */
  fail(): void {
    this.isServing = false;
    this.#failures.dispatchEvent(new Event('error'));
  }
  terminate(): void {
    this.isServing = false;
    this.#channel.port1.close();
  }
}

afterEach(() => {
  for (const thread of Thread.started.splice(0)) thread.terminate();
});

const beside = digestBeside(() => new Thread() as DigestWorker);

const open = (openDigest: OpenDigest, store = memoryStore()): Promise<StoredFile> =>
  StoredFile.open(
    store,
    'key',
    newRecord({ name: 'weights', url: null, bytes: bytes.length, sha256, etag: null }, CHUNK),
    openDigest,
  );

/** Gives the file away in pieces that do not end where chunks do. @returns the pieces. */
async function fill(file: StoredFile, from: number, to: number): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let at = from; at < to; at += 1000) {
    const piece = bytes.slice(at, Math.min(to, at + 1000));
    pieces.push(piece);
    await file.accept(at, piece);
  }
  return pieces;
}

test.each([
  ['in place', digestHere],
  ['in a thread', beside],
] as const)(
  'a digest %s goes on from a kept state, tells as often as it is asked, and refuses nonsense',
  async (_, openDigest) => {
    const first = await openDigest();
    first.update(bytes.slice(0, 1234));
    const state = await first.save();
    first.close();
    const second = await openDigest();
    expect(await second.begin('bm9uc2Vuc2U=')).toBe(false);
    expect(await second.begin(state)).toBe(true);
    second.update(bytes.slice(1234));
    expect([await second.digest(), await second.digest()]).toEqual([sha256, sha256]);
    second.close();
  },
);

test('a file that is hashed in a thread has the same record after every chunk as one that is hashed in place', async () => {
  const files = [await open(digestHere), await open(beside)];
  for (let chunk = 0; chunk < 6; chunk++) {
    for (const file of files) await fill(file, chunk * CHUNK, Math.min(bytes.length, (chunk + 1) * CHUNK));
    expect(files[1]!.record).toEqual(files[0]!.record);
    expect(files[1]!.record.hashed?.chunks).toBe(chunk + 1);
  }
  expect([await files[0]!.digest(), await files[1]!.digest()]).toEqual([sha256, sha256]);
  for (const file of files) file.close();
});

test('pieces change hands instead of being copied, those on the edge of two chunks too', async () => {
  const file = await open(beside);
  const pieces = await fill(file, 0, bytes.length);
  expect(pieces.every(({ buffer }) => buffer.byteLength === 0)).toBe(true);
  expect(await file.digest()).toBe(sha256);
  file.close();
});

test('a thread that dies in the middle of a file costs reading again what it had, and no chunk', async () => {
  const store = memoryStore();
  const file = await open(beside, store);
  await fill(file, 0, 2 * CHUNK + 500);
  Thread.started[0]!.fail();
  await fill(file, 2 * CHUNK + 500, bytes.length);
  expect(file.next()).toBeNull();
  expect(await file.digest()).toBe(sha256);
  expect(Thread.started.length).toBeGreaterThan(1);
  file.close();
});

test('a thread that dies while a whole file is read is an error of its own, and the next try is right', async () => {
  let dies = false;
  const file = await open(
    digestBeside(() => {
      const thread = new Thread();
      if (dies) thread.dieAtMessage = 4; // the question whether it is there, then pieces
      return thread as DigestWorker;
    }),
  );
  await fill(file, 0, bytes.length);
  await file.replaceChunk(1, bytes.slice(CHUNK, 2 * CHUNK)); // forgets what was hashed
  dies = true;
  await expect(file.digest()).rejects.toMatchObject({ code: 'worker/crashed' });
  dies = false;
  expect(await file.digest()).toBe(sha256);
  file.close();
});

test('where no thread starts, or its script does not load, hashing goes on in place', async () => {
  const unloadable = digestBeside(() => {
    const thread = new Thread();
    setTimeout(() => thread.fail());
    thread.isServing = false;
    return thread as DigestWorker;
  });
  const impossible = digestBeside(() => {
    throw new DOMException('no', 'SecurityError');
  });
  for (const openDigest of [unloadable, impossible]) {
    const file = await open(openDigest);
    await fill(file, 0, bytes.length);
    expect(await file.digest()).toBe(sha256);
    file.close();
  }
});

test('no thread is started for a file that only has its chunks checked, and none outlives its file', async () => {
  const store = memoryStore();
  const filled = await open(beside, store);
  await fill(filled, 0, bytes.length);
  const { record } = filled;
  filled.close();
  expect(Thread.started.map(({ isServing }) => isServing)).toEqual([false]);
  const file = await StoredFile.open(store, 'key', record, beside);
  expect(await file.checkChunks()).toBe(0);
  file.close();
  expect(Thread.started.length).toBe(1);
});
