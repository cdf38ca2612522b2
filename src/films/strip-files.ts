// Where the strips of segments are kept, beside the segments: one small picture file each. What is lost is drawn again from a film.
import { openFolderFiles } from './folder-files.ts';

/** Most strips that are kept; a strip is some 20 kB. */
const MOST_STRIPS = 256;

/** The strips that are kept on this device. Names are 1 to 80 characters of `a-z 0-9 . -`. */
export interface StripFiles {
  names(): Promise<readonly string[]>;
  /** A copy in memory; null if there is none. */
  read(name: string): Promise<Blob | null>;
  /** Keeps a strip, and lets the oldest go if there are too many. Rejects with what the platform threw. */
  keep(name: string, strip: Blob): Promise<void>;
}

/**
 * Opens the strips.
 * @param path of the folder in which `folder` holds them. @param most the oldest beyond them are let go.
 * @returns null where nothing can be kept.
 */
export async function openStripFiles(
  path: string,
  folder: string,
  most = MOST_STRIPS,
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<StripFiles | null> {
  const all = await openFolderFiles(path, storage);
  if (!all) return null;
  return {
    names: async () => (await all.files(folder)).map(({ name }) => name),
    // A copy: the file becomes unreadable when the folder is cleared.
    read: async (name) => {
      const file = await all.read(folder, name);
      return file && file.size > 0 ? new Blob([await file.arrayBuffer()], { type: file.type }) : null;
    },
    async keep(name, strip) {
      await all.write(folder, name, strip);
      const kept = [...(await all.files(folder))].sort((a, b) => a.lastModified - b.lastModified);
      for (const old of kept.slice(0, Math.max(0, kept.length - most))) await all.remove(folder, old.name);
    },
  };
}
