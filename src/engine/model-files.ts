import { AppError } from '../core/errors.ts';
import { canonicalUmt5Name, umt5Tensors } from '../networks/umt5-encoder.ts';
import { canonicalWanName, wanTensors } from '../networks/wan-transformer.ts';
import type { ManifestFile, ModelManifest } from '../protocol/manifest.ts';
import { type ByteSource, fetchFile } from '../weights/byte-source.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import { openWeightFile } from '../weights/weight-file.ts';
import { codecFacts } from './codec.ts';
import type { WeightOrigin } from './part-weights.ts';
import { openTokenizer, type Tokenizer } from './tokenizer.ts';

/** A model's files, opened and checked: every tensor there, in the expected shape, none left over. */
export interface ModelFiles {
  readonly transformer: WeightOrigin;
  readonly text: WeightOrigin;
  readonly codec: WeightOrigin;
  readonly tokenizer: Tokenizer;
}

/** Gives the bytes of a manifest's file, from wherever they are kept. */
export type FileOpener = (
  file: ManifestFile,
  options: { readonly signal?: AbortSignal; readonly onProgress: (received: number) => void },
) => Promise<ByteSource>;

/** Fetches a file of the app itself: one GET, verified against the manifest while it streams. */
export const fetchModelFile: FileOpener = (file, { signal, onProgress }) =>
  fetchFile(file.url, {
    name: file.name,
    bytes: file.bytes,
    sha256: file.sha256,
    ...(signal ? { signal } : {}),
    onProgress: ({ received }) => onProgress(received),
  });

/**
 * Opens all files of a model and checks that they are what the manifest says.
 * @throws {AppError} `network/…`, `model/…`; rejects with AbortError.
 */
export async function openModelFiles(
  manifest: ModelManifest,
  open: FileOpener,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (received: number, total: number) => void;
  } = {},
): Promise<ModelFiles> {
  const { files } = manifest;
  const all = [files.tokenizer, files.text, files.transformer, files.codec];
  const total = all.reduce((sum, file) => sum + file.bytes, 0);
  const received = new Map<string, number>();
  // One that fails stops the others: nothing goes on loading for a job that cannot be made.
  const siblings = new AbortController();
  const signal = AbortSignal.any([siblings.signal, ...(options.signal ? [options.signal] : [])]);
  const sources = await Promise.all(
    all.map((file) =>
      open(file, {
        signal,
        onProgress: (bytes) => {
          received.set(file.name, bytes);
          let sum = 0;
          for (const value of received.values()) sum += value;
          options.onProgress?.(sum, total);
        },
      }),
    ),
  ).catch((error: unknown) => {
    siblings.abort();
    throw error;
  });
  const [tokenizer, text, transformer, codec] = sources as [ByteSource, ByteSource, ByteSource, ByteSource];
  return {
    tokenizer: openTokenizer(await readText(tokenizer), manifest.textOptions),
    text: await openWeights(text, umt5Tensors(manifest.text), canonicalUmt5Name),
    transformer: await openWeights(transformer, wanTensors(manifest.transformer), canonicalWanName),
    codec: await openWeights(codec, codecFacts(manifest.codec).tensors, (name) => name),
  };
}

async function openWeights(
  source: ByteSource,
  expected: readonly { readonly name: string; readonly shape: readonly number[] }[],
  canonicalName: (name: string) => string,
): Promise<WeightOrigin> {
  const file = await openWeightFile(source);
  const found = checkTensors(file, expected, { canonicalName });
  return { file, names: new Map([...found].map(([canonical, entry]) => [canonical, entry.name])) };
}

async function readText(source: ByteSource): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, source.bytes));
  } catch (cause) {
    throw new AppError(
      'model/tokenizer',
      `${source.name} is not text: the file is damaged. Reload the page to fetch it again.`,
      { cause },
    );
  }
}
