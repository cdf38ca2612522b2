// Downloads from a hub that fails in every way it can. What is asked each time: the file is right in the end or the error says
// what to do, and nothing that had arrived is fetched again.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DownloadEvent } from '../../src/protocol/library-api.ts';
import { type DownloadOptions, downloadFile } from '../../src/weights/download.ts';
import { bytesArrived, parseRecord } from '../../src/weights/download-record.ts';
import { memoryStore } from '../../src/weights/memory-store.ts';
import { type ModelStore, storeKey } from '../../src/weights/model-store.ts';
import { type Fault, type HubServer, startHub } from '../hub/hub-server.ts';
import { codeOf } from './weights-expect.ts';

const CHUNK = 64 * 1024;
const SIZE = 5 * CHUNK + 1234; // six chunks, the last one short
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 2654435761) >>> 13);
const sha256 = createHash('sha256').update(content).digest('hex');

let hub: HubServer;
let store: ModelStore;
let url: string;
let count = 0;
let name: string;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  store = memoryStore();
  name = `model-${++count}.gguf`;
  url = hub.put(name, content);
});

const file = () => ({ name, url, bytes: SIZE, sha256, confirmed: true });
const options = (more: DownloadOptions = {}): DownloadOptions => ({
  chunkBytes: CHUNK,
  pauseMs: 1,
  stallMs: 200,
  ...more,
});
const download = (more: DownloadOptions = {}) => downloadFile(store, file(), options(more));

/** The stored bytes are those of the hub's file. */
async function expectComplete(): Promise<void> {
  const key = await storeKey(file());
  const source = await store.open(key, name);
  expect(source.bytes).toBe(SIZE);
  expect(Buffer.compare(await source.read(0, SIZE), content)).toBe(0);
  expect(parseRecord(await store.readRecord(key))?.verified).toBe(sha256);
}

/** What is stored and counted as having arrived. */
async function arrived(): Promise<number> {
  const record = parseRecord(await store.readRecord(await storeKey(file())));
  return record ? bytesArrived(record) : 0;
}

test('fetches each chunk once, in order, with nothing but a range in its headers', async () => {
  const events: DownloadEvent[] = [];
  const record = await download({ onEvent: (event) => events.push(event) });
  await expectComplete();
  expect(record.verified).toBe(sha256);
  expect(hub.sent(name)).toBe(SIZE);
  expect(hub.ranges(name).map((range) => Number(range.split('-')[0]) / CHUNK)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(hub.preflights).toBe(0);
  const progress = events.filter((event) => event.type === 'progress');
  expect(progress.at(-1)).toEqual({ type: 'progress', received: SIZE, total: SIZE, fetched: SIZE });
  const received = progress.map((event) => event.received);
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(events.at(-1)).toEqual({ type: 'verify' });
});

test('asks nobody for a file that is complete', async () => {
  await download();
  hub.take(name);
  expect((await download()).verified).toBe(sha256);
});

describe('faults that pass', () => {
  const drop = (after: number): Fault => ({ kind: 'drop', after });
  /** Fault, answers in order, bytes that come twice over the network. */
  const PASSING: readonly (readonly [string, readonly (Fault | null)[], number])[] = [
    ['the connection drops before the first byte', [drop(0)], 0],
    ['the connection drops in a chunk', [null, drop(1000), drop(5)], 0],
    ['the connection drops in the last chunk', [null, null, null, null, null, drop(100)], 0],
    ['the body ends early', [{ kind: 'short', after: 4000 }], 0],
    ['the signed address has expired', [null, { kind: 'expired' }, { kind: 'expired' }], 0],
    ['500 twice', [null, { kind: 'status', status: 500 }, { kind: 'status', status: 503 }], 0],
    ['429', [{ kind: 'status', status: 429, headers: { 'Retry-After': '3' } }], 0],
    ['a login page in between', [null, { kind: 'page', typed: true }], 0],
    ['a login page that does not say so', [{ kind: 'page', typed: false }], 0],
    ['the server goes silent', [null, { kind: 'stall', after: 2000 }], 0],
    [
      'other entity tags, of a mirror',
      [null, { kind: 'etag', etag: '"other"' }, { kind: 'etag', etag: '"more"' }],
      0,
    ],
    ['the server sends the whole file', [{ kind: 'whole' }], 0],
    ['the server sends the whole file in the middle', [null, null, { kind: 'whole' }], 2 * CHUNK],
    ['another range than asked', [null, { kind: 'shifted' }], 0],
    ['a flipped bit', [null, { kind: 'flip', at: CHUNK + 99 }], SIZE],
    ['a flipped bit in the last byte', [null, null, null, null, null, { kind: 'flip', at: SIZE - 1 }], SIZE],
  ];
  test.each(PASSING)('%s', async (_, faults, again) => {
    hub.faults(name, faults);
    let fetched = 0;
    await download({
      onEvent: (event) => {
        if (event.type === 'progress') fetched = event.fetched;
      },
    });
    await expectComplete();
    expect(fetched).toBeLessThanOrEqual(SIZE + again);
  });

  test('the time that a busy server asks for is waited', async () => {
    hub.faults(name, [{ kind: 'status', status: 429, headers: { 'Retry-After': '40' } }]);
    const began = performance.now();
    const seconds: number[] = [];
    await download({ onEvent: (event) => void (event.type === 'retry' && seconds.push(event.seconds)) });
    expect(performance.now() - began).toBeGreaterThan(39); // a pause is a millisecond here
    expect(seconds).toHaveLength(1);
  });
});

describe('faults that stay', () => {
  const STAYING: readonly (readonly [string, Fault, string, RegExp])[] = [
    ['no connection', { kind: 'drop', after: 0 }, 'network/failed', /kept/],
    ['a silent server', { kind: 'stall', after: 0 }, 'network/failed', /nothing for/],
    ['403', { kind: 'expired' }, 'network/status', /refuses access \(status 403\).*mirror/],
    ['404', { kind: 'status', status: 404 }, 'network/status', /does not have this file.*import/],
    ['416', { kind: 'status', status: 416 }, 'network/range', /another mirror.*delete/],
    ['429', { kind: 'status', status: 429 }, 'network/status', /in a few minutes/],
    ['a web page', { kind: 'page', typed: true }, 'network/page', /login/],
    ['the wrong range', { kind: 'shifted' }, 'network/range', /import/],
  ];
  test.each(STAYING)(
    '%s after two chunks: says what to do, and goes on later',
    async (_, fault, code, words) => {
      hub.faults(name, [null, null], fault);
      const error = await download().catch((thrown: unknown) => thrown as Error);
      expect(await codeOf(Promise.reject(error))).toBe(code);
      expect((error as Error).message).toMatch(words);
      expect((error as Error).message).toContain(name);
      expect(await arrived()).toBe(2 * CHUNK);

      hub.faults(name, []);
      const before = hub.sent(name);
      await download();
      await expectComplete();
      expect(hub.sent(name) - before).toBe(SIZE - 2 * CHUNK);
    },
  );

  test('a file of another size is refused and named before anything is stored', async () => {
    hub.put(name, content.subarray(0, SIZE - 1));
    const error = await download().catch((thrown: unknown) => thrown as Error);
    expect(await codeOf(Promise.reject(error))).toBe('model/hash');
    expect((error as Error).message).toMatch(new RegExp(`${name}.*${SIZE - 1} bytes`));
    expect(await store.keys()).toEqual([]);
  });

  test('a file with other bytes is refused and named', async () => {
    hub.put(
      name,
      content.map((byte) => byte ^ 255),
    );
    expect(await codeOf(download())).toBe('model/hash');
    expect(await store.keys()).toEqual([]); // nothing of it is worth keeping: the next try begins anew
  });

  test('a size that nobody confirmed is taken from the server', async () => {
    const record = await downloadFile(store, { ...file(), bytes: 77, confirmed: false }, options());
    expect(record.bytes).toBe(SIZE);
    await expectComplete();
  });

  test('a file that is replaced meanwhile is begun anew, where no hash can tell', async () => {
    const unknown = { ...file(), sha256: null, confirmed: false };
    hub.faults(name, [null, null], { kind: 'etag', etag: '"new"' });
    expect(await codeOf(downloadFile(store, unknown, options()))).toBe('network/changed');
    expect(await store.keys()).toEqual([]);
    const other = content.map((byte) => byte ^ 85);
    hub.put(name, other);
    const record = await downloadFile(store, unknown, options());
    expect(record.verified).toBe(createHash('sha256').update(other).digest('hex'));
  });

  test('a record of a longer file is given up where nobody had confirmed the length', async () => {
    const unknown = { ...file(), confirmed: false };
    hub.faults(name, [null], { kind: 'status', status: 416 });
    expect(await codeOf(downloadFile(store, unknown, options()))).toBe('network/range');
    expect(await store.keys()).toEqual([]);
    hub.faults(name, []);
    expect((await downloadFile(store, unknown, options())).verified).toBe(sha256);
  });

  test('what the disk spoilt before the end is found there, and only that is fetched again', async () => {
    hub.faults(name, [null, null, null], { kind: 'status', status: 404 });
    await codeOf(download());
    const key = await storeKey(file());
    const bytes = await store.openForWriting(key);
    bytes.write(Uint8Array.of(1, 2, 3), CHUNK + 7);
    bytes.close();
    await store.writeRecord(key, { ...((await store.readRecord(key)) as object), hashed: null }); // read from the disk again
    hub.faults(name, []);
    const before = hub.sent(name);
    await download();
    await expectComplete();
    expect(hub.sent(name) - before).toBe(SIZE - 3 * CHUNK + CHUNK);
  });

  test('without a published SHA-256 the first complete download is remembered', async () => {
    const unknown = { ...file(), sha256: null };
    expect((await downloadFile(store, unknown, options())).verified).toBe(sha256);
  });
});

describe('stopping and going on', () => {
  test('a cancelled download keeps its chunks, and a part of a chunk is all that comes twice', async () => {
    const controller = new AbortController();
    const stopped = download({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'progress' && event.received > 2.5 * CHUNK) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await arrived()).toBeGreaterThanOrEqual(2 * CHUNK);
    await download();
    await expectComplete();
    expect(hub.sent(name)).toBeLessThanOrEqual(SIZE + CHUNK);
  });

  test('cancelling ends a pause between tries at once', async () => {
    hub.faults(name, [], { kind: 'status', status: 500 });
    const controller = new AbortController();
    const stopped = download({
      signal: controller.signal,
      pauseMs: 60_000,
      onEvent: (event) => void (event.type === 'retry' && controller.abort()),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each([0.1, 0.5, 0.99])('storage that is full at %d goes on when there is room', async (share) => {
    const small = memoryStore(Math.floor(SIZE * share));
    expect(await codeOf(downloadFile(small, file(), options()))).toBe('storage/full');
    const before = hub.sent(name);
    const key = await storeKey(file());
    const kept = parseRecord(await small.readRecord(key));
    const have = kept ? bytesArrived(kept) : 0;
    expect(have).toBeGreaterThan(SIZE * share - CHUNK);
    // More room: what the small store has is moved over as a browser would leave it.
    const moved = await store.openForWriting(key);
    if (have > 0) moved.write(await (await small.open(key, name)).read(0, have), 0);
    moved.close();
    await store.writeRecord(key, kept);
    await download();
    await expectComplete();
    expect(hub.sent(name) - before).toBe(SIZE - have);
  });

  test('a record that promises more than the disk holds is not believed', async () => {
    await download();
    const key = await storeKey(file());
    const bytes = await store.openForWriting(key);
    bytes.truncate(3 * CHUNK - 1);
    bytes.close();
    const before = hub.sent(name);
    await download();
    await expectComplete();
    expect(hub.sent(name) - before).toBe(SIZE - 2 * CHUNK);
  });

  test.each([
    null,
    'nonsense',
    { kindling: 2 },
    { kindling: 1, name: 'x', url: null, bytes: SIZE, sha256, etag: null, chunkBytes: CHUNK, chunks: ['zz'] },
  ])('a damaged record (%j) begins anew', async (record) => {
    await download();
    await store.writeRecord(await storeKey(file()), record);
    await download();
    await expectComplete();
  });
});
