// Which part of a model a file is: told by the names and shapes of its tensors, never by what the file is called.
import { AppError } from '../core/errors.ts';
import type { TinyAutoencoderConfig, Umt5Config, WanConfig } from '../core/model-config.ts';
import type { NamedShape } from '../networks/conv-writer.ts';
import { tinyAutoencoderTensors } from '../networks/tiny-autoencoder.ts';
import { canonicalUmt5Name, umt5Tensors } from '../networks/umt5-encoder.ts';
import { canonicalWanName, wanTensors } from '../networks/wan-transformer.ts';
import type { ConfigFacts, FoundPart, LookedAtFile } from '../protocol/own-model.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import { dequantizerOf, READABLE_TYPES } from '../weights/dequantize.ts';
import { openWeightFile, type WeightFile } from '../weights/weight-file.ts';

const HEAD_DIM = 128; // of every published Wan
const EPS = 1e-6; // of every published Wan and umT5
const MAX_DISTANCE = 128; // of every published umT5
const LARGEST_CONFIG = 2 ** 20; // bytes; configurations have a few kilobytes, tokenizers megabytes
const BEGINNING = 16 * 1024; // bytes of a large JSON file that tell what it is

/**
 * Reads the beginning of a file and says which part of a model it is, with the shape of its network. A weight file passes only if it
 * holds every tensor of such a network, each in a type that can be read, and nothing else.
 * @throws {AppError} `model/unsupported` naming the file and the reason, and those of the source; rejects with AbortError.
 */
export async function identifyFile(source: ByteSource): Promise<LookedAtFile> {
  const { name, bytes } = source;
  const start = new TextDecoder('latin1').decode(await source.read(0, Math.min(16, bytes)));
  if (/^\s*\{\s*["\n]/.test(start)) return { name, bytes, format: 'json', found: await identifyJson(source) };
  let file: WeightFile;
  try {
    file = await openWeightFile(source);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('model/'))
      throw unsupported(name, error.message, error);
    throw error;
  }
  return { name, bytes, format: file.format, found: identifyWeights(file) };
}

function identifyWeights(file: WeightFile): FoundPart {
  const { name } = file.source;
  if (/-\d{5}-of-(?!00001)\d{5}/.test(name))
    throw unsupported(
      name,
      'it is one of several pieces. Choose a file that holds the whole, such as a GGUF',
    );
  const { transformer, text, codec } = shapesOf(file);
  if (transformer.has('patch_embedding.weight') && transformer.has('blocks.0.self_attn.q.weight')) {
    const config = wanConfig(transformer, name);
    check(file, wanTensors(config), canonicalWanName);
    return { part: 'transformer', config };
  }
  if (text.has('token_embd.weight') && text.has('enc.blk.0.attn_q.weight')) {
    const config = umt5Config(text, name);
    check(file, umt5Tensors(config), canonicalUmt5Name);
    return { part: 'text', config };
  }
  if (codec.has('decoder.1.weight') && codec.has('encoder.0.weight')) {
    const config = autoencoderConfig(codec, name);
    check(file, tinyAutoencoderTensors(config), (tensor) => tensor);
    return { part: 'codec', config };
  }
  throw unsupported(name, strangerOf(file));
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Shapes by canonical name, as each kind of part would be named. */
function shapesOf(file: WeightFile): Record<'transformer' | 'text' | 'codec', Shapes> {
  const all = [...file.tensors.values()];
  const by = (canonical: (name: string) => string): Shapes =>
    new Map(all.map(({ name, shape }) => [canonical(name), shape]));
  return { transformer: by(canonicalWanName), text: by(canonicalUmt5Name), codec: by((name) => name) };
}

/** Numbers of a matrix's axis; a tensor that is not there is said by name. */
function axis(shapes: Shapes, file: string, tensor: string, index: number): number {
  const size = shapes.get(tensor)?.at(index);
  if (size === undefined)
    throw unsupported(file, `it lacks the tensor “${tensor}”, or that has another shape`);
  return size;
}

/** How many layers there are, by the names that number them. */
function layersOf(shapes: Shapes, pattern: RegExp): number {
  let layers = 0;
  for (const name of shapes.keys()) layers = Math.max(layers, Number(pattern.exec(name)?.[1] ?? -1) + 1);
  return layers;
}

function wanConfig(shapes: Shapes, file: string): WanConfig {
  const at = (tensor: string, index: number): number => axis(shapes, file, tensor, index);
  const embedding = shapes.get('patch_embedding.weight') ?? [];
  const dim = at('patch_embedding.weight', 0);
  if (embedding.length !== 5)
    throw unsupported(file, `its patch embedding has ${embedding.length} axes instead of 5`);
  const [, inputs = 0, t = 1, y = 1, x = 1] = embedding;
  const channels = at('head.head.weight', 0) / (t * y * x);
  if (inputs !== channels) {
    throw unsupported(
      file,
      `it is a transformer with ${inputs} channels in and ${channels} out, which takes pictures in a way that this app does not have (Wan 2.1 picture models, VACE). Text models of Wan 2.1 and the 5B of Wan 2.2 work`,
    );
  }
  return {
    dim,
    ffnDim: at('blocks.0.ffn.0.weight', 0),
    layers: layersOf(shapes, /^blocks\.(\d+)\./),
    heads: dim % HEAD_DIM === 0 ? dim / HEAD_DIM : 0,
    channels,
    patch: [t, y, x],
    freqDim: at('time_embedding.0.weight', 1),
    textDim: at('text_embedding.0.weight', 1),
    eps: EPS,
  };
}

function umt5Config(shapes: Shapes, file: string): Umt5Config {
  const at = (tensor: string, index: number): number => axis(shapes, file, tensor, index);
  const layers = layersOf(shapes, /^enc\.blk\.(\d+)\./);
  if (layers > 1 && !shapes.has('enc.blk.1.attn_rel_b.weight'))
    throw unsupported(
      file,
      'it is a T5 encoder, and Wan reads with umT5, which has relative positions in every layer',
    );
  const heads = at('enc.blk.0.attn_rel_b.weight', 1);
  const width = at('enc.blk.0.attn_q.weight', 0);
  if (width % heads !== 0) throw unsupported(file, `${width} numbers cannot be shared by ${heads} heads`);
  return {
    vocab: at('token_embd.weight', 0),
    dim: at('token_embd.weight', 1),
    ffnDim: at('enc.blk.0.ffn_gate.weight', 0),
    layers,
    heads,
    headDim: width / heads,
    buckets: at('enc.blk.0.attn_rel_b.weight', 0),
    maxDistance: MAX_DISTANCE,
    eps: EPS,
  };
}

/** The layers of a tiny autoencoder are numbered by their place; where they are follows from how many stages there are: three. */
function autoencoderConfig(shapes: Shapes, file: string): TinyAutoencoderConfig {
  const at = (tensor: string, index: number): number => axis(shapes, file, tensor, index);
  const STAGES = [0, 1, 2] as const;
  const width = at('encoder.0.weight', 0);
  const widths = STAGES.map((stage) => at(`decoder.${3 + 6 * stage}.conv.0.weight`, 0));
  const config = {
    channels: at('decoder.1.weight', 1),
    patch: Math.sqrt(at('encoder.0.weight', 1) / 3),
    width,
    pools: STAGES.map((stage) => at(`encoder.${2 + 5 * stage}.conv.weight`, 1) / width),
    widths,
    grows: STAGES.map((stage) => at(`decoder.${7 + 6 * stage}.conv.weight`, 0) / widths[stage]!),
    lastWidth: at('decoder.22.weight', 1),
  };
  const numbers = [config.patch, ...config.pools, ...config.grows];
  if (!numbers.every((n) => Number.isInteger(n) && n > 0))
    throw unsupported(file, 'its layers do not fit together');
  return config;
}

/** @throws {AppError} `model/unsupported` for tensors that are missing, left over, misshapen or in a type that cannot be read. */
function check(
  file: WeightFile,
  expected: readonly NamedShape[],
  canonicalName: (name: string) => string,
): void {
  const { name } = file.source;
  try {
    checkTensors(file, expected, { canonicalName });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw unsupported(name, error.message, error);
  }
  for (const { type } of file.tensors.values()) {
    if (dequantizerOf(type)) continue;
    throw unsupported(
      name,
      `its numbers are stored as ${type}. These can be read: ${READABLE_TYPES.join(', ')}`,
    );
  }
}

/** What a weight file is that is no part of a model here. */
function strangerOf(file: WeightFile): string {
  const names = [...file.tensors.keys()];
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/(lora_[abAB]|lora_up|lora_down)\b/)) return 'it is a LoRA, and those cannot be used yet';
  if (has(/^(encoder|decoder)\.(conv1|conv_in|middle|mid_block)\b/))
    return 'it is a full video autoencoder. Choose a tiny one: taew2_1 for Wan 2.1, taew2_2 for Wan 2.2 5B';
  if (has(/^(transformer_blocks|double_blocks|single_blocks)\./))
    return 'it is a transformer of another family than Wan';
  return `it is none of the parts of a Wan model; its first tensor is called “${(names[0] ?? 'nothing').slice(0, 80)}”`;
}

async function identifyJson(source: ByteSource): Promise<FoundPart> {
  const { name, bytes } = source;
  if (bytes > LARGEST_CONFIG) {
    const beginning = new TextDecoder().decode(await source.read(0, BEGINNING));
    if (isTokenizer(beginning)) return { part: 'tokenizer' };
    throw unsupported(name, 'it is neither a tokenizer.json nor a config.json');
  }
  const text = new TextDecoder().decode(await source.read(0, bytes));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unsupported(name, 'it is not valid JSON', cause);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  if (isTokenizer(text) && typeof fields.model === 'object') return { part: 'tokenizer' };
  const facts = configFacts(fields);
  if (facts) return { part: 'config', facts };
  throw unsupported(
    name,
    'weight_map' in fields
      ? 'it lists the pieces of a file that was cut. Choose a file that holds the whole, such as a GGUF'
      : 'it is neither a tokenizer.json nor the config.json of a Wan transformer or a umT5 encoder',
  );
}

/** The tokenizers library writes its version first, then what is cut and added, then the model. */
const isTokenizer = (beginning: string): boolean =>
  /^\s*\{\s*"version"/.test(beginning) && beginning.includes('"added_tokens"');

function configFacts(fields: Readonly<Record<string, unknown>>): ConfigFacts | null {
  const count = (...names: string[]): number | null => {
    const value = names.map((name) => fields[name]).find((found) => found !== undefined);
    return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null;
  };
  if (/^Wan\w*Model/.test(String(fields._class_name ?? '')))
    return { of: 'transformer', heads: count('num_attention_heads', 'num_heads'), maxDistance: null };
  if (fields.model_type === 'umt5')
    return { of: 'text', heads: count('num_heads'), maxDistance: count('relative_attention_max_distance') };
  return null;
}

function unsupported(name: string, why: string, cause?: unknown): AppError {
  // What was found out elsewhere begins with the file's name, too: once is enough.
  const reason = why.replace(`${name}: `, '').replace(`${name} `, 'it ').replace(/\.$/, '');
  return new AppError('model/unsupported', `${name} cannot be used here: ${reason}.`, {
    detail: { file: name, ...(cause instanceof AppError && { reason: cause.code }) },
    ...(cause === undefined ? {} : { cause }),
  });
}
