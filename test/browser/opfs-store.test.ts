// The store in a real browser, from two Workers as from two tabs.
import { type Remote, wrap } from 'comlink';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { opfsStore } from '../../src/weights/opfs-store.ts';
import type { OpfsApi } from './opfs.worker.ts';

const workers: Worker[] = [];
const start = (): Remote<OpfsApi> => {
  const worker = new Worker(new URL('./opfs.worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return wrap<OpfsApi>(worker);
};
let tab: Remote<OpfsApi>;

beforeEach(() => {
  tab = start();
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate();
  const root = await navigator.storage.getDirectory();
  for (let i = 0; i < 50; i++) {
    // A terminated Worker's files are let go of a moment later.
    try {
      await root.removeEntry('models', { recursive: true });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});

test('bytes are written in place, read back, cut, and are there for another tab', async () => {
  expect(await tab.openForWriting('file-1')).toBe('open');
  await tab.write('file-1', Uint8Array.of(1, 2, 3, 4), 0);
  await tab.write('file-1', Uint8Array.of(9, 9), 6);
  await tab.write('file-1', Uint8Array.of(7), 1);
  expect(await tab.size('file-1')).toBe(8);
  expect(await tab.readBack('file-1', 0, 8)).toEqual(Uint8Array.of(1, 7, 3, 4, 0, 0, 9, 9));
  expect(await tab.readBack('file-1', 7, 10)).toEqual(Uint8Array.of(9)); // as much as there is
  await tab.truncate('file-1', 3);
  await tab.close('file-1');
  expect(await start().read('file-1', 1, 2)).toEqual(Uint8Array.of(7, 3));
});

test('what is being written by one tab is in use for the other, until it is closed', async () => {
  const other = start();
  await tab.openForWriting('file-1');
  expect(await other.openForWriting('file-1')).toBe('storage/in-use');
  expect(await other.remove('file-1')).toBe('storage/in-use');
  await tab.close('file-1');
  expect(await other.openForWriting('file-1')).toBe('open');
});

test('a tab that is killed while it writes leaves its flushed bytes and lets go of the file', async () => {
  await tab.openForWriting('file-1');
  await tab.write('file-1', Uint8Array.of(5, 6), 0);
  await tab.writeRecord('file-1', { chunks: 1 });
  workers[0]!.terminate();
  const other = start();
  await expect.poll(() => other.openForWriting('file-1')).toBe('open');
  expect(await other.size('file-1')).toBe(2);
  expect(await other.readRecord('file-1')).toEqual({ chunks: 1 });
});

test('records are replaced as a whole; what is not one is nothing', async () => {
  await tab.writeRecord('file-1', { long: 'x'.repeat(10_000) });
  await tab.writeRecord('file-1', { short: 1 });
  expect(await tab.readRecord('file-1')).toEqual({ short: 1 });
  expect(await tab.readRecord('nowhere')).toBeNull();
  expect(await tab.keys()).toEqual(['file-1']);
  await tab.remove('file-1');
  await tab.remove('file-1'); // gone already: nothing happens
  expect(await tab.keys()).toEqual([]);
  expect(await tab.read('file-1', 0, 1)).toBe('storage/read');
});

test('a file of the user’s own is copied in, verified, and held while it is read', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  const sha256 = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  const made = await tab.importFile('weights', new Blob([bytes]), sha256);
  expect(made).toEqual({
    first: [0, 7, 14, 21],
    whileOpen: 'storage/in-use',
    kept: [{ key: sha256, name: 'weights', url: null, bytes: 100_000, arrived: 100_000, verified: sha256 }],
  });
  expect(await start().importFile('weights', new Blob([bytes.subarray(1)]), `${sha256.slice(1)}0`)).toBe(
    'model/hash',
  );
});

test('where there is no file system there is no store', async () => {
  expect(
    await opfsStore({ getDirectory: () => Promise.reject(new DOMException('no', 'SecurityError')) }),
  ).toBeNull();
});
