// Models that a visitor puts together from files of his own choice: what was found in each file, and what is remembered of it.
import type { TinyAutoencoderConfig, Umt5Config, WanConfig } from '../core/model-config.ts';

/** What a file turned out to be, read from its own header. */
export type FoundPart =
  | {
      readonly part: 'transformer';
      /** `heads` is 0 where the header does not tell: the shapes are the same for any number of them. */
      readonly config: WanConfig;
    }
  | { readonly part: 'text'; readonly config: Umt5Config }
  | { readonly part: 'codec'; readonly config: TinyAutoencoderConfig }
  | { readonly part: 'tokenizer' }
  /** The `config.json` that publishers put beside a file: it tells what shapes do not. */
  | { readonly part: 'config'; readonly facts: ConfigFacts };

/** What a `config.json` says that a header does not; null for what it does not say either. */
export interface ConfigFacts {
  readonly of: 'transformer' | 'text';
  readonly heads: number | null;
  readonly maxDistance: number | null;
}

/** A file that was looked at. */
export interface LookedAtFile {
  readonly name: string;
  /** Size in bytes. */
  readonly bytes: number;
  readonly format: 'gguf' | 'safetensors' | 'json';
  readonly found: FoundPart;
}

/** Where a file to be looked at is. */
export type FilePlace =
  | { readonly name: string; readonly url: string }
  | { readonly name: string; readonly blob: Blob };

/** A file of a visitor's own model, as it is remembered. */
export interface OwnFile {
  readonly name: string;
  readonly bytes: number;
  readonly format: LookedAtFile['format'];
  /** Where it is fetched from; null for a file that was chosen from the disk. */
  readonly address: string | null;
  /** Names it in the store. */
  readonly id: string;
}

/** How a model is to be sampled, which no file tells: in many steps with guidance, or in the three it was distilled to. */
export const OWN_SAMPLINGS = ['many', 'few'] as const;

/** One of {@link OWN_SAMPLINGS}. */
export type OwnSampling = (typeof OWN_SAMPLINGS)[number];

/** A visitor's own model, as it is remembered. A part that is null is the catalogue's. */
export interface OwnModel {
  readonly name: string;
  readonly sampling: OwnSampling;
  readonly transformer: OwnFile & { readonly config: WanConfig };
  readonly text: (OwnFile & { readonly config: Umt5Config }) | null;
  readonly codec: (OwnFile & { readonly config: TinyAutoencoderConfig }) | null;
  readonly tokenizer: OwnFile | null;
}

/** Reads what was remembered; null for anything that is not a whole model. */
export function parseOwnModel(value: unknown): OwnModel | null {
  if (!isObject(value)) return null;
  const { name, sampling } = value;
  const transformer = parseFile(value.transformer, parseWan);
  const text = parseFile(value.text, parseUmt5);
  const codec = parseFile(value.codec, parseAutoencoder);
  const tokenizer = parseFile(value.tokenizer, () => ({}));
  if (typeof name !== 'string' || !OWN_SAMPLINGS.some((known) => known === sampling) || !transformer)
    return null;
  // A part that was the visitor's own and cannot be read is not the catalogue's.
  const lost =
    (value.text !== null && !text) ||
    (value.codec !== null && !codec) ||
    (value.tokenizer !== null && !tokenizer);
  if (lost) return null;
  const own = ({ config: _, ...file }: OwnFile & { readonly config: object }): OwnFile => file;
  return {
    name,
    sampling: sampling as OwnSampling,
    transformer,
    text,
    codec,
    tokenizer: tokenizer && own(tokenizer),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Counts of a network: positive, and small enough to be calculated with. */
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 2 ** 20;

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.length <= 8 && value.every(isCount);

function parseFile<Config>(
  value: unknown,
  parseConfig: (fields: Fields) => Config | null,
): (OwnFile & { readonly config: Config }) | null {
  if (!isObject(value)) return null;
  const { name, bytes, format, address, id } = value;
  if (typeof name !== 'string' || typeof id !== 'string' || id === '') return null;
  if (!Number.isSafeInteger(bytes) || (bytes as number) <= 0) return null;
  if (format !== 'gguf' && format !== 'safetensors' && format !== 'json') return null;
  if (address !== null && !(typeof address === 'string' && /^https?:\/\//.test(address))) return null;
  const config = parseConfig(isObject(value.config) ? value.config : {});
  return config && { name, bytes: bytes as number, format, address, id, config };
}

/** The named counts, or null if one is not there. */
function counts<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Readonly<Record<Name, number>> | null {
  if (!names.every((name) => isCount(fields[name]))) return null;
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Record<Name, number>;
}

const isEps = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1;

function parseWan(fields: Fields): WanConfig | null {
  const numbers = counts(fields, ['dim', 'ffnDim', 'layers', 'heads', 'channels', 'freqDim', 'textDim']);
  const { patch, eps } = fields;
  if (!numbers || !isCounts(patch) || patch.length !== 3 || !isEps(eps)) return null;
  return { ...numbers, patch: [patch[0]!, patch[1]!, patch[2]!], eps };
}

function parseUmt5(fields: Fields): Umt5Config | null {
  const numbers = counts(fields, [
    'vocab',
    'dim',
    'ffnDim',
    'layers',
    'heads',
    'headDim',
    'buckets',
    'maxDistance',
  ]);
  return numbers && isEps(fields.eps) ? { ...numbers, eps: fields.eps } : null;
}

function parseAutoencoder(fields: Fields): TinyAutoencoderConfig | null {
  const numbers = counts(fields, ['channels', 'patch', 'width', 'lastWidth']);
  const { pools, widths, grows } = fields;
  if (!numbers || !isCounts(pools) || !isCounts(widths) || !isCounts(grows)) return null;
  return widths.length === grows.length ? { ...numbers, pools, widths, grows } : null;
}
