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
  /** The noise level `x` is at now: 0 after the last step. */
  readonly sigma: number;
  /** Latents after the step, on loan until the callback returns. */
  readonly x: X;
  /** The step's velocity, on loan; the predicted clean latents are `x − sigma·velocity`. */
  readonly velocity: V;
}

/**
 * Solves dx/dσ = v(x, σ) from noise to clean with Euler's method: x += (σ_next − σ)·v. Exact in any number of steps where
 * paths are straight.
 * @param velocity predicts noise − clean; `index` counts steps from 0.
 * @param x latents at `sigmas[0]`. Consumed.
 * @param sigmas strictly falling, ending at 0.
 * @returns latents at 0, owned by the caller. Rejects with AbortError between steps.
 */
export async function eulerSampler<X, V = X>(
  velocity: (x: X, sigma: number, index: number) => Promise<V>,
  x: X,
  sigmas: readonly number[],
  ops: LatentOps<X, V>,
  options: { readonly signal?: AbortSignal; onStep?(event: StepEvent<X, V>): void | Promise<void> } = {},
): Promise<X> {
  const steps = sigmas.length - 1;
  const falls = sigmas.every((sigma, i) => i === 0 || sigma < sigmas[i - 1]!);
  assert(steps >= 1 && falls && sigmas[steps] === 0, `sigmas must fall strictly to 0, got ${sigmas}`);
  let latents = x;
  for (const [index, sigma] of sigmas.slice(0, -1).entries()) {
    options.signal?.throwIfAborted();
    const v = await velocity(latents, sigma, index);
    const next = sigmas[index + 1]!;
    latents = await ops.addScaled(latents, v, next - sigma); // next − sigma < 0
    await options.onStep?.({ step: index + 1, steps, sigma: next, x: latents, velocity: v });
  }
  return latents;
}
