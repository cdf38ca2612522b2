// Two layers of the published models at their full width, through the engine itself: its loader packs the weights, its
// transformer and text encoder run them. On onnxruntime's native build only: up to 3.5 GB are resident.
import type { Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import type { WeightOrigin } from '../../src/engine/part-weights.ts';
import { type Runtime, takeFloats } from '../../src/engine/runtime.ts';
import { encodeText } from '../../src/engine/text-encoder.ts';
import { Transformer } from '../../src/engine/transformer.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { umt5Graphs, umt5Tensors } from '../../src/networks/umt5-encoder.ts';
import { wanGraphs, wanTensors } from '../../src/networks/wan-transformer.ts';
import { formulaFile, packedAndBack } from '../fixtures/formula-file.ts';
import { formulaInput } from '../fixtures/formula-weights.ts';
import umt5Golden from '../fixtures/golden/full-width-umt5.json' with { type: 'json' };
import wanGolden from '../fixtures/golden/full-width-wan.json' with { type: 'json' };
import { f32Limit, goldenValues, type ParityCase, relativeError } from './parity-case.ts';

const F32: Precision = { activations: 'float32', weights: 'float32' };
const QUANTIZED_LIMIT = 1e-4;
const ROUNDED_LIMIT = 2e-2; // where a provider may round activations to 8 bits
const TEXT_LIMIT = 2e-5; // no 1/√d: its attention is sharp, and rounding shows; the wrong GELU costs 2.6e-4

/** Numbers of a large output: every `step`-th, and the norm of all. */
interface Sampled {
  readonly shape: readonly number[];
  readonly step: number;
  /** Little-endian f32, base64. */
  readonly values: string;
  readonly norm: number;
}

/** The larger of the errors of the sample and of the norm. */
function sampledError(got: Float32Array, { shape, step, values, norm }: Sampled): number {
  const count = shape.reduce((a, b) => a * b, 1);
  if (got.length !== count) throw new RangeError(`${got.length} numbers against ${count}`);
  const sample = got.filter((_, i) => i % step === 0);
  const length = Math.sqrt(got.reduce((sum, x) => sum + x * x, 0));
  return Math.max(
    relativeError(sample, goldenValues({ shape, data: values })),
    Math.abs(length - norm) / norm,
  );
}

/** Weights by formula; those that `part` holds in blocks go through the quantiser and back, unless it is null. */
function originOf(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  part: GraphPart | null,
): WeightOrigin {
  const bits = new Map(
    part?.weights.flatMap(({ tensor, format }) =>
      format === 'q8' || format === 'q4' ? [[tensor, format === 'q8' ? 8 : 4] as const] : [],
    ),
  );
  const file = formulaFile(tensors, (name, values) => {
    const found = bits.get(name.replace(/\d+/, '{i}'));
    return found ? packedAndBack(values, found) : values;
  });
  return { file, names: new Map() };
}

interface WanCase {
  readonly name: string;
  readonly config: WanConfig;
  readonly size: { readonly frames: number; readonly height: number; readonly width: number };
  readonly textLength: number;
  readonly textRows: number;
  readonly sigma: number;
  readonly cleanFrames: number;
  readonly velocity: Sampled | null;
}

/** One evaluation, as the engine makes it. */
async function velocityOf(
  runtime: Runtime,
  { config, size, textLength, textRows, sigma, cleanFrames }: WanCase,
  precision: Precision,
  origin: WeightOrigin,
): Promise<Float32Array> {
  const { frames, height, width } = size;
  const setup = { config, textLengths: [textLength], precision, guidance: 1 };
  const pass = { shape: { ...size, times: cleanFrames ? 2 : 1 }, prefixFrames: cleanFrames };
  const transformer = await Transformer.load(runtime, origin, setup, pass);
  try {
    const text = formulaInput('input.text', [1, textLength, config.textDim]);
    const context = await transformer.context(text.fill(0, textRows * config.textDim));
    const x = transformer.latents(formulaInput('input.latents', [1, config.channels, frames, height, width]));
    const velocity = await transformer.velocity(x, sigma, context);
    x.free();
    return await takeFloats(velocity);
  } finally {
    await transformer.free();
  }
}

/** Compares with the golden output, or where weights are packed with f32 on the same weights: then there need be none. */
function caseOf(
  network: ParityCase['network'],
  name: string,
  precision: Precision,
  compute: (runtime: Runtime, precision: Precision, packed: GraphPart | null) => Promise<Float32Array>,
  packed: GraphPart,
  golden: Sampled | null,
): ParityCase<Runtime> {
  const quantized = precision.weights !== 'float32';
  const quantizedLimit = precision.accuracyLevel === 4 ? ROUNDED_LIMIT : QUANTIZED_LIMIT;
  const plainLimit = network === 'umt5' ? () => TEXT_LIMIT : f32Limit; // the wrong GELU costs a transformer 1.4e-5
  return {
    network,
    name,
    precision,
    half: false,
    tolerance: quantized ? () => quantizedLimit : plainLimit,
    async run(runtime) {
      const got = await compute(runtime, precision, null);
      const distance = golden ? { loss: sampledError(got, golden) } : {};
      if (!quantized) return { error: distance.loss ?? Number.NaN };
      return { error: relativeError(got, await compute(runtime, F32, packed)), ...distance };
    },
  };
}

function wanCase(spec: WanCase, precision: Precision): ParityCase<Runtime> {
  const shape = { ...spec.size, textLength: spec.textLength, times: 1 };
  return caseOf(
    'wan',
    spec.name,
    precision,
    (runtime, its, packed) => velocityOf(runtime, spec, its, originOf(wanTensors(spec.config), packed)),
    wanGraphs(spec.config, shape, precision).block,
    spec.velocity,
  );
}

function umt5Case(
  spec: {
    readonly name: string;
    readonly config: Umt5Config;
    readonly ids: readonly number[];
    readonly text: Sampled;
  },
  precision: Precision,
): ParityCase<Runtime> {
  const { name, config, ids, text } = spec;
  return caseOf(
    'umt5',
    name,
    precision,
    (runtime, its, packed) => encodeText(runtime, originOf(umt5Tensors(config), packed), config, its, ids),
    umt5Graphs(config, ids.length, precision).layer,
    text,
  );
}

const PRECISIONS: readonly Precision[] = [
  F32,
  { activations: 'float32', weights: 'q8' },
  { activations: 'float32', weights: 'q4' },
];

/** diffusers' WanTransformer3DModel and transformers' UMT5EncoderModel at full width against the engine. */
export function fullWidthCases(): ParityCase<Runtime>[] {
  const wan = wanGolden.cases as unknown as readonly WanCase[];
  return [
    ...wan.flatMap((spec) => PRECISIONS.map((precision) => wanCase(spec, precision))),
    wanCase(wan[0]!, { activations: 'float32', weights: 'q4', accuracyLevel: 4 }),
    ...umt5Golden.cases.flatMap((spec) => PRECISIONS.map((precision) => umt5Case(spec, precision))),
  ];
}

/**
 * One block of Wan 2.1 1.3B over 40 tokens, packed against f32: the kernels for packed matrices at the sizes that they are
 * used with, for browsers, whose software adapter takes half a minute for it.
 */
export function oneBlockCases(): ParityCase<Runtime>[] {
  const [spec] = wanGolden.cases as unknown as readonly [WanCase];
  const block: WanCase = {
    ...spec,
    name: 'Wan 2.1 T2V 1.3B, one block',
    config: { ...spec.config, layers: 1 },
    size: { frames: 1, height: 8, width: 20 },
    textLength: 32,
    textRows: 20,
    velocity: null,
  };
  return [wanCase(block, { activations: 'float32', weights: 'q8', accuracyLevel: 1 })];
}
