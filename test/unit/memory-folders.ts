// The origin private file system as far as folders of small files need it, for tests without a browser.
import type { openFolderFiles } from '../../src/films/folder-files.ts';

type Storage = NonNullable<Parameters<typeof openFolderFiles>[1]>;
type Handle = Awaited<ReturnType<Storage['getDirectory']>>;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, File>;
}

const newFolder = (): Folder => ({ folders: new Map(), files: new Map() });
const gone = (): DOMException => new DOMException('there is none', 'NotFoundError');

/** A disk in memory, in place of `navigator.storage`. @param quota bytes that it holds; may be changed. */
export function memoryFolders(quota = 1e9) {
  const root = newFolder();
  let clock = Date.now();
  const used = (folder: Folder): number =>
    [...folder.files.values()].reduce((sum, { size }) => sum + size, 0) +
    [...folder.folders.values()].reduce((sum, inner) => sum + used(inner), 0);
  const fileHandle = (folder: Folder, name: string) => ({
    kind: 'file' as const,
    getFile: async () => folder.files.get(name) ?? Promise.reject(gone()),
    async createWritable() {
      const parts: (string | Blob | Uint8Array<ArrayBuffer>)[] = [];
      return {
        write: async (part: string | Blob | Uint8Array<ArrayBuffer>) => void parts.push(part),
        abort: async () => {},
        async close() {
          const file = new File(parts, name, { lastModified: clock });
          const replaced = folder.files.get(name)?.size ?? 0;
          if (used(root) - replaced + file.size > quota)
            throw new DOMException('there is no room', 'QuotaExceededError');
          folder.files.set(name, file);
        },
      };
    },
  });
  const folderHandle = (folder: Folder): Handle => {
    const handle = {
      kind: 'directory' as const,
      async getDirectoryHandle(name: string, { create = false } = {}) {
        if (create && !folder.folders.has(name)) folder.folders.set(name, newFolder());
        const found = folder.folders.get(name);
        if (!found) throw gone();
        return folderHandle(found);
      },
      async getFileHandle(name: string, { create = false } = {}) {
        if (!create && !folder.files.has(name)) throw gone();
        return fileHandle(folder, name);
      },
      async removeEntry(name: string) {
        if (!folder.folders.delete(name) && !folder.files.delete(name)) throw gone();
      },
      async *entries() {
        for (const [name, inner] of [...folder.folders]) yield [name, folderHandle(inner)] as const;
        for (const name of [...folder.files.keys()]) yield [name, fileHandle(folder, name)] as const;
      },
      async *values() {
        for await (const [, one] of handle.entries()) yield one;
      },
    };
    return handle as unknown as Handle;
  };
  return {
    getDirectory: async () => folderHandle(root),
    estimate: async () => ({ quota, usage: used(root) }),
    /** From now on it holds so many bytes. */
    holds: (bytes: number) => {
      quota = bytes;
    },
    /** What is written from now on is a second newer. */
    later: () => {
      clock += 1000;
    },
    /** Names of the folders of a folder. */
    names: async (name: string) => [...(root.folders.get(name)?.folders.keys() ?? [])],
    /** Empties a folder. */
    reset: async (name: string) => void root.folders.set(name, newFolder()),
  };
}
