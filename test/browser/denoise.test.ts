// The passes of denoising, on the engine's own runtime: what a first frame made by itself means for the rest of the clip.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DenoiseJob,
  denoise,
  denoisePasses,
  denoiseWork,
  type LatentSize,
} from '../../src/engine/denoise.ts';
import { openDevice, requestAdapter } from '../../src/engine/device.ts';
import type { Latents } from '../../src/engine/latents.ts';
import { fetchModelFile, type ModelFiles, openModelFiles } from '../../src/engine/model-files.ts';
import { JobClock } from '../../src/engine/progress.ts';
import { availableThreads, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import type { GenerateEvent } from '../../src/protocol/engine-api.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { tinyModel } from '../fixtures/tiny-model.ts';

const SIZE: LatentSize = { frames: 3, height: 4, width: 6 };
const STEPS = 3;
const { signal } = new AbortController();

let manifest: ModelManifest;
let files: ModelFiles;

beforeAll(async () => {
  manifest = await tinyModel();
  files = await openModelFiles(manifest, fetchModelFile, { signal, onProgress: () => {} });
});

/** Text states that are the same in every run: what they say does not matter here. */
const states = (rows: number): Float32Array =>
  Float32Array.from({ length: rows * manifest.text.dim }, (_, i) => Math.sin(i * 1.7));

interface Wish {
  readonly firstFrameFirst: boolean;
  readonly size?: LatentSize;
  readonly picture?: Float32Array;
}

const job = ({ firstFrameFirst, size = SIZE, picture }: Wish): DenoiseJob => ({
  manifest,
  weights: files.transformer,
  precision: { activations: 'float32', weights: 'float32' },
  passes: denoisePasses({ firstFrameFirst }, size, picture ? 1 : 0),
  steps: STEPS,
  shift: 3,
  guidance: 2,
  seed: 7,
  states: [states(5), states(2)],
  prefix: picture ?? null,
});

/** The values of one latent frame `[C, 1, h, w]`. */
function frameOf({ data, channels, frames, height, width }: Latents, t: number): Float32Array {
  const area = height * width;
  const out = new Float32Array(channels * area);
  for (let c = 0; c < channels; c++)
    out.set(data.subarray((c * frames + t) * area, (c * frames + t + 1) * area), c * area);
  return out;
}

describe.each(['wasm', 'webgpu'] as const)('on %s', (device) => {
  let runtime: Runtime;

  beforeAll(async () => {
    const adapter = device === 'webgpu' ? await requestAdapter() : null;
    if (device === 'webgpu' && !adapter) throw new Error('this browser has no WebGPU adapter');
    const gpu = adapter && (await openDevice(adapter, { shaderF16: true, subgroups: true }));
    runtime = await openRuntime({ gpu, threads: availableThreads() });
  });

  afterAll(() => runtime.close());

  const make = async (wish: Wish, onEvent: (event: GenerateEvent) => void = () => {}): Promise<Latents> => {
    const clock = new JobClock('test', onEvent, () => Date.now());
    const wanted = job(wish);
    clock.plan('denoise', denoiseWork(wanted.passes, manifest.transformer, STEPS, wanted.states.length));
    clock.enter('denoise');
    return denoise(runtime, wanted, { signal, clock, previewer: null });
  };

  test('a first frame made first is the picture that the model makes by itself, and the rest goes on from it', async () => {
    const clip = await make({ firstFrameFirst: true });
    const picture = await make({ firstFrameFirst: false, size: { ...SIZE, frames: 1 } });
    expect(frameOf(clip, 0)).toEqual(picture.data);
    const goneOn = await make({ firstFrameFirst: false, picture: picture.data });
    expect(clip.data).toEqual(goneOn.data);
    expect(clip).toMatchObject({ frames: SIZE.frames, height: SIZE.height, width: SIZE.width });
  });

  test('made at once, the first frame sees the others: it is another one', async () => {
    const together = await make({ firstFrameFirst: false });
    const first = await make({ firstFrameFirst: true });
    expect(frameOf(together, 0)).not.toEqual(frameOf(first, 0));
  });

  test('a given picture is the first frame, and nothing is made before it', async () => {
    const area = SIZE.height * SIZE.width;
    const picture = Float32Array.from({ length: manifest.transformer.channels * area }, (_, i) =>
      Math.cos(i),
    );
    const clip = await make({ firstFrameFirst: true, picture });
    expect(frameOf(clip, 0)).toEqual(picture);
    expect(clip.data).toEqual((await make({ firstFrameFirst: false, picture })).data);
  });

  test('progress counts the blocks of both passes by their frames and ends where it said', async () => {
    const told: GenerateEvent[] = [];
    await make({ firstFrameFirst: true }, (event) => told.push(event));
    const last = told.at(-1);
    const total = STEPS * 2 * manifest.transformer.layers * (1 + SIZE.frames); // two evaluations a step
    expect(last).toMatchObject({ type: 'progress', phase: 'denoise', done: total, total });
  });
});
