import { assert } from './errors.ts';

/**
 * The one thing a sampler does with latents, wherever they live.
 * `X` are latents, `V` is what the network predicts for them: latents too, or a pair that guidance has still to mix.
 */
export interface LatentOps<X, V = X> {
  /** x + v·scale, in single precision. May reuse x's memory; x must not be used afterwards, the caller owns the result, v stays the sampler's caller's. */
  addScaled(x: X, v: V, scale: number): Promise<X> | X;
}

/** What a sampler tells after each step. */
export interface StepEvent<X, V = X> {
  /** Steps done, 1 … `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The noise level of `x`: with Euler's method after the step, so that it is 0 at last; with fresh noise before it. */
  readonly sigma: number;
  /** Latents at that level, on loan until the callback returns. */
  readonly x: X;
  /** The step's velocity, on loan; the predicted clean latents are `x − sigma·velocity`. */
  readonly velocity: V;
}

/** What {@link renoiseSampler} does besides. */
export interface RenoiseOps<X, V = X> extends LatentOps<X, V> {
  /** (1 − sigma)·clean + sigma·(fresh noise), `index` counting the draws from 0. May reuse clean's memory, as above. */
  renoise(clean: X, sigma: number, index: number): Promise<X> | X;
}

/** Options of the samplers. */
export interface SamplerOptions<X, V = X> {
  readonly signal?: AbortSignal;
  /** Steps that were done before: `x` is at `sigmas[done]`, and the loop goes on from there as if it had never stopped. Default 0. */
  readonly done?: number;
  onStep?(event: StepEvent<X, V>): void | Promise<void>;
  /** After a step, with what the next one begins with: kept, it can be gone on from with `done`. Latents on loan until it returns. */
  onState?(x: X, done: number): void | Promise<void>;
}

/**
 * Solves dx/dσ = v(x, σ) from noise to clean with Euler's method: x += (σ_next − σ)·v. Exact in any number of steps where
 * paths are straight.
 * @param velocity predicts noise − clean; `index` counts steps from 0.
 * @param x latents at `sigmas[0]`, or at `sigmas[options.done]`. Consumed.
 * @param sigmas strictly falling, ending at 0.
 * @returns latents at 0, owned by the caller. Rejects with AbortError between steps.
 */
export async function eulerSampler<X, V = X>(
  velocity: (x: X, sigma: number, index: number) => Promise<V>,
  x: X,
  sigmas: readonly number[],
  ops: LatentOps<X, V>,
  options: SamplerOptions<X, V> = {},
): Promise<X> {
  const steps = countSteps(sigmas);
  let latents = x;
  for (let index = options.done ?? 0; index < steps; index++) {
    options.signal?.throwIfAborted();
    const sigma = sigmas[index]!;
    const v = await velocity(latents, sigma, index);
    const next = sigmas[index + 1]!;
    latents = await ops.addScaled(latents, v, next - sigma); // next − sigma < 0
    await options.onStep?.({ step: index + 1, steps, sigma: next, x: latents, velocity: v });
    await options.onState?.(latents, index + 1);
  }
  return latents;
}

/**
 * Predicts the clean latents and adds fresh noise of the next level, again and again: how models distilled by distribution
 * matching (DMD, arXiv:2405.14867; FastWan, Self-Forcing) and rCM (arXiv:2510.08431) are used, with the few levels that they were trained for.
 * @param velocity predicts noise − clean; `index` counts steps from 0.
 * @param x latents at `sigmas[0]`, or at `sigmas[options.done]`. Consumed.
 * @param sigmas strictly falling, ending at 0.
 * @returns latents at 0, owned by the caller. Rejects with AbortError between steps.
 */
export async function renoiseSampler<X, V = X>(
  velocity: (x: X, sigma: number, index: number) => Promise<V>,
  x: X,
  sigmas: readonly number[],
  ops: RenoiseOps<X, V>,
  options: SamplerOptions<X, V> = {},
): Promise<X> {
  const steps = countSteps(sigmas);
  let latents = x;
  for (let index = options.done ?? 0; index < steps; index++) {
    options.signal?.throwIfAborted();
    const sigma = sigmas[index]!;
    const v = await velocity(latents, sigma, index);
    const next = sigmas[index + 1]!;
    // Told before the noise comes: x − sigma·velocity is what the step predicts, at the level it was predicted from.
    await options.onStep?.({ step: index + 1, steps, sigma, x: latents, velocity: v });
    const clean = await ops.addScaled(latents, v, -sigma);
    latents = next === 0 ? clean : await ops.renoise(clean, next, index);
    await options.onState?.(latents, index + 1);
  }
  return latents;
}

function countSteps(sigmas: readonly number[]): number {
  const steps = sigmas.length - 1;
  const falls = sigmas.every((sigma, i) => i === 0 || sigma < sigmas[i - 1]!);
  assert(steps >= 1 && falls && sigmas[steps] === 0, `sigmas must fall strictly to 0, got ${sigmas}`);
  return steps;
}
