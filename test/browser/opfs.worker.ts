// The store of the origin's own file system, where it works: in a Worker.
import { expose } from 'comlink';
import { AppError } from '../../src/core/errors.ts';
import { fileLocks } from '../../src/weights/file-locks.ts';
import { ModelLibrary } from '../../src/weights/model-library.ts';
import type { ModelStore, WritableBytes } from '../../src/weights/model-store.ts';
import { opfsStore } from '../../src/weights/opfs-store.ts';

const open = new Map<string, WritableBytes>();
const store = async (): Promise<ModelStore> => {
  const found = await opfsStore();
  if (!found) throw new Error('there is no origin private file system here');
  return found;
};
/** What happened, as plain data: errors by their code. */
const coded = async <T>(work: () => Promise<T>): Promise<T | string> => {
  try {
    return await work();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

const api = {
  keys: async () => (await store()).keys(),
  writeRecord: (key: string, record: unknown) => coded(async () => (await store()).writeRecord(key, record)),
  readRecord: async (key: string) => (await store()).readRecord(key),
  openForWriting: (key: string) =>
    coded(async () => {
      open.set(key, await (await store()).openForWriting(key));
      return 'open';
    }),
  write: (key: string, bytes: Uint8Array, at: number) => open.get(key)!.write(bytes, at),
  size: (key: string) => open.get(key)!.size(),
  readBack: (key: string, at: number, length: number) => open.get(key)!.read(at, length),
  truncate: (key: string, bytes: number) => open.get(key)!.truncate(bytes),
  close(key: string) {
    open.get(key)!.flush();
    open.get(key)!.close();
  },
  read: (key: string, at: number, length: number) =>
    coded(async () => (await (await store()).open(key, 'file')).read(at, length)),
  remove: (key: string) => coded(async () => (await store()).remove(key)),
  importFile: (name: string, blob: Blob, sha256: string) =>
    coded(async () => {
      const library = new ModelLibrary(await store(), fileLocks());
      await library.importFile({ name, url: '', bytes: blob.size, sha256, confirmed: true }, blob);
      const opened = await library.open(sha256, name);
      const whileOpen = await coded(() => library.remove(sha256));
      const first = await opened.source.read(0, 4);
      opened.release();
      return { first: Array.from(first), whileOpen, kept: await library.list() };
    }),
};

export type OpfsApi = typeof api;
expose(api);
