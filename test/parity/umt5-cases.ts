import type { Umt5Config } from '../../src/core/model-config.ts';
import type { Precision } from '../../src/networks/part.ts';
import { umt5Graphs } from '../../src/networks/umt5-encoder.ts';
import { formulaWeight } from '../fixtures/formula-weights.ts';
import golden from '../fixtures/golden/umt5.json' with { type: 'json' };
import {
  f32Limit,
  goldenValues,
  type Limit,
  type ParityCase,
  type Result,
  type RunPart,
  relativeError,
} from './parity-case.ts';
import { dequantizedTensors, slotWeights, type Tensors } from './slot-weights.ts';

const F32: Precision = { activations: 'float32', weights: 'float32' };

/** The whole encoder, layer by layer, on rows picked from the embedding table; no padding and no mask. */
export async function runUmt5(
  runPart: RunPart,
  config: Umt5Config,
  ids: readonly number[],
  precision: Precision,
  tensors: Tensors,
): Promise<Result> {
  const { layer, final } = umt5Graphs(config, ids.length, precision);
  const table = tensors('token_embd.weight', [config.vocab, config.dim]);
  let x: Result = new Float32Array(ids.length * config.dim);
  ids.forEach((id, row) => {
    x.set(table.subarray(id * config.dim, (id + 1) * config.dim), row * config.dim);
  });
  for (let i = 0; i < config.layers; i++) {
    x = (await runPart(layer, { x }, slotWeights(layer, precision, tensors, i))).out!;
  }
  return (await runPart(final, { x }, slotWeights(final, precision, tensors))).text!;
}

function umt5Case(case_: (typeof golden.cases)[number], precision: Precision, limit: Limit): ParityCase {
  const { config, ids } = case_;
  const quantized = precision.weights === 'q8' || precision.weights === 'q4';
  return {
    network: 'umt5',
    name: case_.name,
    precision,
    half: precision.activations === 'float16' || precision.weights === 'float16',
    tolerance: limit,
    async run(runPart) {
      const text = await runUmt5(runPart, config, ids, precision, formulaWeight);
      const expected = goldenValues(case_.text);
      if (!quantized) return { error: relativeError(text, expected) };
      const { layer } = umt5Graphs(config, ids.length, precision);
      const tensors = dequantizedTensors(layer, precision, formulaWeight);
      const reference = await runUmt5(runPart, config, ids, F32, tensors);
      return { error: relativeError(text, reference), loss: relativeError(text, expected) };
    },
  };
}

/** transformers' UMT5EncoderModel, which was given padding and a mask, against the graphs, which see neither. */
export function umt5Cases(): ParityCase[] {
  const f32 = 'float32';
  return golden.cases.flatMap((c) => [
    umt5Case(c, F32, f32Limit),
    umt5Case(c, { activations: f32, weights: 'q8' }, () => 1e-4),
    umt5Case(c, { activations: f32, weights: 'q4' }, () => 1e-4),
    umt5Case(c, { activations: f32, weights: 'q4', accuracyLevel: 4 }, () => 2e-2),
    umt5Case(c, { activations: 'float16', weights: 'float16' }, () => 1e-2),
    umt5Case(c, { activations: 'float16', weights: 'q4' }, () => 1e-2),
  ]);
}
