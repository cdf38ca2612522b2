// Published models: files on a hub that a visitor may download, and how they become a manifest that the engine takes.
import type { ManifestFile, ModelManifest } from './manifest.ts';

/** Parts of a model, each one file. */
export const MODEL_PARTS = ['transformer', 'text', 'codec', 'tokenizer'] as const;

/** One of {@link MODEL_PARTS}. */
export type ModelPart = (typeof MODEL_PARTS)[number];

/** A file on a hub. */
export interface HubFile {
  /** For people. */
  readonly name: string;
  /** `owner/repository`. */
  readonly repository: string;
  /** A commit; a branch only where no commit is known, because branches move. */
  readonly revision: string;
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal; null if nobody published one that we know. */
  readonly sha256: string | null;
  /** Whether size and hash were read from the hub by somebody who wrote both down. If not, what the server says is believed. */
  readonly confirmed: boolean;
  readonly format: 'gguf' | 'safetensors' | 'json';
  readonly licence: { readonly name: string; readonly url: string };
  /** A file of the visitor's own choice: where it is and what names it in the store, instead of repository, revision and path. */
  readonly own?: {
    /** Null for a file that was chosen from the disk: it can only be chosen again. */
    readonly address: string | null;
    readonly id: string;
  };
}

/** A published model on offer. */
export interface OpenModel extends Omit<ModelManifest, 'files'> {
  readonly files: Readonly<Record<ModelPart, HubFile>>;
  /** The visitor put it together: it goes from the list when it is deleted. */
  readonly own?: true;
  /** Languages that its text encoder reads. */
  readonly languages: readonly ('en' | 'zh')[];
}

/** Where files come from unless a mirror is set. */
export const HUB = 'https://huggingface.co';

/**
 * The address of a file.
 * @param host a hub or a mirror of one, such as {@link HUB}; a `/` at its end does not matter.
 */
export function hubAddress(
  file: Pick<HubFile, 'repository' | 'revision' | 'path'>,
  host: string = HUB,
): string {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return `${host.replace(/\/+$/, '')}/${file.repository}/resolve/${encodeURIComponent(file.revision)}/${path}`;
}

/** The address that a file is fetched from; empty for a file of the visitor's disk. What is on the hub comes from its mirror, too. */
export function fileAddress(file: HubFile, host: string): string {
  if (!file.own) return hubAddress(file, host);
  const address = file.own.address ?? '';
  return address.startsWith(`${HUB}/`) ? host.replace(/\/+$/, '') + address.slice(HUB.length) : address;
}

/**
 * The manifest of a model whose files are stored.
 * @param kept where each file is in the store, and its SHA-256 as it was verified.
 */
export function openManifest(
  model: OpenModel,
  kept: Readonly<
    Record<ModelPart, { readonly key: string; readonly sha256: string; readonly blob?: Blob | undefined }>
  >,
  host: string = HUB,
): ModelManifest {
  const file = (part: ModelPart): ManifestFile => {
    const { name, bytes } = model.files[part];
    const { key, sha256, blob } = kept[part];
    const url = fileAddress(model.files[part], host);
    return { name, url, bytes, sha256, stored: key, ...(blob && { blob }) };
  };
  const { languages: _, own: __, ...rest } = model;
  return {
    ...rest,
    files: {
      transformer: file('transformer'),
      text: file('text'),
      codec: file('codec'),
      tokenizer: file('tokenizer'),
    },
  };
}
