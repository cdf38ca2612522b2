import type { DeviceTensor, Runtime } from '../../src/engine/runtime.ts';
import { type GraphPart, weightInputs } from '../../src/networks/part.ts';
import type { Numbers } from '../parity/parity-case.ts';

/** Moves the weights of a part with f32 scales to the device. The caller frees them. */
export function uploadWeights(
  runtime: Runtime,
  part: GraphPart,
  weights: Readonly<Record<string, Numbers>>,
): Readonly<Record<string, DeviceTensor>> {
  return Object.fromEntries(
    part.weights
      .flatMap((slot) => weightInputs(slot))
      .map((info) => [info.name, runtime.upload(info, weights[info.name]!)]),
  );
}
