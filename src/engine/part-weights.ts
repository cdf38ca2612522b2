import type { GraphPart, Precision, WeightSlot } from '../networks/part.ts';
import { QUANT_BLOCK, weightInputs } from '../networks/part.ts';
import { type PackedTensor, streamTensor } from '../weights/read-tensor.ts';
import type { WeightFile } from '../weights/weight-file.ts';
import type { DeviceTensor, HostArray, Runtime, TensorWriter } from './runtime.ts';

/** The weights of one part (and one block) on the device, by graph input. */
export interface LoadedWeights {
  readonly feeds: Readonly<Record<string, DeviceTensor>>;
  /** Bytes on the device. */
  readonly bytes: number;
  free(): void;
}

/** Where weights come from: the file, and what its names are in canonical spelling. */
export interface WeightOrigin {
  readonly file: WeightFile;
  /** Canonical name → the name in the file. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Moves the weights of a part from the file to the device, a slice of a tensor at a time.
 * @param block replaces `{i}` in the slots' names.
 * @returns the caller frees it. On failure nothing stays on the device.
 * @throws {AppError} `model/…` for a tensor that cannot be read, `gpu/…` for memory; rejects with AbortError.
 */
export async function loadPartWeights(
  runtime: Runtime,
  origin: WeightOrigin,
  part: GraphPart,
  precision: Precision,
  block: number,
  signal: AbortSignal | undefined,
): Promise<LoadedWeights> {
  const feeds: Record<string, DeviceTensor> = {};
  let bytes = 0;
  const free = (): void => {
    for (const tensor of Object.values(feeds)) tensor.free();
  };
  try {
    for (const slot of part.weights) {
      signal?.throwIfAborted();
      const loaded = await loadSlot(runtime, origin, slot, precision, block, signal);
      Object.assign(feeds, loaded.feeds);
      bytes += loaded.bytes;
    }
  } catch (error) {
    free();
    throw error;
  }
  return { feeds, bytes, free };
}

/** One tensor, slice by slice from the file to the graph inputs that it becomes. */
async function loadSlot(
  runtime: Runtime,
  origin: WeightOrigin,
  slot: WeightSlot,
  precision: Precision,
  block: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly feeds: Record<string, DeviceTensor>; readonly bytes: number }> {
  const canonical = slot.tensor.replace('{i}', String(block));
  const name = origin.names.get(canonical) ?? canonical;
  const inputs = weightInputs(slot, precision.activations);
  const writers: TensorWriter<DeviceTensor>[] = [];
  let bytes = 0;
  try {
    for (const info of inputs) writers.push(runtime.allocate(info));
    await streamTensor(
      origin.file,
      name,
      slot.format,
      (slice, first) => {
        const arrays: readonly HostArray[] = 'data' in slice ? [slice.data] : [slice.quantized, slice.scales];
        for (const [i, data] of arrays.entries()) {
          writers[i]!.write(data, first / elementsPer(slice.format, i));
          bytes += data.byteLength;
        }
      },
      { scales: precision.activations, ...(signal ? { signal } : {}) },
    );
  } catch (error) {
    for (const writer of writers) writer.abandon();
    throw error;
  }
  return { feeds: Object.fromEntries(inputs.map(({ name }, i) => [name, writers[i]!.finish()])), bytes };
}

/** Elements of the tensor for each number of its i-th graph input: two 4-bit ones share a byte, a block shares a scale. */
const elementsPer = (format: PackedTensor['format'], input: number): number =>
  input === 1 ? QUANT_BLOCK : format === 'q4' ? 2 : 1;
