// safetensors headers (huggingface/safetensors README, "Format"): 8 bytes of length, JSON, data.
import { AppError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { checkLayout, storedBytes } from './check-layout.ts';
import { checkFlatJson } from './flat-json.ts';
import { quoteName, type TensorEntry, type WeightFile } from './tensor-entry.ts';
import { plainType } from './tensor-type.ts';

const MAX_HEADER = 32 * 2 ** 20; // a Wan 14B file needs 0.2 MB; the reference implementation stops at 100 MB
const MAX_DIMS = 8;

/** True if a file that starts with these 16 bytes can be safetensors: a length, then the start of a JSON object. */
export const isSafetensors = (start: Uint8Array): boolean =>
  start.length >= 10 && start[8] === 0x7b && start[6] === 0 && start[7] === 0;

/**
 * Reads and checks a safetensors header, at most 32 MiB of it.
 * @throws {AppError} see `openWeightFile`.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<WeightFile> {
  const lengthBytes = await source.read(0, 8);
  const length = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0, true));
  const malformed = (what: string): AppError =>
    new AppError(
      'model/format',
      `${source.name}: the header is not valid: ${what}. The file is damaged or of another kind; download it again.`,
      { detail: { file: source.name } },
    );
  if (8 + length > source.bytes) {
    throw new AppError(
      'model/truncated',
      `${source.name} ends at byte ${source.bytes}, inside its header, which goes on to ${8 + length}. The download was cut short; download it again.`,
      { detail: { file: source.name, bytes: source.bytes, end: 8 + length } },
    );
  }
  if (length > MAX_HEADER) throw malformed(`it has ${length} bytes, at most ${MAX_HEADER} are accepted`);

  const header = parseJson(await source.read(8, length), malformed);
  const metadata = new Map<string, unknown>();
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (!isObject(value)) throw malformed(`${quoteName(name)} is not an object`);
    if (name !== '__metadata__') {
      tensors.set(name, readEntry(source, 8 + length, name, value, malformed));
      continue;
    }
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string') throw malformed(`the metadata ${quoteName(key)} is not a text`);
      metadata.set(key, text);
    }
  }
  checkLayout(source, tensors.values());
  return { source, format: 'safetensors', tensors, metadata };
}

function parseJson(bytes: Uint8Array, malformed: (what: string) => AppError): object {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
  const problem = checkFlatJson(text);
  if (problem) throw malformed(problem);
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // said below
  }
  throw malformed('it is not a JSON object');
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function readEntry(
  source: ByteSource,
  dataStart: number,
  name: string,
  value: object,
  malformed: (what: string) => AppError,
): TensorEntry {
  const { dtype, shape, data_offsets: range } = value as Record<string, unknown>;
  const type = plainType(dtype);
  if (!type) {
    if (typeof dtype !== 'string') throw malformed(`tensor ${quoteName(name)} has no dtype`);
    throw new AppError(
      'model/tensor-type',
      `${source.name}: tensor ${quoteName(name)} has the type ${quoteName(dtype)}, which this app does not know. An F16 or BF16 file of the same model works.`,
      { detail: { file: source.name, tensor: name, type: dtype } },
    );
  }
  if (!isCounts(shape) || shape.length > MAX_DIMS) throw malformed(`tensor ${quoteName(name)} has no shape`);
  if (!isCounts(range) || range.length !== 2)
    throw malformed(`tensor ${quoteName(name)} has no data_offsets`);
  const bytes = storedBytes(source.name, name, shape, type);
  const [begin, end] = range as [number, number];
  if (end - begin !== bytes || !Number.isSafeInteger(dataStart + end)) {
    throw new AppError(
      'model/tensor-range',
      `${source.name}: tensor ${quoteName(name)} of shape [${shape}] and type ${type} takes ${bytes} bytes, but its data_offsets are ${begin} to ${end}. The file is damaged; download it again.`,
      { detail: { file: source.name, tensor: name, begin, end, bytes } },
    );
  }
  return { name, shape, type, offset: dataStart + begin, bytes };
}
