// The way from token ids and noise to clean latents, by the engine's own functions, against diffusers' pipelines.
import type { Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import { type SamplerConfig, sigmasOfTimesteps } from '../../src/core/sigmas.ts';
import { denoise, denoisePasses, type LatentSize } from '../../src/engine/denoise.ts';
import { JobClock } from '../../src/engine/progress.ts';
import type { Runtime } from '../../src/engine/runtime.ts';
import { encodeText } from '../../src/engine/text-encoder.ts';
import type { Precision } from '../../src/networks/part.ts';
import { umt5Tensors } from '../../src/networks/umt5-encoder.ts';
import { wanTensors } from '../../src/networks/wan-transformer.ts';
import { formulaFile } from '../fixtures/formula-file.ts';
import golden from '../fixtures/golden/pipeline.json' with { type: 'json' };
import { type GoldenArray, goldenValues, type ParityCase, relativeError } from './parity-case.ts';

const F32: Precision = { activations: 'float32', weights: 'float32' };
const LIMIT = 1e-5; // ten times what is measured; diffusers computes in f32 too

interface PipelineGolden {
  readonly name: string;
  readonly seed: number;
  readonly config: WanConfig;
  readonly textConfig: Umt5Config;
  readonly size: LatentSize;
  readonly padTo: number;
  readonly ids: { readonly prompt: readonly number[]; readonly negative: readonly number[] };
  /** Of models with fixed levels; the others have the three below. */
  readonly timesteps?: readonly number[];
  readonly steps?: number;
  readonly shift?: number;
  readonly guidance?: number;
  /** Clean latents of the first frame. */
  readonly picture?: GoldenArray | null;
  readonly latents: GoldenArray;
}

/** Final latents of a case. */
async function latentsOf(runtime: Runtime, spec: PipelineGolden): Promise<Float32Array> {
  const { config, textConfig, size, ids, timesteps, padTo } = spec;
  const sampler: SamplerConfig = timesteps
    ? { kind: 'renoise', sigmas: sigmasOfTimesteps(timesteps) }
    : { kind: 'euler' };
  const { steps = timesteps!.length, shift = 1, guidance = 1, picture = null } = spec;
  const text = { file: formulaFile(umt5Tensors(textConfig)), names: new Map() };
  const states: Float32Array[] = [];
  for (const prompt of guidance === 1 ? [ids.prompt] : [ids.prompt, ids.negative])
    states.push(await encodeText(runtime, text, textConfig, F32, prompt));
  const { data } = await denoise(
    runtime,
    {
      manifest: {
        transformer: config,
        text: textConfig,
        textOptions: { lowerCase: false, maxTokens: padTo, padTo },
        sampler,
      },
      weights: { file: formulaFile(wanTensors(config)), names: new Map() },
      precision: F32,
      passes: denoisePasses({ firstFrameFirst: false }, size, picture ? 1 : 0),
      seed: spec.seed,
      prefix: picture && goldenValues(picture),
      ...{ steps, shift, guidance, states },
    },
    { signal: new AbortController().signal, clock: new JobClock('parity', () => {}), previewer: null },
  );
  return data;
}

/** diffusers' WanPipeline and WanImageToVideoPipeline, text encoder included, against text encoding and denoising. */
export function pipelineCases(): ParityCase<Runtime>[] {
  return (golden.cases as unknown as readonly PipelineGolden[]).map((spec) => ({
    network: 'pipeline',
    name: spec.name,
    precision: F32,
    half: false,
    tolerance: () => LIMIT,
    async run(runtime) {
      return { error: relativeError(await latentsOf(runtime, spec), goldenValues(spec.latents)) };
    },
  }));
}
