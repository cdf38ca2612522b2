import type { WanConfig } from '../../src/core/model-config.ts';
import { toFloat16 } from '../../src/graph/float16.ts';
import type { Precision, TensorInfo } from '../../src/networks/part.ts';
import {
  sinusoidalTimestep,
  type WanShape,
  wanGraphs,
  wanGrid,
  wanPositions,
  wanRope,
  wanTokens,
} from '../../src/networks/wan-transformer.ts';
import { formulaInput, formulaWeight } from '../fixtures/formula-weights.ts';
import golden from '../fixtures/golden/wan.json' with { type: 'json' };
import {
  f32Limit,
  goldenValues,
  type Limit,
  type Numbers,
  type ParityCase,
  type Result,
  type RunPart,
  relativeError,
} from './parity-case.ts';
import { dequantizedTensors, slotWeights, type Tensors } from './slot-weights.ts';

const F32: Precision = { activations: 'float32', weights: 'float32' };

interface WanGolden {
  readonly config: WanConfig;
  readonly shape: WanShape;
  readonly textRows: number;
  readonly timesteps: readonly number[];
  readonly cleanFrames: number;
}

/** Numbers in the element type of the input that they are for. */
function as(info: TensorInfo | undefined, values: Result): Numbers {
  return info?.dtype === 'float16' ? toFloat16(values) : values;
}

/** The whole transformer, part by part, on a golden case's inputs. */
export async function runWan(
  runPart: RunPart,
  { config, shape, textRows, timesteps, cleanFrames }: WanGolden,
  precision: Precision,
  tensors: Tensors,
  dispatchFlops?: number,
): Promise<{ firstBlock: Result; velocity: Result }> {
  const graphs = wanGraphs(config, shape, precision, dispatchFlops);
  const run = (part: (typeof graphs)['embed'], inputs: Record<string, Result>, index = 0) =>
    runPart(
      part,
      Object.fromEntries(part.inputs.map((info) => [info.name, as(info, inputs[info.name]!)])),
      slotWeights(part, precision, tensors, index),
    );
  const latents = formulaInput('input.latents', [
    1,
    config.channels,
    shape.frames,
    shape.height,
    shape.width,
  ]);
  const text = formulaInput('input.text', [1, shape.textLength, config.textDim]).fill(
    0,
    textRows * config.textDim,
  );
  const { cos, sin } = wanRope(config, shape);
  const [, rows, columns] = wanGrid(config, shape);
  const clean = (cleanFrames / config.patch[0]) * rows * columns;
  const token_time = Int32Array.from({ length: wanTokens(config, shape) }, (_, n) =>
    shape.times === 1 || n < clean ? 0 : 1,
  );
  const { e, modulation } = await run(graphs.time, { timestep: sinusoidalTimestep(config, timesteps) });
  const { context } = await run(graphs.text, { text });
  let { x } = await run(graphs.embed, { latents, positions: wanPositions(config, shape) });
  let firstBlock = x!;
  for (let i = 0; i < config.layers; i++) {
    const inputs = { x: x!, context: context!, modulation: modulation!, token_time, cos, sin };
    x = (await run(graphs.block, inputs, i)).out;
    if (i === 0) firstBlock = x!;
  }
  const { velocity } = await run(graphs.head, { x: x!, e: e!, token_time });
  return { firstBlock, velocity: velocity! };
}

function wanCase(case_: (typeof golden.cases)[number], precision: Precision, limit: Limit): ParityCase {
  const spec = case_ as unknown as WanGolden;
  const half = precision.activations === 'float16' || precision.weights === 'float16';
  const quantized = precision.weights === 'q8' || precision.weights === 'q4';
  return {
    network: 'wan',
    name: case_.name,
    precision,
    half,
    tolerance: limit,
    async run(runPart) {
      const { firstBlock, velocity } = await runWan(runPart, spec, precision, formulaWeight);
      const expected = goldenValues(case_.velocity);
      if (!quantized) {
        const block = relativeError(firstBlock, goldenValues(case_.firstBlock));
        return { error: Math.max(block, relativeError(velocity, expected)) };
      }
      const { block } = wanGraphs(spec.config, spec.shape, precision);
      const tensors = dequantizedTensors(block, precision, formulaWeight);
      const reference = await runWan(runPart, spec, F32, tensors);
      return {
        error: relativeError(velocity, reference.velocity),
        loss: relativeError(velocity, expected),
      };
    },
  };
}

/** Blocks whose attention and matrices are cut into chunks of rows, against the same in one piece each. */
function chunkCase(name: string, size: Partial<WanShape>, rows: number, precision: Precision): ParityCase {
  const golden_ = golden.cases[1]! as unknown as WanGolden;
  const spec = { ...golden_, shape: { ...golden_.shape, ...size } };
  const flopsPerQuery = 4 * wanTokens(spec.config, spec.shape) * spec.config.dim;
  return {
    network: 'wan',
    name,
    precision,
    half: false,
    tolerance: () => 1e-6,
    async run(runPart) {
      const whole = await runWan(runPart, spec, precision, formulaWeight, Number.POSITIVE_INFINITY);
      const cut = await runWan(runPart, spec, precision, formulaWeight, rows * flopsPerQuery);
      return { error: relativeError(cut.velocity, whole.velocity) };
    },
  };
}

/** One step of the sampler, with guidance and without, against the same arithmetic in TypeScript. */
function stepCase(guided: boolean): ParityCase {
  const { config, shape } = golden.cases[1]! as unknown as WanGolden;
  const dims = [1, config.channels, shape.frames, shape.height, shape.width];
  const perFrame = shape.height * shape.width;
  const [guidance, delta] = [4.5, -0.125];
  return {
    network: 'wan',
    name: guided ? 'a step with guidance' : 'a step without guidance',
    precision: F32,
    half: false,
    tolerance: () => 1e-6,
    async run(runPart) {
      const { combine, combineOne } = wanGraphs(config, shape, F32);
      const x = formulaInput('input.x', dims);
      const cond = formulaInput('input.cond', dims);
      const uncond = formulaInput('input.uncond', dims);
      const mask = Float32Array.from({ length: shape.frames }, (_, t) => (t < 1 ? 0 : 1));
      const { out } = await runPart(
        guided ? combine : combineOne,
        {
          ...{ x, cond, mask, delta: Float32Array.of(delta) },
          ...(guided ? { uncond, guidance: Float32Array.of(guidance) } : {}),
        },
        {},
      );
      const expected = x.map((value, i) => {
        const velocity = guided ? uncond[i]! + guidance * (cond[i]! - uncond[i]!) : cond[i]!;
        return value + delta * mask[Math.floor(i / perFrame) % shape.frames]! * velocity;
      });
      return { error: relativeError(out!, expected) };
    },
  };
}

/** diffusers' WanTransformer3DModel against the graphs. */
export function wanCases(): ParityCase[] {
  const f32 = 'float32';
  const transformers = golden.cases.flatMap((c) => [
    wanCase(c, F32, f32Limit),
    wanCase(c, { activations: f32, weights: 'float16' }, () => 2e-3),
    wanCase(c, { activations: f32, weights: 'q8' }, () => 1e-4),
    wanCase(c, { activations: f32, weights: 'q4' }, () => 1e-4),
    wanCase(c, { activations: f32, weights: 'q8', accuracyLevel: 1 }, () => 1e-4),
    wanCase(c, { activations: f32, weights: 'q8', accuracyLevel: 4 }, () => 2e-2),
    wanCase(c, { activations: f32, weights: 'q4', accuracyLevel: 4 }, () => 2e-2),
    wanCase(c, { activations: 'float16', weights: 'float16', residual: f32 }, () => 1e-2),
    wanCase(c, { activations: 'float16', weights: 'q8' }, () => 1e-2),
    wanCase(c, { activations: 'float16', weights: 'q4', residual: f32 }, () => 1e-2),
  ]);
  const chunks = [F32, { activations: f32, weights: 'q8' } as const].flatMap((precision) => [
    chunkCase('a few rows at a time', {}, 2, precision), // 24 chunks
    chunkCase('chunks of whole tiles', { frames: 5, height: 12, width: 10 }, 70, precision), // 64 + 64 + 22 queries
  ]);
  return [...transformers, ...chunks, stepCase(true), stepCase(false)];
}
