// What a clip shows, before any video codec touches it: the whole engine against the formulas it stands for, number by
// number, at a tiny size. Files are not compared here: two of them differ by the job inside them alone.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newJob } from '../../src/core/check-job.ts';
import type { Job } from '../../src/core/job.ts';
import { gaussianNoise } from '../../src/core/seeded-noise.ts';
import { flowSigmas } from '../../src/core/sigmas.ts';
import { openDecoder } from '../../src/engine/codec.ts';
import type { Latents } from '../../src/engine/latents.ts';
import { fetchModelFile, type ModelFiles, openModelFiles } from '../../src/engine/model-files.ts';
import { preparePicture } from '../../src/engine/picture.ts';
import { generate } from '../../src/engine/pipeline.ts';
import { JobClock } from '../../src/engine/progress.ts';
import { type DeviceTensor, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import { collectTensor } from '../../src/engine/tensor-writer.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import {
  sinusoidalTimestep,
  type WanGraphs,
  wanGraphs,
  wanPositions,
  wanRope,
  wanTokens,
} from '../../src/networks/wan-transformer.ts';
import type { ClipPreview, GenerateEvent } from '../../src/protocol/engine-api.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { formulaWeight } from '../fixtures/formula-weights.ts';
import { type Format, tinyModel } from '../fixtures/tiny-model.ts';
import { decodeReference, planes } from '../parity/codec-reference.ts';
import { runtimeRunner } from '../parity/runtime-runner.ts';
import { slotWeights } from '../parity/slot-weights.ts';
import { runUmt5 } from '../parity/umt5-cases.ts';

const F32: Precision = { activations: 'float32', weights: 'float32' };
const PROMPT = 'Superman骑着扫帚，路过月球';

let manifest: ModelManifest;
let files: ModelFiles;
let runtime: Runtime;
beforeAll(async () => {
  manifest = await tinyModel();
  files = await openModelFiles(manifest, fetchModelFile);
  runtime = await openRuntime({ gpu: null, threads: 1 });
});
afterAll(() => runtime.close());

/** The runtime, with a list of what is on the device and what was run. */
function watched(onRun?: (part: string) => void): {
  readonly runtime: Runtime;
  readonly live: Set<object>;
  readonly runs: string[];
} {
  const live = new Set<object>();
  const runs: string[] = [];
  const watch = (tensor: DeviceTensor): DeviceTensor => {
    live.add(tensor);
    const free = tensor.free.bind(tensor);
    tensor.free = () => {
      live.delete(tensor);
      free();
    };
    return tensor;
  };
  return {
    live,
    runs,
    runtime: {
      kind: 'wasm',
      adapter: null,
      shaderF16: false,
      threads: 1,
      upload: (info, data) => watch(runtime.upload(info, data)),
      allocate: (info) => collectTensor(info, (kind, data) => watch(runtime.upload(kind, data))),
      finish: () => runtime.finish(),
      forgetErrors: () => {},
      trim: async () => {},
      close: async () => {},
      async createSession(part) {
        const session = await runtime.createSession(part);
        live.add(session);
        return {
          part,
          async run(feeds) {
            runs.push(part.name);
            onRun?.(part.name);
            const outputs = await session.run(feeds);
            for (const tensor of Object.values(outputs)) watch(tensor);
            return outputs;
          },
          release() {
            live.delete(session);
            return session.release();
          },
        };
      },
    },
  };
}

/** Makes a clip and keeps its frames, RGBA, and the last preview. */
async function frames(
  job: Job,
  picture: Blob | null = null,
  options: {
    readonly on?: Runtime;
    readonly files?: ModelFiles;
    readonly precision?: Precision;
    readonly signal?: AbortSignal;
    onEvent?(event: GenerateEvent): void;
  } = {},
): Promise<{ readonly frames: Uint8ClampedArray[]; readonly preview: ClipPreview | null }> {
  const kept: Uint8ClampedArray[] = [];
  let preview: ClipPreview | null = null;
  await generate(
    { job, manifest, picture, device: 'wasm', visibleLabel: false, preview: true },
    {
      runtime: options.on ?? runtime,
      precision: options.precision ?? F32,
      openFiles: async () => options.files ?? files,
      preparePicture: (blob, size) => preparePicture(blob, size),
      openSink: async () => ({
        add: async ({ data }) => void kept.push(data.slice()),
        finish: async () => ({ file: new Blob(), codec: 'none' }),
        close: () => {},
      }),
    },
    {
      signal: options.signal ?? new AbortController().signal,
      clock: new JobClock('frames', (event) => options.onEvent?.(event)),
      onEvent: (event) => {
        options.onEvent?.(event);
        if (event.type === 'preview') preview = event.preview;
      },
    },
  );
  return { frames: kept, preview };
}

const job = (changes: Partial<Parameters<typeof newJob>[1]> = {}, settings = {}): Job =>
  newJob(manifest, { prompt: PROMPT, seed: 42, ...changes }, settings);

/** Mean absolute difference of the colours, in levels. */
function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % 4 !== 3) sum += Math.abs(a[i]! - b[i]!);
  return sum / (a.length * 0.75);
}

/** Standard deviation of the colours, in levels. */
function spread(rgba: ArrayLike<number>): number {
  const colours = Array.from(rgba).filter((_, i) => i % 4 !== 3);
  const mean = colours.reduce((sum, value) => sum + value, 0) / colours.length;
  return Math.sqrt(colours.reduce((sum, value) => sum + (value - mean) ** 2, 0) / colours.length);
}

/** Frames `[F, H, W, 4]` of latents by the codec's formula in plain loops. */
function paintReference(latents: Latents): Uint8ClampedArray[] {
  const { codec } = manifest;
  if (codec.kind !== 'blocks') throw new TypeError('this model has the codec of blocks');
  const { channels, height, width } = latents;
  const area = height * width;
  const out: Uint8ClampedArray[] = [];
  for (let t = 0; t < latents.frames; t++) {
    const around = new Float32Array(3 * channels * area); // [3C, h, w]
    for (const [i, at] of [t - 1, t, t + 1].entries()) {
      const near = Math.min(latents.frames - 1, Math.max(0, at));
      for (let c = 0; c < channels; c++) {
        const from = (c * latents.frames + near) * area;
        around.set(latents.data.subarray(from, from + area), (i * channels + c) * area);
      }
    }
    const painted = decodeReference(codec, planes(1, 3 * channels, height, width, around), formulaWeight);
    const pixels = painted.h * painted.w;
    for (let f = t === 0 ? painted.n - 1 : 0; f < painted.n; f++) {
      const rgba = new Uint8ClampedArray(4 * pixels);
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < 3; c++)
          rgba[4 * i + c] = Math.round(255 * painted.data[(f * 3 + c) * pixels + i]!);
        rgba[4 * i + 3] = 255;
      }
      out.push(rgba);
    }
  }
  return out;
}

test('the decoder paints what the formula says, as bytes', async () => {
  const latents: Latents = {
    data: gaussianNoise(7, 0, 8 * 3 * 4 * 4),
    channels: 8,
    frames: 3,
    height: 4,
    width: 4,
  };
  const codec = (name: string): Float32Array =>
    formulaWeight(name, files.codec.file.tensors.get(name)!.shape);
  const decoder = await openDecoder(runtime, codec, manifest.codec, { height: 4, width: 4 });
  try {
    const { rgba, count, width, height } = await decoder.paint(latents, 1);
    expect([count, height, width]).toEqual([5, 64, 64]);
    expect(spread(rgba)).toBeGreaterThan(5);
    const expected = paintReference(latents).slice(1, 6);
    for (const [f, frame] of expected.entries()) {
      const got = rgba.subarray(f * frame.length, (f + 1) * frame.length);
      expect(Math.max(...frame.map((value, i) => Math.abs(value - got[i]!)))).toBeLessThanOrEqual(1);
    }
  } finally {
    await decoder.free();
  }
});

describe('a clip is what the formulas say', () => {
  test.each([1, 2.5])('words, guidance %s: text encoder, transformer, Euler, codec', async (guidance) => {
    const asked = job({ seconds: 1 }, { steps: 2, guidance });
    const made = await frames(asked);
    const run = runtimeRunner(runtime);
    const config = manifest.transformer;
    const shape = { frames: 3, height: 4, width: 4, times: 1 };
    const prompts: { readonly graphs: WanGraphs; readonly context: Float32Array }[] = [];
    const part = (graph: GraphPart, inputs: Record<string, Float32Array | Int32Array>, i = 0) =>
      run(graph, inputs, slotWeights(graph, F32, formulaWeight, i));
    for (const prompt of guidance === 1 ? [PROMPT] : [PROMPT, '']) {
      const { ids } = files.tokenizer.encode(prompt);
      const textLength = Math.ceil(ids.length / 16) * 16; // each prompt is padded by itself
      const graphs = wanGraphs(config, { ...shape, textLength }, F32);
      const text = new Float32Array(textLength * config.textDim); // [1, L, D], zero rows after the prompt
      text.set((await runUmt5(run, manifest.text, ids, F32, formulaWeight)) as Float32Array);
      prompts.push({ graphs, context: (await part(graphs.text, { text })).context as Float32Array });
    }
    const { cos, sin } = wanRope(config, shape);
    const positions = wanPositions(config, shape);
    const token_time = new Int32Array(wanTokens(config, shape));
    const x = gaussianNoise(42, 0, 8 * 3 * 4 * 4);
    const sigmas = flowSigmas(2, asked.shift);
    for (let s = 0; s < 2; s++) {
      const velocities: Float32Array[] = [];
      for (const { graphs, context } of prompts) {
        const time = await part(graphs.time, { timestep: sinusoidalTimestep(config, [1000 * sigmas[s]!]) });
        let hidden = (await part(graphs.embed, { latents: x, positions })).x as Float32Array;
        for (let i = 0; i < config.layers; i++) {
          const modulation = time.modulation!;
          hidden = (await part(graphs.block, { x: hidden, context, modulation, token_time, cos, sin }, i))
            .out as Float32Array;
        }
        velocities.push(
          (await part(graphs.head, { x: hidden, e: time.e!, token_time })).velocity as Float32Array,
        );
      }
      const [cond, uncond] = velocities;
      for (const i of x.keys()) {
        const v = uncond ? uncond[i]! + guidance * (cond![i]! - uncond[i]!) : cond![i]!;
        x[i] = x[i]! + (sigmas[s + 1]! - sigmas[s]!) * v;
      }
    }
    const expected = paintReference({ data: x, channels: 8, frames: 3, height: 4, width: 4 });
    expect(made.frames).toHaveLength(10);
    expect(spread(made.frames[5]!)).toBeGreaterThan(5);
    for (const [f, frame] of made.frames.entries())
      expect(meanDifference(frame, expected[f]!)).toBeLessThan(0.1);
  });
});

test('another seed and another prompt make other pictures; the same job the same, bit for bit', async () => {
  const first = await frames(job());
  const again = await frames(job());
  expect(again.frames).toEqual(first.frames);
  const change = async (other: Job): Promise<number> => {
    const made = await frames(other);
    return Math.max(...made.frames.map((frame, i) => meanDifference(frame, first.frames[i]!)));
  };
  expect(await change(job({ seed: 43 }))).toBeGreaterThan(0.5);
  expect(await change(job({ prompt: 'a dog' }))).toBeGreaterThan(0.01); // weights by formula listen little
});

describe('the same weights in another kind of file make the same pictures', () => {
  const made = async (format: Format, weights: Precision['weights']) =>
    frames(job({}, { guidance: 1 }), null, {
      files: await openModelFiles(await tinyModel(undefined, format), fetchModelFile),
      precision: { activations: 'float32', weights },
    });

  test('safetensors under diffusers’ names', async () => {
    expect((await made('safetensors', 'float32')).frames).toEqual((await made('gguf-f32', 'float32')).frames);
  });

  test.each([
    ['gguf-q8_0', 'q8', 1],
    ['gguf-q4_0', 'q4', 8],
  ] as const)('%s, taken as it is, near those of the unrounded weights', async (format, weights, levels) => {
    const [rounded, exact] = [await made(format, weights), await made('gguf-f32', 'float32')];
    const differences = rounded.frames.map((frame, i) => meanDifference(frame, exact.frames[i]!));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(Math.max(...differences)).toBeLessThan(levels);
  });

  test('unrounded weights are rounded on arrival where the graphs want it', async () => {
    const [arrived, exact] = [await made('safetensors', 'q8'), await made('gguf-f32', 'float32')];
    const differences = arrived.frames.map((frame, i) => meanDifference(frame, exact.frames[i]!));
    expect(Math.max(...differences)).toBeGreaterThan(0);
    expect(Math.max(...differences)).toBeLessThan(1);
  });
});

test('a preview shows the clip on its way: one moving picture a latent frame', async () => {
  const { preview } = await frames(job());
  expect(preview?.frames).toHaveLength(3);
  for (const frame of preview!.frames) expect(spread(frame)).toBeGreaterThan(5);
});

test('the first frame of a picture to video clip comes from the picture alone, whatever the seed', async () => {
  const canvas = new OffscreenCanvas(80, 60);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'rgb(220 50 40)';
  context.fillRect(0, 0, 40, 60);
  context.fillStyle = 'rgb(30 60 200)';
  context.fillRect(40, 0, 40, 60);
  const picture = await canvas.convertToBlob({ type: 'image/png' });
  const withPicture = (seed: number): Job => job({ seed, prompt: '', picture: { fit: 'crop' } });
  const [a, b] = [await frames(withPicture(1), picture), await frames(withPicture(2), picture)];
  expect(spread(a.frames[0]!)).toBeGreaterThan(1);
  // The decoder looks at the next latent frame too, so a trace of what follows is in it.
  expect(meanDifference(a.frames[0]!, b.frames[0]!)).toBeLessThan(meanDifference(a.frames[9]!, b.frames[9]!));
});

describe('what is on the device', () => {
  test('nothing stays when a clip is finished', async () => {
    const { runtime: on, live, runs } = watched();
    await frames(job(), null, { on });
    expect(runs.length).toBeGreaterThan(10);
    expect([...live]).toEqual([]);
  });

  test.each(['text', 'denoise', 'decode', 'encode'] as const)(
    'nothing stays when it is cancelled during %s',
    async (phase) => {
      const { runtime: on, live } = watched();
      const controller = new AbortController();
      const stopped = frames(job({ seconds: 2 }), null, {
        on,
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === 'progress' && event.phase === phase) controller.abort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
      expect([...live]).toEqual([]);
    },
  );

  test('one block warms a runtime up, before anything else and only for its first clip', async () => {
    const { runtime: on, runs } = watched();
    await frames(job(), null, { on });
    const first = runs.splice(0);
    await frames(job(), null, { on });
    expect(first[0]).toBe('wan-block');
    const blocks = (all: readonly string[]): number => all.filter((name) => name === 'wan-block').length;
    expect(blocks(first)).toBe(blocks(runs) + 1);
  });

  test('a cancel stops within one block', async () => {
    const controller = new AbortController();
    let blocks = 0;
    const { runtime: on } = watched((name) => {
      if (name.includes('block') && ++blocks === 5) controller.abort(); // while the fifth runs
    });
    const stopped = frames(job({}, { steps: 8 }), null, { on, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(blocks).toBe(5);
  });
});
