// Schedule, noise and denoising: from the states of the prompts to the clip's clean latents.

import { AppError, assert } from '../core/errors.ts';
import { eulerSampler, renoiseSampler, type StepEvent } from '../core/samplers.ts';
import { gaussianNoise } from '../core/seeded-noise.ts';
import { scheduleOf } from '../core/sigmas.ts';
import type { Precision } from '../networks/part.ts';
import type { WanShape } from '../networks/wan-transformer.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import type { Latents } from './latents.ts';
import type { WeightOrigin } from './part-weights.ts';
import type { Previewer } from './preview.ts';
import type { JobClock } from './progress.ts';
import { copyFloats, type DeviceTensor, type Runtime } from './runtime.ts';
import { padStates } from './text-encoder.ts';
import { type DenoisePass, type GuidedVelocity, Transformer } from './transformer.ts';

/** Size of a clip's latents: T, h, w. */
export type LatentSize = Pick<WanShape, 'frames' | 'height' | 'width'>;

/** What is denoised and how. */
export interface DenoiseJob {
  readonly manifest: Pick<ModelManifest, 'transformer' | 'text' | 'textOptions' | 'sampler'>;
  readonly weights: WeightOrigin;
  readonly precision: Precision;
  /** {@link denoisePasses}. */
  readonly passes: readonly DenoisePass[];
  readonly steps: number;
  readonly shift: number;
  readonly guidance: number;
  readonly seed: number;
  /** Text states `[L, D]` of the prompt and, if guidance asks for it, of the negative prompt. */
  readonly states: readonly Float32Array[];
  /** Clean latents `[C, prefixFrames, h, w]` that the clip begins with: a picture's, or the end of what it goes on from. */
  readonly prefix: Float32Array | null;
}

/** How far a job had come: with it, the rest is made as if it had never stopped. */
export interface DenoiseState {
  /** Which of the passes. */
  readonly pass: number;
  /** Steps done in it. */
  readonly done: number;
  /** Latents of the pass at that step; with `done: 0` the clean result of the pass before. */
  readonly data: Float32Array;
}

/** What survives while a job is denoised. */
export interface DenoiseKeeper {
  /** Where an earlier attempt at the same job had come. */
  readonly from: DenoiseState | null;
  /** Called after every step but the last. */
  keep(state: DenoiseState): Promise<void>;
}

/** Where denoising reports and how it is stopped. */
export interface DenoiseOptions {
  readonly signal: AbortSignal;
  /** Has {@link denoiseWork} planned, and is told how much of it is done. */
  readonly clock: JobClock;
  /** Stays the caller's. */
  readonly previewer: Previewer | null;
  /** Absent where nothing is kept. */
  readonly keeper?: DenoiseKeeper;
}

/**
 * In how many passes a clip is made, and of which sizes. A picture's latents, or the end of an earlier segment, are a clean prefix. Without, models
 * that want it paint the first frame by itself, as a picture, and go on from there as from a given one: what things look like
 * and how they move are two decisions, and a small model takes one at a time far better (Emu Video, arXiv:2311.10709).
 */
export function denoisePasses(
  manifest: Pick<ModelManifest, 'firstFrameFirst'>,
  size: LatentSize,
  prefixFrames: number,
): readonly DenoisePass[] {
  const goingOn = (frames: number): DenoisePass => ({
    shape: { ...size, times: 2 },
    prefixFrames: frames,
  });
  if (prefixFrames > 0) return [goingOn(prefixFrames)];
  if (!manifest.firstFrameFirst || size.frames === 1)
    return [{ shape: { ...size, times: 1 }, prefixFrames: 0 }];
  return [{ shape: { ...size, frames: 1, times: 1 }, prefixFrames: 0 }, goingOn(1)];
}

/**
 * How much work there is, for {@link JobClock.plan}, in blocks over one latent frame: passes differ in how many frames they have.
 * @param prompts one, or two with guidance.
 */
export const denoiseWork = (
  passes: readonly DenoisePass[],
  { layers }: Pick<ModelManifest['transformer'], 'layers'>,
  steps: number,
  prompts: number,
): number => passes.reduce((sum, { shape }) => sum + shape.frames, 0) * steps * prompts * layers;

/**
 * Makes clean latents out of noise.
 * @returns `[C, T, h, w]`, finite.
 * @throws {AppError} `model/…`, `gpu/…`; rejects with AbortError. Nothing stays on the device.
 */
export async function denoise(
  runtime: Runtime,
  job: DenoiseJob,
  { signal, clock, previewer, keeper }: DenoiseOptions,
): Promise<Latents> {
  const { manifest, passes, steps } = job;
  const from = keeper?.from ?? null;
  const texts = job.states.map((states) => padStates(states, manifest.text.dim, manifest.textOptions.padTo));
  const firstPass = from?.pass ?? 0;
  let pass = passes[firstPass]!;
  if (from) {
    const work = (some: readonly DenoisePass[], count: number): number =>
      denoiseWork(some, manifest.transformer, count, texts.length);
    clock.add('denoise', work(passes.slice(0, firstPass), steps) + work([pass], from.done));
  }
  const setup = {
    config: manifest.transformer,
    textLengths: texts.map(({ length }) => length),
    precision: job.precision,
    guidance: job.guidance,
    signal,
    onBlock: () => clock.add('denoise', pass.shape.frames),
  };
  const transformer = await Transformer.load(runtime, job.weights, setup, pass);
  try {
    const contexts: DeviceTensor[] = [];
    for (const { states } of texts) contexts.push(await transformer.context(states));
    const sigmas = scheduleOf(manifest.sampler, steps, job.shift);
    let known = from?.done === 0 ? from.data : job.prefix;
    let latents: Latents | null = null;
    for (const [index, next] of passes.entries()) {
      if (index < firstPass) continue;
      if (index > firstPass) await transformer.enter(next);
      pass = next;
      await transformer.prepareTimes(sigmas.slice(0, -1));
      const noise = (draw: number): Float32Array =>
        passNoise(job.seed, manifest.transformer.channels, next, draw);
      const resumed = from !== null && index === firstPass && from.done > 0 ? from : null;
      const start =
        resumed?.data ?? startLatents(noise(0), sigmas[0]!, manifest.transformer.channels, pass, known);
      const setup: PassSetup = {
        runtime,
        transformer,
        contexts,
        sigmas,
        signal,
        noise,
        done: resumed?.done ?? 0,
        keep: keeper ? (data, done) => keeper.keep({ pass: index, done, data }) : null,
      };
      latents = await runPass(setup, manifest.sampler.kind, start, async (clean, step) => {
        if (previewer?.isDue(clock.secondsIn('denoise')) && step < steps)
          await previewer.show(await clean(), index * steps + step, signal);
      });
      known = latents.data;
      if (index + 1 < passes.length) await keeper?.keep({ pass: index + 1, done: 0, data: known });
    }
    assert(latents !== null, 'a clip takes a pass at least');
    return latents;
  } finally {
    await transformer.free();
  }
}

/** Sequences of random numbers between two draws of one pass; a prefix has fewer frames than this. */
const STREAMS_PER_DRAW = 256;

/**
 * Noise `[C, T, h, w]` of a pass. How many frames are known chooses the sequence of random numbers: a first frame and what
 * goes on from it must not share their noise, and neither must two draws.
 */
function passNoise(
  seed: number,
  channels: number,
  { shape, prefixFrames }: DenoisePass,
  draw: number,
): Float32Array {
  const count = channels * shape.frames * shape.height * shape.width;
  return gaussianNoise(seed, prefixFrames + STREAMS_PER_DRAW * draw, count);
}

/**
 * What a pass begins with: noise `[C, T, h, w]` times the first sigma, and the known frames in their place.
 * @param noise consumed.
 * @param known `[C, prefixFrames, h, w]`, or null without a prefix.
 */
function startLatents(
  noise: Float32Array,
  sigma: number,
  channels: number,
  { shape, prefixFrames }: DenoisePass,
  known: Float32Array | null,
): Float32Array {
  const area = shape.height * shape.width;
  if (sigma !== 1) for (const [i, value] of noise.entries()) noise[i] = sigma * value;
  if (prefixFrames === 0) return noise;
  assert(known?.length === channels * prefixFrames * area, 'the frames of a prefix are there');
  for (let c = 0; c < channels; c++) {
    const prefix = known.subarray(c * prefixFrames * area, (c + 1) * prefixFrames * area);
    noise.set(prefix, c * shape.frames * area);
  }
  return noise;
}

/** What a pass works with. */
interface PassSetup {
  readonly runtime: Runtime;
  readonly transformer: Transformer;
  readonly contexts: readonly DeviceTensor[];
  readonly sigmas: readonly number[];
  readonly signal: AbortSignal;
  /** The draw-th noise, `[C, T, h, w]`; 0 was the start. */
  readonly noise: (draw: number) => Float32Array;
  /** Steps done before. */
  readonly done: number;
  /** Takes the latents after each step but the last; null where nothing is kept. */
  readonly keep: ((data: Float32Array, done: number) => Promise<void>) | null;
}

/** Denoises from the first sigma to 0. `onStep` may ask for what the clip would be if the path were straight from here. */
async function runPass(
  { runtime, transformer, contexts, sigmas, signal, noise, done, keep }: PassSetup,
  sampler: 'euler' | 'renoise',
  start: Float32Array,
  onStep: (clean: () => Promise<Latents>, step: number) => Promise<void>,
): Promise<Latents> {
  const live = new Set<DeviceTensor>();
  const hold = (tensor: DeviceTensor): DeviceTensor => {
    live.add(tensor);
    return tensor;
  };
  const drop = (tensor: DeviceTensor | null): void => {
    if (tensor && live.delete(tensor)) tensor.free();
  };
  const describe = async (x: DeviceTensor): Promise<Latents> => {
    const [, channels, frames, height, width] = x.dims as [number, number, number, number, number];
    return { data: await copyFloats(x), channels, frames, height, width };
  };
  try {
    let velocity: GuidedVelocity | null = null;
    const predict = async (x: DeviceTensor, sigma: number): Promise<GuidedVelocity> => {
      drop(velocity?.cond ?? null);
      drop(velocity?.uncond ?? null);
      const cond = hold(await transformer.velocity(x, sigma, contexts[0]!));
      const uncond = contexts[1] ? hold(await transformer.velocity(x, sigma, contexts[1])) : null;
      velocity = { cond, uncond };
      return velocity;
    };
    const addScaled = async (x: DeviceTensor, v: GuidedVelocity, scale: number): Promise<DeviceTensor> => {
      const next = hold(await transformer.ops.addScaled(x, v, scale));
      await runtime.finish();
      drop(x);
      return next;
    };
    /** clean + sigma·(noise − clean); frames of the prefix stay. */
    const renoise = async (clean: DeviceTensor, sigma: number, index: number): Promise<DeviceTensor> => {
      const fresh = hold(transformer.latents(noise(index + 1)));
      const away = await addScaled(fresh, { cond: clean, uncond: null }, -1);
      const next = await addScaled(clean, { cond: away, uncond: null }, sigma);
      drop(away);
      return next;
    };
    const options = {
      signal,
      done,
      onState: async (x: DeviceTensor, after: number) => {
        if (!keep || after + 1 >= sigmas.length) return;
        const data = await copyFloats(x);
        // What has gone wrong must not be gone on from.
        if (data.every(Number.isFinite)) await keep(data, after);
      },
      onStep: ({ step, sigma, x, velocity }: StepEvent<DeviceTensor, GuidedVelocity>) =>
        onStep(async () => {
          // clean = x − σ·v
          const clean = await transformer.ops.addScaled(x, velocity, -sigma);
          try {
            return await describe(clean);
          } finally {
            clean.free();
          }
        }, step),
    };
    const ops = { addScaled, renoise };
    const first = hold(transformer.latents(start));
    const x = await (sampler === 'euler'
      ? eulerSampler<DeviceTensor, GuidedVelocity>(predict, first, sigmas, ops, options)
      : renoiseSampler<DeviceTensor, GuidedVelocity>(predict, first, sigmas, ops, options));
    const latents = await describe(x);
    if (!latents.data.every(Number.isFinite)) {
      throw new AppError(
        'gpu/failed',
        'The numbers went wrong on this graphics processor (not finite). WebAssembly works without it: choose it under Advanced.',
      );
    }
    return latents;
  } finally {
    for (const tensor of live) tensor.free();
  }
}
