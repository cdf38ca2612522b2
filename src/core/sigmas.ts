import { AppError } from './errors.ts';

const MAX_STEPS = 1000; // the training grid of the family; more steps would repeat a timestep
const SHIFT = { min: 0.01, max: 100 }; // beyond these single steps become too small for single precision

/**
 * Noise levels of a rectified flow: linearly spaced, then moved towards noise by `shift` (Esser et al. 2024, arXiv:2403.03206,
 * eq. 23): σ' = sσ / (1 + (s − 1)σ), which is sσ / ((1 − σ) + sσ) and so exactly 1 at 1 and 0 at 0.
 * @param steps integer 1 … 1000.
 * @param shift 0.01 … 100; 1 leaves the spacing linear, Wan uses 3 to 8.
 * @returns `steps + 1` numbers from 1 to 0, strictly falling.
 * @throws {AppError} `input/steps`, `input/shift`.
 */
export function flowSigmas(steps: number, shift: number): number[] {
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= MAX_STEPS)) {
    throw new AppError(
      'input/steps',
      `${steps} steps cannot be made: steps are whole and from 1 to ${MAX_STEPS}. Choose such a number.`,
      { detail: { asked: String(steps), min: 1, max: MAX_STEPS } },
    );
  }
  if (!(shift >= SHIFT.min && shift <= SHIFT.max)) {
    throw new AppError(
      'input/shift',
      `A shift of ${shift} cannot be used: it must be from ${SHIFT.min} to ${SHIFT.max}. Wan models use 3 to 8.`,
      { detail: { asked: String(shift), ...SHIFT } },
    );
  }
  return Array.from({ length: steps + 1 }, (_, i) => {
    const clean = i / steps; // 1 − σ
    const noise = shift * (1 - clean); // sσ
    return noise / (clean + noise);
  });
}

/** How a model goes from noise to clean: Euler on a shifted schedule of any length, or fixed levels with fresh noise between them. */
export type SamplerConfig =
  | { readonly kind: 'euler' }
  | {
      readonly kind: 'renoise';
      /** The levels it was distilled for, strictly falling, the last one above 0. */
      readonly sigmas: readonly number[];
    };

/**
 * The noise levels of a clip.
 * @returns strictly falling, the last one 0. Latents begin at the first: noise times it.
 * @throws {AppError} `input/steps`, `input/shift`.
 */
export function scheduleOf(sampler: SamplerConfig, steps: number, shift: number): readonly number[] {
  if (sampler.kind === 'euler') return flowSigmas(steps, shift);
  const { sigmas } = sampler;
  if (steps === sigmas.length) return [...sigmas, 0];
  throw new AppError(
    'input/steps',
    `${steps} steps cannot be made: this model was trained for exactly ${sigmas.length}. Choose ${sigmas.length}.`,
    { detail: { asked: String(steps), min: sigmas.length, max: sigmas.length } },
  );
}

/** Levels given as timesteps 0 … 1000, as the configurations of distilled checkpoints list them. */
export const sigmasOfTimesteps = (timesteps: readonly number[]): readonly number[] =>
  timesteps.map((timestep) => timestep / 1000);

const RCM_TIMES = [1.5, 1.4, 1]; // radians, between the first and the end

/**
 * Levels of rCM (arXiv:2510.08431, as its inference script lists them): angles t of trigonometric flow, where x = cos(t)·clean + sin(t)·noise up
 * to a factor, as σ = sin t / (sin t + cos t).
 * @param steps 1 … 4.
 * @param sigmaMax noise against signal at the beginning, 80 in the published models.
 * @returns `steps` numbers, strictly falling, all above 0.
 */
export function rcmSigmas(steps: 1 | 2 | 3 | 4, sigmaMax = 80): readonly number[] {
  const times = [Math.atan(sigmaMax), ...RCM_TIMES.slice(0, steps - 1)];
  return times.map((t) => Math.sin(t) / (Math.sin(t) + Math.cos(t)));
}
