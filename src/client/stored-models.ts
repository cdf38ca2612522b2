// The visitor's own downloads, seen from a frame that was given the storage of Kindling's own tab.
import type { ManifestFile, ModelManifest } from '../protocol/manifest.ts';
import {
  type HubFile,
  MODEL_PARTS,
  type ModelPart,
  type OpenModel,
  openManifest,
} from '../protocol/open-model.ts';

/** Where the library keeps its files (`weights/opfs-store.ts`, which pages cannot import; a test compares both). */
const FOLDER = 'models';

interface KeptPart {
  readonly key: string;
  readonly sha256: string;
  readonly blob: Blob;
}

/** The key of a file in the store: as `weights/model-store.ts` makes it. */
export async function keyOf({ sha256, repository, revision, path }: HubFile): Promise<string> {
  if (sha256) return sha256.toLowerCase();
  const id = new TextEncoder().encode(`${repository}/${revision}/${path}`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', id), 0, 16);
  return `url-${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The models of a list whose files are all there and were verified. Nothing is read but their records.
 * @param root of the storage.
 * @returns manifests with the files themselves in them: a Worker cannot look into that storage. Never rejects.
 */
export async function findStoredModels(
  root: FileSystemDirectoryHandle,
  models: readonly OpenModel[],
): Promise<readonly ModelManifest[]> {
  try {
    const folder = await root.getDirectoryHandle(FOLDER);
    const found = await Promise.all(models.map((model) => manifestFrom(folder, model)));
    return found.filter((manifest) => manifest !== null);
  } catch {
    return []; // nothing was ever downloaded there
  }
}

async function manifestFrom(
  folder: FileSystemDirectoryHandle,
  model: OpenModel,
): Promise<ModelManifest | null> {
  try {
    const parts = await Promise.all(MODEL_PARTS.map((part) => keptPart(folder, model.files[part])));
    const kept = Object.fromEntries(MODEL_PARTS.map((part, i) => [part, parts[i]])) as Record<
      ModelPart,
      KeptPart
    >;
    const manifest = openManifest(model, kept);
    const withBytes = (part: ModelPart): ManifestFile => ({ ...manifest.files[part], blob: kept[part].blob });
    return {
      ...manifest,
      files: {
        transformer: withBytes('transformer'),
        text: withBytes('text'),
        codec: withBytes('codec'),
        tokenizer: withBytes('tokenizer'),
      },
    };
  } catch {
    return null; // a file of it is not there, or not whole
  }
}

async function keptPart(folder: FileSystemDirectoryHandle, file: HubFile): Promise<KeptPart> {
  const key = await keyOf(file);
  const place = await folder.getDirectoryHandle(key);
  const record: unknown = JSON.parse(
    await (await (await place.getFileHandle('record.json')).getFile()).text(),
  );
  const { verified, bytes } = Object(record) as { readonly verified?: unknown; readonly bytes?: unknown };
  const blob = await (await place.getFileHandle('bytes')).getFile();
  if (typeof verified !== 'string' || blob.size !== bytes) throw new Error(`${file.name} is not whole`);
  return { key, sha256: verified, blob };
}
