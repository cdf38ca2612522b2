// How numbers are stored in weight files. Sizes: ggml.h and gguf-py `GGML_QUANT_SIZES`; safetensors README, "Format".

/** One way of storing numbers: a row is cut into blocks of `elements` numbers that take `bytes` bytes each. */
export interface BlockLayout {
  /** Numbers per block; 1 for plain types. The last axis of a tensor is a multiple of it. */
  readonly elements: number;
  /** Bytes per block. */
  readonly bytes: number;
  /** The type's number in a GGUF header, if GGUF has it. */
  readonly ggml?: number;
}

/** Every storage type a file may contain; not all of them can be read (see `dequantize.ts`), but all can be measured and skipped. */
export const TENSOR_TYPES = {
  F32: { elements: 1, bytes: 4, ggml: 0 },
  F16: { elements: 1, bytes: 2, ggml: 1 },
  Q4_0: { elements: 32, bytes: 18, ggml: 2 },
  Q4_1: { elements: 32, bytes: 20, ggml: 3 },
  Q5_0: { elements: 32, bytes: 22, ggml: 6 },
  Q5_1: { elements: 32, bytes: 24, ggml: 7 },
  Q8_0: { elements: 32, bytes: 34, ggml: 8 },
  Q8_1: { elements: 32, bytes: 40, ggml: 9 },
  Q2_K: { elements: 256, bytes: 84, ggml: 10 },
  Q3_K: { elements: 256, bytes: 110, ggml: 11 },
  Q4_K: { elements: 256, bytes: 144, ggml: 12 },
  Q5_K: { elements: 256, bytes: 176, ggml: 13 },
  Q6_K: { elements: 256, bytes: 210, ggml: 14 },
  Q8_K: { elements: 256, bytes: 292, ggml: 15 },
  IQ2_XXS: { elements: 256, bytes: 66, ggml: 16 },
  IQ2_XS: { elements: 256, bytes: 74, ggml: 17 },
  IQ3_XXS: { elements: 256, bytes: 98, ggml: 18 },
  IQ1_S: { elements: 256, bytes: 50, ggml: 19 },
  IQ4_NL: { elements: 32, bytes: 18, ggml: 20 },
  IQ3_S: { elements: 256, bytes: 110, ggml: 21 },
  IQ2_S: { elements: 256, bytes: 82, ggml: 22 },
  IQ4_XS: { elements: 256, bytes: 136, ggml: 23 },
  I8: { elements: 1, bytes: 1, ggml: 24 },
  I16: { elements: 1, bytes: 2, ggml: 25 },
  I32: { elements: 1, bytes: 4, ggml: 26 },
  I64: { elements: 1, bytes: 8, ggml: 27 },
  F64: { elements: 1, bytes: 8, ggml: 28 },
  IQ1_M: { elements: 256, bytes: 56, ggml: 29 },
  BF16: { elements: 1, bytes: 2, ggml: 30 },
  BOOL: { elements: 1, bytes: 1 },
  U8: { elements: 1, bytes: 1 },
  U16: { elements: 1, bytes: 2 },
  U32: { elements: 1, bytes: 4 },
  U64: { elements: 1, bytes: 8 },
  F8_E4M3: { elements: 1, bytes: 1 },
  F8_E5M2: { elements: 1, bytes: 1 },
} as const satisfies Record<string, BlockLayout>;

/** A key of {@link TENSOR_TYPES}. */
export type TensorType = keyof typeof TENSOR_TYPES;

const BY_GGML = new Map<number, TensorType>();
const PLAIN = new Set<string>();
for (const [name, layout] of Object.entries<BlockLayout>(TENSOR_TYPES)) {
  if (layout.ggml !== undefined) BY_GGML.set(layout.ggml, name as TensorType);
  if (layout.elements === 1) PLAIN.add(name);
}

/** The type with this number in a GGUF header, or null. */
export const ggmlType = (id: number): TensorType | null => BY_GGML.get(id) ?? null;

/** The type with this name in a safetensors header, or null; safetensors has no block types. */
export const plainType = (name: unknown): TensorType | null =>
  typeof name === 'string' && PLAIN.has(name) ? (name as TensorType) : null;

/** The block layout of a type, with the widened number types that arithmetic wants. */
export const blockLayout = (type: TensorType): BlockLayout => TENSOR_TYPES[type];

/** The number of elements of a shape; 1 for the empty shape. Exact up to 2^53, and only ever larger than the truth above it. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
