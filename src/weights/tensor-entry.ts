import type { ByteSource } from './byte-source.ts';
import type { TensorType } from './tensor-type.ts';

/** Where a tensor lies in its file. */
export interface TensorEntry {
  /** The name in the file. */
  readonly name: string;
  /** Row-major, as the reference implementation names it: a linear layer is `[N, K]`, outputs first. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Size as stored. */
  readonly bytes: number;
}

/** An opened weight file: its header has been read and checked, its tensors have not been read. */
export interface WeightFile {
  readonly source: ByteSource;
  readonly format: 'gguf' | 'safetensors';
  /** By name in the file, in the file's order. Every entry lies inside the file and none overlap. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** GGUF: numbers, booleans, strings, typed arrays (64-bit ones hold bigints), string arrays. safetensors: strings. */
  readonly metadata: ReadonlyMap<string, unknown>;
}

/** A name from an untrusted file as it may appear in a message: quoted, escaped, at most 80 characters. */
export const quoteName = (name: string): string =>
  JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
