import { toFloat16 } from '../../src/graph/float16.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { quantize } from '../fixtures/quantize.ts';
import type { Numbers } from './parity-case.ts';

/** Gives a tensor's f32 numbers by canonical name. */
export type Tensors = (name: string, shape: readonly number[]) => Float32Array;

/** The weights of a part, quantised or rounded as its slots ask, by graph input. @param index Takes the place of `{i}`. */
export function slotWeights(
  part: GraphPart,
  precision: Precision,
  tensors: Tensors,
  index = 0,
): Record<string, Numbers> {
  const weights: Record<string, Numbers> = {};
  const half = precision.activations === 'float16';
  for (const slot of part.weights) {
    const values = tensors(slot.tensor.replace('{i}', String(index)), slot.shape);
    if (slot.format === 'float32') weights[slot.input] = values;
    else if (slot.format === 'float16') weights[slot.input] = toFloat16(values);
    else {
      const { quantized, scales } = quantize(values, slot.format === 'q8' ? 8 : 4, half);
      weights[`${slot.input}.quantized`] = quantized;
      weights[`${slot.input}.scales`] = half ? toFloat16(scales) : scales;
    }
  }
  return weights;
}

/** Tensors as they are after quantisation: those that a part's slots hold in blocks go through the quantiser and back. */
export function dequantizedTensors(part: GraphPart, precision: Precision, tensors: Tensors): Tensors {
  const half = precision.activations === 'float16';
  const patterns = part.weights.filter((s) => s.format === 'q8' || s.format === 'q4');
  return (name, shape) => {
    const values = tensors(name, shape);
    const slot = patterns.find((s) => s.tensor === name.replace(/\d+/, '{i}'));
    return slot ? quantize(values, slot.format === 'q8' ? 8 : 4, half).dequantized : values;
  };
}
