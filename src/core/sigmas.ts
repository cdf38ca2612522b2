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
