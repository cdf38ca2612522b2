// The shelf of models on the real library, in memory, against the hub that fails on demand.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import type { Library } from '../../src/client/library.ts';
import { identifyFile } from '../../src/engine/identify-file.ts';
import type { LibraryEvent } from '../../src/protocol/library-api.ts';
import { MODEL_PARTS, type ModelPart, type OpenModel } from '../../src/protocol/open-model.ts';
import { ModelShelf, type ShelfActivity } from '../../src/state/model-shelf.ts';
import { RateMeter } from '../../src/state/rate-meter.ts';
import { blobSource } from '../../src/weights/byte-source.ts';
import { pageLocks } from '../../src/weights/file-locks.ts';
import { memoryStore } from '../../src/weights/memory-store.ts';
import { ModelLibrary } from '../../src/weights/model-library.ts';
import { remoteSource } from '../../src/weights/remote-source.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';

const CHUNK = 4096;
const SIZE = 3 * CHUNK;
const FAST = { chunkBytes: CHUNK, pauseMs: 1, stallMs: 500 };

let hub: HubServer;
let shelf: ModelShelf;
let models: readonly OpenModel[];
let round = 0;

/** What a Worker gives the page, without the Worker. */
function libraryHere(): Library {
  const library = new ModelLibrary(memoryStore(), pageLocks());
  return {
    look: async (files) => ({
      kind: 'memory',
      room: null,
      kept: await library.list(),
      asked: await Promise.all(files.map((file) => library.find(file))),
    }),
    download: (files, options = {}) => library.download(files, { ...FAST, ...options }),
    verify: async (file, { signal, onBytes } = {}) =>
      (await library.verify(file, { ...(signal && { signal }), ...(onBytes && { onProgress: onBytes }) }))
        .damaged,
    importFile: (file, blob, { signal, onBytes } = {}) =>
      library.importFile(file, blob, { ...(signal && { signal }), ...(onBytes && { onProgress: onBytes }) }),
    remove: (key) => library.remove(key),
    exportFile: (key) => library.exportFile(key),
    inspect: async (place) =>
      identifyFile(
        'blob' in place
          ? blobSource(place.blob, place.name)
          : await remoteSource(place.url, { name: place.name }),
      ),
  };
}

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + name.length * 7 + name.charCodeAt(0)) >> 1);

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(() => {
  round++;
  // Two small models that share text encoder and tokenizer, on the hub under their own paths.
  models = OPEN_MODELS.map((model) => ({
    ...model,
    files: Object.fromEntries(
      MODEL_PARTS.map((part) => {
        const shared = part === 'text' || part === 'tokenizer';
        const path = `${round}-${shared ? '' : model.id}${part}`;
        const content = bytesOf(path);
        hub.put(path, content);
        const sha256 = part === 'codec' ? null : createHash('sha256').update(content).digest('hex');
        return [
          part,
          { ...model.files[part], name: path, path, bytes: SIZE, sha256, confirmed: part !== 'codec' },
        ];
      }),
    ) as unknown as OpenModel['files'],
  }));
  shelf = new ModelShelf(libraryHere(), models, { host: hub.url });
});

const [WAN22, WAN21] = OPEN_MODELS.map(({ id }) => id) as [string, string];
const entry = (id: string) => shelf.entries.value.find(({ model }) => model.id === id)!;
const path = (id: string, part: ModelPart): string =>
  models.find((model) => model.id === id)!.files[part].path;

test('before anything is fetched it says how much there is to fetch, and fetches nothing', async () => {
  await shelf.refresh();
  expect(entry(WAN22)).toMatchObject({ bytes: 4 * SIZE, arrived: 0, complete: false, problem: null });
  expect(shelf.manifestOf(WAN22)).toBeNull();
  for (const part of MODEL_PARTS) expect(hub.ranges(path(WAN22, part))).toEqual([]);
});

test('a download shows how far it is, and what is shared is fetched once', async () => {
  await shelf.refresh();
  const seen: ShelfActivity[] = [];
  const arrived: number[] = [];
  const stop = shelf.entries.subscribe(() => {
    seen.push(entry(WAN22).activity);
    arrived.push(entry(WAN22).arrived);
  });
  await shelf.download(WAN22);
  stop();
  expect(arrived).toEqual(arrived.toSorted((a, b) => a - b));
  expect(seen.some((activity) => activity.status === 'downloading' && activity.how === 'verifying')).toBe(
    true,
  );
  expect(entry(WAN22)).toMatchObject({ arrived: 4 * SIZE, complete: true, activity: { status: 'still' } });
  expect(entry(WAN21)).toMatchObject({ arrived: 2 * SIZE, complete: false });
  await shelf.download(WAN21);
  expect(hub.sent(path(WAN22, 'text'))).toBe(SIZE);
  expect(entry(WAN21).complete).toBe(true);
});

test('a complete model becomes a manifest with the hashes that were verified', async () => {
  await shelf.download(WAN22);
  const manifest = shelf.manifestOf(WAN22)!;
  for (const part of MODEL_PARTS) {
    const content = bytesOf(path(WAN22, part));
    expect(manifest.files[part].sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(manifest.files[part].stored).toBe(entry(WAN22).kept[part]?.key);
  }
});

test('a pause keeps what has arrived, and says nothing', async () => {
  const stop = shelf.entries.subscribe(() => {
    if (entry(WAN22).arrived >= 1.5 * SIZE) shelf.pause(WAN22);
  });
  await shelf.download(WAN22);
  stop();
  expect(entry(WAN22)).toMatchObject({ complete: false, problem: null, activity: { status: 'still' } });
  expect(entry(WAN22).arrived).toBeGreaterThanOrEqual(SIZE);
  await shelf.download(WAN22);
  expect(entry(WAN22).complete).toBe(true);
});

test('what fails is shown until it is put away, and trying again goes on', async () => {
  hub.faults(path(WAN22, 'codec'), [], { kind: 'status', status: 404 });
  await shelf.download(WAN22);
  expect(entry(WAN22).problem?.code).toBe('network/status');
  shelf.dismiss(WAN22);
  expect(entry(WAN22).problem).toBeNull();
  hub.faults(path(WAN22, 'codec'), []);
  await shelf.download(WAN22);
  expect(entry(WAN22)).toMatchObject({ complete: true, problem: null });
});

test('a second press while something goes on does nothing', async () => {
  const first = shelf.download(WAN22);
  await shelf.download(WAN22);
  await shelf.verify(WAN22);
  await first;
  expect(hub.sent(path(WAN22, 'transformer'))).toBe(SIZE);
});

test('checking tells how far it is; importing takes a file of one’s own, and refuses another', async () => {
  await shelf.importFile(WAN22, 'transformer', new Blob([bytesOf(path(WAN22, 'transformer'))]));
  expect(entry(WAN22)).toMatchObject({ arrived: SIZE, problem: null });
  await shelf.importFile(WAN22, 'text', new Blob([bytesOf('something else')]));
  expect(entry(WAN22).problem?.code).toBe('model/hash');
  await shelf.download(WAN22);
  expect(hub.ranges(path(WAN22, 'transformer'))).toEqual([]);
  const shares: number[] = [];
  const stop = shelf.entries.subscribe(() => {
    const { activity } = entry(WAN22);
    if (activity.status === 'verifying') shares.push(activity.share);
  });
  await shelf.verify(WAN22);
  stop();
  expect(Math.max(...shares)).toBe(1);
  expect(entry(WAN22)).toMatchObject({ complete: true, problem: null });
});

test('removing a model leaves what another one uses', async () => {
  await shelf.download(WAN22);
  await shelf.download(WAN21);
  await shelf.remove(WAN22);
  expect(entry(WAN22)).toMatchObject({ arrived: 2 * SIZE, complete: false });
  expect(entry(WAN21).complete).toBe(true);
  await shelf.remove(WAN21);
  expect(entry(WAN21).arrived).toBe(0);
  expect(shelf.library.value?.kept).toEqual([]);
});

test('another host is a mirror: what is here is here, from wherever it came', async () => {
  await shelf.download(WAN22);
  const mirror = `${hub.url.replace('localhost', '127.0.0.1')}/`;
  await shelf.setHost(mirror);
  expect(entry(WAN22)).toMatchObject({ arrived: 4 * SIZE, complete: true });
  expect(shelf.strays.value).toEqual([]);
  await shelf.setHost('  ');
  expect(shelf.host.value).toBe('https://huggingface.co');
});

test('files of no model are listed and removed', async () => {
  const library = libraryHere();
  const url = hub.put(`${round}-stray`, bytesOf('stray'));
  await library.download([{ name: 'stray', url, bytes: SIZE, sha256: null, confirmed: true }]);
  const other = new ModelShelf(library, models, { host: hub.url });
  await other.refresh();
  expect(other.strays.value.map(({ name }) => name)).toEqual(['stray']);
  await other.removeStray(other.strays.value[0]!.key);
  expect(other.strays.value).toEqual([]);
});

describe('the rate', () => {
  const meter = (counts: readonly (readonly [at: number, count: number])[]): (number | null)[] => {
    let now = 0;
    const rates = new RateMeter(() => now);
    return counts.map(([at, count]) => {
      now = at;
      return rates.rate(count);
    });
  };

  test('is not told before a second has passed, then over the last seconds', () => {
    expect(
      meter([
        [0, 0],
        [0.5, 10],
        [2, 100],
      ]),
    ).toEqual([null, null, 50]);
    const after = meter([
      [0, 0],
      [5, 500],
      [10, 1000],
      [15, 1000],
      [20, 1000],
      [25, 1000],
    ]).at(-1);
    expect(after).toBe(0); // nothing came for the last ten seconds
  });
});

test('events name the file that they are about', async () => {
  const names = new Set<string>();
  const library = libraryHere();
  const files = MODEL_PARTS.map((part) => ({
    ...models[0]!.files[part],
    url: `${hub.url}/resolve/${path(WAN22, part)}`,
  }));
  await library.download(files, { onEvent: (event: LibraryEvent) => void names.add(event.file.name) });
  expect([...names]).toEqual(MODEL_PARTS.map((part) => path(WAN22, part)));
});
