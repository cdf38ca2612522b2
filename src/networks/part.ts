import type { TensorInfo } from '../graph/tensor.ts';

export type { Dtype, TensorInfo } from '../graph/tensor.ts';

/** How a weight is stored: plain numbers, or blocks of 32 along K with one scale each (8 or 4 bits, symmetric). */
export type WeightFormat = 'float32' | 'float16' | 'q8' | 'q4';

/** Elements per scale of the quantised formats. */
export const QUANT_BLOCK = 32;

/**
 * One weight that enters a session as graph input(s).
 * `float32`/`float16`: one input named `input`, row-major in `shape`, as the reference stores it (a linear layer: `[N, K]`).
 * `q8`/`q4` (MatMulNBits, block 32, zero point 128 or 8): two inputs, `${input}.quantized` uint8 `[N, K/32, 32·bits/8]`
 * (element 2i of a 4-bit block in the low nibble of byte i) and `${input}.scales` `[N·K/32]` in the activation dtype.
 */
export interface WeightSlot {
  /** Name of the graph input, or the stem of the two inputs. */
  readonly input: string;
  /** Canonical name of the tensor; parts that run once per block write `{i}` where the block's index goes. */
  readonly tensor: string;
  /** Shape of the unquantised tensor. */
  readonly shape: readonly number[];
  readonly format: WeightFormat;
}

/** A piece of a network that is one session: its bytes, and everything that must be fed to it. Static shapes. */
export interface GraphPart {
  readonly name: string;
  /** A serialised ONNX ModelProto. */
  readonly onnx: Uint8Array;
  /** Activations, in the order of the graph; weights are not among them. */
  readonly inputs: readonly TensorInfo[];
  readonly weights: readonly WeightSlot[];
  readonly outputs: readonly TensorInfo[];
}

/** What the numbers of a network are stored and computed in. */
export interface Precision {
  readonly activations: 'float32' | 'float16';
  /** Format of the large matrices. Embeddings, modulation, norms and the head are stored in the activation dtype. */
  readonly weights: WeightFormat;
  /**
   * MatMulNBits `accuracy_level`, default 0: 0 the provider's own, 1 f32, 4 activations rounded to 8 bits. With weights as
   * inputs, as here, none of the devices measured rounds anything (onnxruntime-web 1.30).
   */
  readonly accuracyLevel?: 0 | 1 | 4;
  /** Keeps the sums that run through all blocks in f32 when activations are f16. */
  readonly residual?: 'float32';
}

/** The graph inputs that a weight slot stands for. @param activations The precision's, the element type of scales. */
export function weightInputs(
  slot: WeightSlot,
  activations: Precision['activations'] = 'float32',
): readonly TensorInfo[] {
  if (slot.format === 'float32' || slot.format === 'float16') {
    return [{ name: slot.input, dtype: slot.format, dims: slot.shape }];
  }
  const [rows = 0, columns = 0] = slot.shape;
  const blocks = columns / QUANT_BLOCK;
  const bytes = slot.format === 'q8' ? QUANT_BLOCK : QUANT_BLOCK / 2;
  return [
    { name: `${slot.input}.quantized`, dtype: 'uint8', dims: [rows, blocks, bytes] },
    { name: `${slot.input}.scales`, dtype: activations, dims: [rows * blocks] },
  ];
}
