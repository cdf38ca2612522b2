// Downloads of Kindling's own tab, found through the folder that a frame was given. The folder is a double: Node has none.
import { expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { findStoredModels, keyOf } from '../../src/client/stored-models.ts';

type Root = Parameters<typeof findStoredModels>[0];
interface Folder {
  readonly [name: string]: Folder | Blob;
}

const missing = (): never => {
  throw new DOMException('not there', 'NotFoundError');
};

/** A folder that can be read, and nothing else. */
const folder = (entries: Folder): Root =>
  ({
    getDirectoryHandle: async (name: string) => {
      const entry = entries[name];
      return entry && !(entry instanceof Blob) ? folder(entry) : missing();
    },
    getFileHandle: async (name: string) => {
      const entry = entries[name];
      return entry instanceof Blob ? { getFile: async () => entry } : missing();
    },
  }) as unknown as Root;

const BYTES = 'GGUF…';
const HASH = 'a'.repeat(64);
const record = (change: object = {}): Blob =>
  new Blob([JSON.stringify({ kindling: 1, bytes: new Blob([BYTES]).size, verified: HASH, ...change })]);

/** What the library leaves of a model, with something else for one of its parts. */
async function kept(model = OPEN_MODELS[0]!, other: Folder | null = null): Promise<Folder> {
  const parts = Object.entries(model.files).map(async ([part, file]) => [
    await keyOf(file),
    other && part === 'codec' ? other : { bytes: new Blob([BYTES]), 'record.json': record() },
  ]);
  return { models: Object.fromEntries(await Promise.all(parts)) as Folder };
}

test('a model of which all files are there and verified comes with the files in it', async () => {
  const [model] = OPEN_MODELS;
  const found = await findStoredModels(folder(await kept()), OPEN_MODELS);
  expect(found.map(({ id }) => id)).toEqual([model?.id]);
  for (const file of Object.values(found[0]!.files)) {
    expect(file).toMatchObject({ sha256: HASH });
    expect(file.stored).toBeTruthy();
    expect(await file.blob?.text()).toBe(BYTES);
  }
});

test.each([
  ['missing', {}],
  ['without a record', { bytes: new Blob([BYTES]) }],
  ['not verified', { bytes: new Blob([BYTES]), 'record.json': record({ verified: null }) }],
  ['cut off', { bytes: new Blob(['GG']), 'record.json': record() }],
  ['with a record that is no JSON', { bytes: new Blob([BYTES]), 'record.json': new Blob(['{']) }],
  ['with a record that is nothing', { bytes: new Blob([BYTES]), 'record.json': new Blob(['null']) }],
] as const)('a model with a file that is %s is not offered', async (_, other) => {
  expect(await findStoredModels(folder(await kept(OPEN_MODELS[0], other)), OPEN_MODELS)).toEqual([]);
});

test('where nothing was ever downloaded there is nothing', async () => {
  expect(await findStoredModels(folder({}), OPEN_MODELS)).toEqual([]);
});
