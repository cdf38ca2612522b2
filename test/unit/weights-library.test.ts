import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryEvent, RemoteFile } from '../../src/protocol/library-api.ts';
import { pageLocks } from '../../src/weights/file-locks.ts';
import { memoryStore } from '../../src/weights/memory-store.ts';
import { ModelLibrary } from '../../src/weights/model-library.ts';
import { type ModelStore, storeKey } from '../../src/weights/model-store.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';
import { codeOf } from './weights-expect.ts';

const CHUNK = 32 * 1024;
const FAST = { chunkBytes: CHUNK, pauseMs: 1, stallMs: 500 };
const SIZE = 3 * CHUNK + 7;
const bytesOf = (salt: number) =>
  Uint8Array.from({ length: SIZE }, (_, i) => ((i + salt) * 2654435761) >>> 11);

let hub: HubServer;
let store: ModelStore;
let library: ModelLibrary;
let count = 0;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  store = memoryStore();
  library = new ModelLibrary(store, pageLocks());
});

/** A new file on the hub. */
function host(): RemoteFile & { readonly content: Uint8Array<ArrayBuffer> } {
  const content = bytesOf(++count);
  const name = `part-${count}.gguf`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { name, url: hub.put(name, content), bytes: SIZE, sha256, confirmed: true, content };
}

test('several files are downloaded, listed and removed', async () => {
  const files = [host(), host()];
  const events: LibraryEvent[] = [];
  await library.download(files, { ...FAST, onEvent: (event) => events.push(event) });
  expect(new Set(events.map((event) => event.file.name))).toEqual(new Set(files.map((file) => file.name)));
  const kept = await library.list();
  expect(kept.map(({ name, bytes, arrived, verified }) => [name, bytes, arrived, verified])).toEqual(
    files.map((file) => [file.name, SIZE, SIZE, file.sha256]),
  );
  await library.remove(kept[0]!.key);
  expect((await library.list()).map((file) => file.name)).toEqual([files[1]!.name]);
  expect(await library.find(files[0]!)).toBeNull();
});

test('a file that two models share is stored once', async () => {
  const file = host();
  const mirror = { ...file, url: hub.put('mirrored', file.content), name: 'mirrored' };
  await library.download([file], FAST);
  await library.download([mirror], FAST);
  expect(hub.sent('mirrored')).toBe(0);
  expect(await library.list()).toHaveLength(1);
});

test('room that is not there is told before anything is fetched', async () => {
  const file = host();
  const room = { free: SIZE - 1, used: 0, persistent: false };
  await expect(
    new ModelLibrary({ ...store, kind: 'opfs' }, pageLocks()).download([file], { ...FAST, room }),
  ).rejects.toMatchObject({ code: 'storage/full', detail: { needed: SIZE, free: SIZE - 1 } });
  expect(hub.ranges(file.name)).toEqual([]);
});

describe('two tabs', () => {
  test('share one download: each byte comes once', async () => {
    const locks = pageLocks();
    const tabs = [new ModelLibrary(store, locks), new ModelLibrary(store, locks)] as const;
    const file = host();
    const seen: string[] = [];
    await Promise.all([
      tabs[0].download([file], FAST),
      tabs[1].download([file], { ...FAST, onEvent: (event) => seen.push(event.type) }),
    ]);
    expect(seen[0]).toBe('elsewhere');
    expect(hub.sent(file.name)).toBe(SIZE);
    expect((await tabs[1].find(file))?.verified).toBe(file.sha256);
  });

  test('the second goes on when the first is closed', async () => {
    const locks = pageLocks();
    const tabs = [new ModelLibrary(store, locks), new ModelLibrary(store, locks)] as const;
    const file = host();
    const closing = new AbortController();
    const first = tabs[0].download([file], {
      ...FAST,
      signal: closing.signal,
      onEvent: (event) => {
        if (event.type === 'progress' && event.received > CHUNK) closing.abort();
      },
    });
    const second = tabs[1].download([file], FAST);
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await second;
    expect((await tabs[1].find(file))?.verified).toBe(file.sha256);
    expect(hub.sent(file.name)).toBeLessThanOrEqual(SIZE + CHUNK);
  });
});

describe('reading', () => {
  test('gives the bytes, and the file stays until it is released', async () => {
    const file = host();
    await library.download([file], FAST);
    const key = await storeKey(file);
    const open = await library.open(await storeKey(file), file.name);
    expect(await open.source.read(5, 10)).toEqual(file.content.slice(5, 15));
    await expect(library.remove(key)).rejects.toMatchObject({ code: 'storage/in-use' });
    const again = await library.open(await storeKey(file), file.name); // readers do not exclude each other
    again.release();
    open.release();
    await new Promise((resolve) => setTimeout(resolve));
    await library.remove(key);
    await expect(library.open(await storeKey(file), file.name)).rejects.toMatchObject({
      code: 'storage/read',
    });
  });

  test('a file that is not complete cannot be read', async () => {
    const file = host();
    hub.faults(file.name, [null], { kind: 'status', status: 404 });
    await expect(library.download([file], FAST)).rejects.toMatchObject({ code: 'network/status' });
    await expect(library.open(await storeKey(file), file.name)).rejects.toMatchObject({
      code: 'storage/read',
    });
  });
});

describe('verifying', () => {
  test('finds a damaged chunk, and a repair fetches only that', async () => {
    const file = host();
    await library.download([file], FAST);
    expect(await library.verify(file)).toEqual({ damaged: 0 });
    const bytes = await store.openForWriting(await storeKey(file));
    bytes.write(Uint8Array.of(bytes.read(CHUNK + 5, 1)[0]! ^ 4), CHUNK + 5);
    bytes.close();
    const read: number[] = [];
    expect(await library.verify(file, { onProgress: (done) => read.push(done) })).toEqual({ damaged: 1 });
    expect(read).toEqual([CHUNK, 2 * CHUNK, 3 * CHUNK, SIZE]);
    expect((await library.find(file))?.verified).toBeNull();
    const before = hub.sent(file.name);
    await library.download([file], FAST);
    expect(hub.sent(file.name) - before).toBe(CHUNK);
    const open = await library.open(await storeKey(file), file.name);
    expect(Buffer.compare(await open.source.read(0, SIZE), file.content)).toBe(0);
    open.release();
  });

  test('what is not here is said', async () => {
    expect(await codeOf(library.verify(host()))).toBe('storage/read');
  });
});

describe('files of the user’s own', () => {
  test('are copied in and verified, and nothing is fetched', async () => {
    const file = host();
    await library.importFile(file, new Blob([file.content]));
    await library.download([file], FAST);
    expect(hub.ranges(file.name)).toEqual([]);
    const open = await library.open(await storeKey(file), file.name);
    expect(Buffer.compare(await open.source.read(0, SIZE), file.content)).toBe(0);
    open.release();
  });

  test.each([
    ['of another size', (content: Uint8Array<ArrayBuffer>) => content.slice(1), /bytes, not/],
    ['with other bytes', (content: Uint8Array<ArrayBuffer>) => content.map((byte) => byte ^ 1), /SHA-256/],
    ['that is empty', () => new Uint8Array(0), /empty/],
  ])('one %s is refused, and nothing of it is kept', async (_, change, words) => {
    const file = host();
    const importing = library.importFile(file, new Blob([change(file.content)]));
    await expect(importing).rejects.toMatchObject({ code: 'model/hash', message: words });
    expect(await library.list()).toEqual([]);
  });

  test('a wrong one leaves what has arrived of a download; the right one completes it', async () => {
    const file = host();
    hub.faults(file.name, [null, null], { kind: 'status', status: 404 });
    await expect(library.download([file], FAST)).rejects.toMatchObject({ code: 'network/status' });
    expect((await library.find(file))?.arrived).toBe(2 * CHUNK);
    const wrong = new Blob([file.content.map((byte) => byte ^ 1)]);
    await expect(library.importFile(file, wrong)).rejects.toMatchObject({ code: 'model/hash' });
    const stopped = library.importFile(file, new Blob([file.content]), { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect((await library.find(file))?.arrived).toBe(2 * CHUNK);
    await library.importFile(file, new Blob([file.content]));
    expect((await library.find(file))?.verified).toBe(file.sha256);
  });

  test('while it is being downloaded it is refused', async () => {
    const file = host();
    let begun = (): void => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const downloading = library.download([file], { ...FAST, onEvent: () => begun() });
    await running;
    await expect(library.importFile(file, new Blob([file.content]))).rejects.toMatchObject({
      code: 'storage/in-use',
    });
    await downloading;
  });
});
