import type { GraphPart, Precision, WeightSlot } from '../networks/part.ts';
import { weightInputs } from '../networks/part.ts';
import { readTensor } from '../weights/read-tensor.ts';
import type { WeightFile } from '../weights/weight-file.ts';
import type { DeviceTensor, HostArray, Runtime } from './runtime.ts';

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
 * Moves the weights of a part from the file to the device, one tensor at a time.
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
      const arrays = await readSlot(origin, slot, precision, block, signal);
      for (const [i, info] of weightInputs(slot, precision.activations).entries()) {
        const data = arrays[i]!;
        feeds[info.name] = runtime.upload(info, data);
        bytes += data.byteLength;
      }
    }
  } catch (error) {
    free();
    throw error;
  }
  return { feeds, bytes, free };
}

/** The arrays of a slot in the order of its graph inputs. */
async function readSlot(
  origin: WeightOrigin,
  slot: WeightSlot,
  precision: Precision,
  block: number,
  signal: AbortSignal | undefined,
): Promise<readonly HostArray[]> {
  const canonical = slot.tensor.replace('{i}', String(block));
  const name = origin.names.get(canonical) ?? canonical;
  const packed = await readTensor(origin.file, name, slot.format, {
    scales: precision.activations,
    ...(signal ? { signal } : {}),
  });
  return 'data' in packed ? [packed.data] : [packed.quantized, packed.scales];
}
