// Files in memory, for windows that keep nothing: how much, what others are given, what is refused and why.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RemoteFile } from '../../src/protocol/library-api.ts';
import { pageLocks } from '../../src/weights/file-locks.ts';
import { memoryLimit, memoryStore } from '../../src/weights/memory-store.ts';
import { ModelLibrary } from '../../src/weights/model-library.ts';
import { storeKey } from '../../src/weights/model-store.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';

const CHUNK = 32 * 1024;
const FAST = { chunkBytes: CHUNK, pauseMs: 1, stallMs: 500 };
const SIZE = 3 * CHUNK + 7;
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 2654435761) >>> 11);

let hub: HubServer;
let file: RemoteFile;
beforeAll(async () => {
  hub = await startHub();
  const sha256 = createHash('sha256').update(content).digest('hex');
  file = { name: 'f', url: hub.put('f', content), bytes: SIZE, sha256, confirmed: true };
});
afterAll(() => hub.close());

const bytesOf = async (blob: Blob | undefined): Promise<Uint8Array> =>
  new Uint8Array(await (blob ?? new Blob([])).arrayBuffer());

test('a quarter of the device’s memory is taken, one GiB at least and two at most', () => {
  expect([undefined, 0.25, 2, 4, 8, 64].map((gib) => memoryLimit(gib) / 2 ** 30)).toEqual([1, 1, 1, 1, 2, 2]);
});

test('what is complete is given away as a Blob, whole, also after it was checked', async () => {
  const library = new ModelLibrary(memoryStore(2 * SIZE), pageLocks());
  expect(await library.memoryRoom()).toEqual({ free: 2 * SIZE, used: 0, persistent: false });
  await library.download([file], FAST);
  const kept = await library.find(file);
  expect(await bytesOf(kept?.blob)).toEqual(content);
  expect(await library.memoryRoom()).toMatchObject({ free: SIZE, used: SIZE });
  expect(await library.verify(file)).toEqual({ damaged: 0 });
  expect(await bytesOf(await library.exportFile(await storeKey(file)))).toEqual(content);
  const open = await library.open(await storeKey(file), 'f');
  expect(await open.source.read(CHUNK - 3, 9)).toEqual(content.slice(CHUNK - 3, CHUNK + 6));
  open.release();
  await library.remove(await storeKey(file));
  expect(await library.memoryRoom()).toMatchObject({ used: 0 });
});

test('what is not complete is neither given away nor saved', async () => {
  const library = new ModelLibrary(memoryStore(), pageLocks());
  hub.faults('f', [null], { kind: 'status', status: 404 });
  await expect(library.download([file], FAST)).rejects.toMatchObject({ code: 'network/status' });
  hub.faults('f', []);
  expect(await library.find(file)).not.toHaveProperty('blob');
  await expect(library.exportFile(await storeKey(file))).rejects.toMatchObject({ code: 'storage/read' });
});

test('what memory cannot take is refused before a byte is fetched, with the reason', async () => {
  const library = new ModelLibrary(memoryStore(SIZE - 1), pageLocks());
  const before = hub.ranges('f').length;
  await expect(library.download([file], { ...FAST, room: await library.memoryRoom() })).rejects.toMatchObject(
    { code: 'storage/memory-only', detail: { needed: SIZE, free: SIZE - 1 } },
  );
  await expect(library.importFile(file, new Blob([content]))).rejects.toMatchObject({
    code: 'storage/memory-only',
  });
  expect(hub.ranges('f').length).toBe(before);
});
