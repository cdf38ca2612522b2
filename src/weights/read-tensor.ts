import { AppError } from '../core/errors.ts';
import { type Dequantize, dequantizerOf, READABLE_TYPES } from './dequantize.ts';
import { floatsToHalves } from './half.ts';
import { PACKED_BLOCK, quantizeQ4, quantizeQ8, repackQ4_0, repackQ8_0 } from './pack-blocks.ts';
import { quoteName, type TensorEntry, type WeightFile } from './tensor-entry.ts';
import { blockLayout, elementCount } from './tensor-type.ts';

const SLICE_BYTES = 8 * 2 ** 20; // of the file at a time: enough to hide the cost of a read, small beside the heap
const PIECE = 65_536; // floats between unpacking and packing: 256 kB stay in the processor's cache; a multiple of every block size

/** How a tensor is wanted: plain, as half-precision bits, or packed for MatMulNBits in blocks of 32. */
export type PackedFormat = 'float32' | 'float16' | 'q8' | 'q4';

/** A tensor in memory, owned by the caller. `quantized` is `[N, K/32, 32·bits/8]`, `scales` `[N·K/32]` (Uint16Array: half-precision bits). */
export type PackedTensor =
  | { format: 'float32'; data: Float32Array<ArrayBuffer> }
  | { format: 'float16'; data: Uint16Array<ArrayBuffer> }
  | {
      format: 'q8' | 'q4';
      quantized: Uint8Array<ArrayBuffer>;
      scales: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
    };

/** Options of {@link readTensor}. */
export interface ReadTensorOptions {
  /** Precision of the scales of `q8` and `q4`; default `float32`. */
  readonly scales?: 'float32' | 'float16';
  readonly signal?: AbortSignal;
}

/**
 * Reads a tensor and converts it, 8 MiB of the file at a time. Q4_0 → `q4`, Q8_0 → `q8`, F32 → `float32` and F16 → `float16`
 * (and → `float32`) lose nothing; everything else goes through single precision. For `q8` and `q4` the tensor is a matrix
 * `[N, K]`: N the first axis, K all others together, a multiple of 32.
 * @throws {AppError} `model/tensor-missing`, `model/tensor-type` if its type cannot be read, `model/tensor-shape` if it cannot be cut into blocks of 32, `model/format` if it is to be quantised and holds infinite or undefined numbers, `model/tensor-range` if it is larger than an array can be, and those of the source; rejects with AbortError.
 */
export async function readTensor(
  file: WeightFile,
  name: string,
  format: PackedFormat,
  options: ReadTensorOptions = {},
): Promise<PackedTensor> {
  const entry = find(file, name);
  const convert = converter(file, entry, format);
  const count = elementCount(entry.shape);
  const whole = allocate(file, entry, format, count, options);
  const { elements } = blockLayout(entry.type);
  await eachSlice(file, entry, options, (bytes, blocks, first) =>
    convert(bytes, blocks, whole, first * elements),
  );
  return whole;
}

/** Takes a part of a tensor: `first` is the index of its first element in the tensor. The arrays are used again afterwards. */
export type TakeSlice = (slice: PackedTensor, first: number) => void;

/**
 * The same as {@link readTensor}, but the tensor is handed on in slices, in order, and never is as a whole in memory: what is in use at
 * once is a few tens of megabytes, however large it is. Slices begin at multiples of 128 elements.
 * @throws {AppError} as {@link readTensor}; what was handed on by then is no whole tensor.
 */
export async function streamTensor(
  file: WeightFile,
  name: string,
  format: PackedFormat,
  take: TakeSlice,
  options: ReadTensorOptions = {},
): Promise<void> {
  const entry = find(file, name);
  const convert = converter(file, entry, format);
  const { elements } = blockLayout(entry.type);
  let slice: PackedTensor | null = null;
  await eachSlice(file, entry, options, (bytes, blocks, first) => {
    const count = blocks * elements;
    slice ??= allocate(file, entry, format, count, options); // the first slice is the largest
    convert(bytes, blocks, slice, 0);
    take(beginning(slice, count), first * elements);
  });
}

/** The first `count` elements of a slice, without a copy. */
function beginning(slice: PackedTensor, count: number): PackedTensor {
  if (slice.format === 'float32') return { format: 'float32', data: slice.data.subarray(0, count) };
  if (slice.format === 'float16') return { format: 'float16', data: slice.data.subarray(0, count) };
  const { format, quantized, scales } = slice;
  const blocks = count / PACKED_BLOCK;
  return {
    format,
    quantized: quantized.subarray(0, blocks * blockBytes(format)),
    scales: scales.subarray(0, blocks),
  };
}

/** Bytes of a packed block. */
const blockBytes = (format: 'q8' | 'q4'): number => (format === 'q8' ? 32 : 16);

/** Writes stored blocks into `to`, from the element `at` on. */
type Convert = (bytes: Uint8Array<ArrayBuffer>, blocks: number, to: PackedTensor, at: number) => void;

function converter(file: WeightFile, entry: TensorEntry, format: PackedFormat): Convert {
  const toFloats = dequantizer(file, entry);
  if (format === 'float32') {
    return (bytes, blocks, to, at) => {
      if (to.format === 'float32') toFloats(bytes, 0, blocks, to.data, at);
    };
  }
  if (format === 'float16') {
    return (bytes, blocks, to, at) => {
      if (to.format !== 'float16') return;
      const { data } = to;
      if (entry.type === 'F16') data.set(new Uint16Array(bytes.buffer, bytes.byteOffset, blocks), at);
      else
        eachPiece(entry, toFloats, bytes, blocks, (floats, n, from) =>
          floatsToHalves(floats, n, data, at + from),
        );
    };
  }
  const count = elementCount(entry.shape);
  const columns = count / (entry.shape[0] ?? 1);
  if (count > 0 && columns % PACKED_BLOCK !== 0) {
    throw new AppError(
      'model/tensor-shape',
      `${file.source.name}: tensor ${quoteName(entry.name)} of shape [${entry.shape}] was asked as ${format}, but its rows of ${columns} are no multiple of ${PACKED_BLOCK}. Read it as float32 or float16.`,
      { detail: { file: file.source.name, tensor: entry.name, shape: entry.shape } },
    );
  }
  const repack =
    format === 'q4' && entry.type === 'Q4_0'
      ? repackQ4_0
      : format === 'q8' && entry.type === 'Q8_0'
        ? repackQ8_0
        : null;
  const quantize = format === 'q8' ? quantizeQ8 : quantizeQ4;
  return (bytes, blocks, to, at) => {
    if (to.format === 'float32' || to.format === 'float16') return;
    if (repack) return repack(bytes, blocks, to, at / PACKED_BLOCK);
    eachPiece(entry, toFloats, bytes, blocks, (floats, n, from) => {
      if (quantize(floats, n / PACKED_BLOCK, to, (at + from) / PACKED_BLOCK)) return;
      throw new AppError(
        'model/format',
        `${file.source.name}: tensor ${quoteName(entry.name)} holds numbers that are infinite or undefined. The file is damaged; download it again.`,
        { detail: { file: file.source.name, tensor: entry.name } },
      );
    });
  };
}

/**
 * Reads single rows of a table `[rows, K]` by their offsets, for embedding tables that are too large to load. Repeated rows are read once.
 * @returns `[rows.length, K]`, in the order asked.
 * @throws {AppError} `model/tensor-range` for a row that is not there, otherwise as {@link readTensor}.
 */
export async function readRows(
  file: WeightFile,
  name: string,
  rows: readonly number[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Float32Array<ArrayBuffer>> {
  const entry = find(file, name);
  const toFloats = dequantizer(file, entry);
  const height = entry.shape[0] ?? 1;
  const columns = height === 0 ? 0 : elementCount(entry.shape) / height;
  const { elements, bytes } = blockLayout(entry.type);
  if (columns % elements !== 0) {
    throw new AppError(
      'model/tensor-shape',
      `${file.source.name}: the rows of ${quoteName(name)}, shape [${entry.shape}], do not start at ${entry.type} blocks. Read the whole tensor.`,
      { detail: { file: file.source.name, tensor: name, shape: entry.shape } },
    );
  }
  const wrong = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < height));
  if (wrong !== undefined) {
    throw new AppError(
      'model/tensor-range',
      `${file.source.name}: row ${wrong} of ${quoteName(name)} was asked, but it has the rows 0 to ${height - 1}. The tokenizer belongs to another model.`,
      { detail: { file: file.source.name, tensor: name, row: wrong, rows: height } },
    );
  }
  const out = new Float32Array(rows.length * columns); // [rows.length, K]
  const blocks = columns / elements;
  const done = new Map<number, number>(); // row → where it was first put
  for (const [i, row] of rows.entries()) {
    const earlier = done.get(row);
    if (earlier !== undefined) {
      out.copyWithin(i * columns, earlier * columns, (earlier + 1) * columns);
      continue;
    }
    const stored = aligned(
      await file.source.read(entry.offset + row * blocks * bytes, blocks * bytes, options),
    );
    toFloats(stored, 0, blocks, out, i * columns);
    done.set(row, i);
  }
  return out;
}

function find(file: WeightFile, name: string): TensorEntry {
  const entry = file.tensors.get(name);
  if (entry) return entry;
  throw new AppError(
    'model/tensor-missing',
    `${file.source.name} lacks the tensor ${quoteName(name)}. It is a file of another model; choose one made for this model.`,
    { detail: { file: file.source.name, tensors: [name] } },
  );
}

function dequantizer(file: WeightFile, entry: TensorEntry): Dequantize {
  const found = dequantizerOf(entry.type);
  if (found) return found;
  throw new AppError(
    'model/tensor-type',
    `${file.source.name}: tensor ${quoteName(entry.name)} is stored as ${entry.type}, which cannot be read. Choose a file of type ${READABLE_TYPES.join(', ')}.`,
    { detail: { file: file.source.name, tensor: entry.name, type: entry.type } },
  );
}

/** Arrays for so many elements. @throws {AppError} `model/tensor-range`. */
function allocate(
  file: WeightFile,
  entry: TensorEntry,
  format: PackedFormat,
  count: number,
  options: ReadTensorOptions,
): PackedTensor {
  const packed = count / PACKED_BLOCK;
  const bytes =
    format === 'float32' ? 4 * count : format === 'float16' ? 2 * count : packed * blockBytes(format);
  try {
    if (format === 'float32') return { format, data: new Float32Array(count) };
    if (format === 'float16') return { format, data: new Uint16Array(count) };
    const scales = options.scales === 'float16' ? new Uint16Array(packed) : new Float32Array(packed);
    return { format, quantized: new Uint8Array(bytes), scales };
  } catch (cause) {
    throw new AppError(
      'model/tensor-range',
      `${file.source.name}: tensor ${quoteName(entry.name)} needs ${Math.ceil(bytes / 2 ** 20)} MiB of memory in one piece, more than this browser gives. Choose a smaller model, or close other tabs.`,
      { cause, detail: { file: file.source.name, tensor: entry.name, bytes } },
    );
  }
}

/** Hands the stored tensor on in slices of whole blocks, in order: bytes, number of blocks, index of the first. */
async function eachSlice(
  { source }: WeightFile,
  entry: TensorEntry,
  { signal }: ReadTensorOptions,
  use: (bytes: Uint8Array<ArrayBuffer>, blocks: number, first: number) => void,
): Promise<void> {
  const { bytes } = blockLayout(entry.type);
  const total = entry.bytes / bytes;
  const step = Math.floor(SLICE_BYTES / bytes / 128) * 128; // so that slices begin at whole words in every format
  for (let first = 0; first < total; first += step) {
    const blocks = Math.min(step, total - first);
    const read = source.read(entry.offset + first * bytes, blocks * bytes, signal ? { signal } : {});
    use(aligned(await read), blocks, first);
  }
}

/** Unpacks a slice in pieces that stay in the cache: floats, how many, index of the first in the slice. */
function eachPiece(
  entry: TensorEntry,
  toFloats: Dequantize,
  bytes: Uint8Array,
  blocks: number,
  use: (floats: Float32Array, count: number, at: number) => void,
): void {
  const layout = blockLayout(entry.type);
  const step = PIECE / layout.elements;
  const floats = new Float32Array(Math.min(blocks, step) * layout.elements);
  for (let b = 0; b < blocks; b += step) {
    const n = Math.min(step, blocks - b);
    toFloats(bytes, b * layout.bytes, n, floats, 0);
    use(floats, n * layout.elements, b * layout.elements);
  }
}

/** Typed views of wider numbers need an aligned start; sources may hand out a window of a larger buffer. */
const aligned = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
