// GGUF headers, versions 2 and 3 (ggml docs/gguf.md; gguf.cpp). A parser of our own: the published one reads from addresses
// only, takes the zeros beyond the end of a file for content, keeps the last of two tensors with one name, and checks no ranges.
import { AppError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { checkLayout, storedBytes } from './check-layout.ts';
import { HeaderCursor, HeaderGoesOn } from './header-cursor.ts';
import { quoteName, type TensorEntry, type WeightFile } from './tensor-entry.ts';
import { elementCount, ggmlType } from './tensor-type.ts';

const FIRST_READ = 256 * 2 ** 10; // the header of a 30-layer Wan file is about 100 kB
const MAX_HEADER = 64 * 2 ** 20; // the largest in use hold a 260,000-word vocabulary: about 10 MB
const MAX_TENSORS = 65_536;
const MAX_KEYS = 65_536;
const MAX_NAME = 65_535; // bytes; the format's own limit for keys
const MAX_TEXTS = 2 ** 21; // strings in all metadata arrays together; a vocabulary with merges has under a million
const MAX_DIMS = 8; // ggml itself stops at 4
const MAX_ALIGNMENT = 2 ** 16;
const ORIGINAL_SHAPE = 'comfy.gguf.orig_shape.'; // + tensor name; written by ComfyUI-GGUF for tensors stored with fewer axes

const TEXT = 8;
const ARRAY = 9;
const BOOL = 7;
/** Metadata value types by their number; booleans are bytes. */
const NUMBER_ARRAYS = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Uint8Array,
  null,
  null,
  BigUint64Array,
  BigInt64Array,
  Float64Array,
] as const;

/** True if a file that starts with these bytes claims to be GGUF. */
export const isGguf = (start: Uint8Array): boolean =>
  start[0] === 0x47 && start[1] === 0x47 && start[2] === 0x55 && start[3] === 0x46;

/**
 * Reads and checks a GGUF header, at most 64 MiB of it. Shapes are turned to row-major order, and tensors that
 * ComfyUI-GGUF stored with fewer axes get their true shape.
 * @throws {AppError} see `openWeightFile`.
 */
export async function readGgufHeader(source: ByteSource): Promise<WeightFile> {
  let length = Math.min(FIRST_READ, source.bytes);
  for (;;) {
    const bytes = await source.read(0, length);
    try {
      return parseHeader(source, new HeaderCursor(source.name, bytes, source.bytes, MAX_HEADER));
    } catch (error) {
      if (!(error instanceof HeaderGoesOn)) throw error;
      length = Math.min(source.bytes, Math.max(4 * length, error.upTo)); // starting over at most five times
    }
  }
}

function parseHeader(source: ByteSource, cursor: HeaderCursor): WeightFile {
  if (cursor.u32() !== 0x46554747) throw cursor.malformed('it does not start with GGUF');
  const version = cursor.u32();
  if (version !== 2 && version !== 3) {
    throw cursor.malformed(
      version > 0 && version % 65_536 === 0
        ? 'its numbers are big-endian, only little-endian files can be read'
        : `version ${version}, only 2 and 3 can be read`,
    );
  }
  const tensorCount = cursor.count('tensors', MAX_TENSORS, 24);
  const keyCount = cursor.count('metadata keys', MAX_KEYS, 13);
  const metadata = new Map<string, unknown>();
  const texts = { left: MAX_TEXTS };
  for (let i = 0; i < keyCount; i++) {
    const key = cursor.text(MAX_NAME);
    if (metadata.has(key)) throw cursor.malformed(`the metadata key ${quoteName(key)} occurs twice`);
    metadata.set(key, readValue(cursor, cursor.u32(), texts));
  }

  const found: TensorEntry[] = [];
  for (let i = 0; i < tensorCount; i++) found.push(readTensorInfo(cursor, metadata));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (!isAlignment(alignment))
    throw cursor.malformed(`general.alignment is ${String(alignment).slice(0, 40)}`);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, TensorEntry>();
  for (const entry of found) {
    if (tensors.has(entry.name)) throw cursor.malformed(`the tensor ${quoteName(entry.name)} occurs twice`);
    if (entry.offset % alignment !== 0 || !Number.isSafeInteger(dataStart + entry.offset + entry.bytes)) {
      throw new AppError(
        'model/tensor-range',
        `${source.name}: tensor ${quoteName(entry.name)} starts at ${entry.offset}, which is no multiple of ${alignment} inside the file. The file is damaged; download it again.`,
        { detail: { file: source.name, tensor: entry.name, offset: entry.offset, alignment } },
      );
    }
    tensors.set(entry.name, { ...entry, offset: dataStart + entry.offset });
  }
  checkLayout(source, tensors.values());
  return { source, format: 'gguf', tensors, metadata };
}

const isAlignment = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value <= MAX_ALIGNMENT && Number.isInteger(Math.log2(value));

function readValue(cursor: HeaderCursor, type: number, texts: { left: number }): unknown {
  if (type === TEXT) return cursor.text(MAX_HEADER);
  if (type === ARRAY) return readArray(cursor, texts);
  const Numbers = NUMBER_ARRAYS[type];
  if (!Numbers) throw cursor.malformed(`metadata of the unknown type ${type}`);
  const value = new Numbers(cursor.copy(Numbers.BYTES_PER_ELEMENT))[0];
  if (type === BOOL) return value !== 0;
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function readArray(cursor: HeaderCursor, texts: { left: number }): unknown {
  const type = cursor.u32();
  if (type === TEXT) {
    const count = cursor.count('texts in an array', texts.left, 8);
    texts.left -= count;
    const list: string[] = [];
    for (let i = 0; i < count; i++) list.push(cursor.text(MAX_HEADER));
    return list;
  }
  // Arrays of arrays are in the format's description, but llama.cpp, its home, refuses them too.
  const Numbers = NUMBER_ARRAYS[type];
  if (!Numbers) throw cursor.malformed(`an array of the unknown type ${type}`);
  const count = cursor.count('numbers in an array', MAX_HEADER, Numbers.BYTES_PER_ELEMENT);
  return new Numbers(cursor.copy(count * Numbers.BYTES_PER_ELEMENT));
}

/** One tensor with its offset still counted from the start of the data. */
function readTensorInfo(cursor: HeaderCursor, metadata: ReadonlyMap<string, unknown>): TensorEntry {
  const name = cursor.text(MAX_NAME);
  const dims = cursor.u32();
  if (dims > MAX_DIMS) throw cursor.malformed(`tensor ${quoteName(name)} with ${dims} axes`);
  const stored: number[] = [];
  for (let i = 0; i < dims; i++) stored.unshift(cursor.u64()); // the file counts axes from the innermost
  const id = cursor.u32();
  const type = ggmlType(id);
  if (!type) {
    throw new AppError(
      'model/tensor-type',
      `${cursor.file}: tensor ${quoteName(name)} has the type number ${id}, which this app does not know. A Q4_0 or Q8_0 file of the same model works.`,
      { detail: { file: cursor.file, tensor: name, type: id } },
    );
  }
  const bytes = storedBytes(cursor.file, name, stored, type);
  const original = metadata.get(ORIGINAL_SHAPE + name);
  const offset = cursor.u64();
  if (original === undefined) return { name, shape: stored, type, offset, bytes };
  const shape = original instanceof Int32Array ? [...original.subarray(0, MAX_DIMS + 1)] : [];
  if (shape.length > MAX_DIMS || shape.some((d) => d < 0) || elementCount(shape) !== elementCount(stored)) {
    throw cursor.malformed(`${quoteName(ORIGINAL_SHAPE + name)} does not fit the stored shape [${stored}]`);
  }
  return { name, shape, type, offset, bytes };
}
