import type { Precision } from '../networks/part.ts';
import type { ModelManifest } from '../protocol/manifest.ts';

/**
 * What a model's numbers are stored and computed in on a device. Half precision halves the memory and the time of large models
 * where the GPU has it; the sums that run through all blocks stay f32.
 * @param shaderF16 whether the device computes in f16.
 */
export const precisionFor = ({ numbers }: Pick<ModelManifest, 'numbers'>, shaderF16: boolean): Precision =>
  numbers.halves && shaderF16
    ? { activations: 'float16', residual: 'float32', weights: numbers.weights, accuracyLevel: 1 }
    : { activations: 'float32', weights: numbers.weights, accuracyLevel: 1 };
