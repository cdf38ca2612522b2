import { shortestCut } from '../core/check-job.ts';
import type { Continuation } from '../core/job.ts';
import { LATENT_TOLERANCE } from '../core/video-format.ts';

/** Where a segment's end can be cut. */
export interface CutRange {
  /** Seconds between two places. */
  readonly step: number;
  /** The first and the last place, in steps; at `last + 1` nothing is cut. */
  readonly first: number;
  readonly last: number;
}

/**
 * Where the end of a segment of so many seconds can be cut.
 * @returns null if there is nothing that could be cut off, or the model cannot go on from it.
 */
export function cutRange(
  seconds: number,
  continuation: Continuation | undefined,
  fps: number,
): CutRange | null {
  if (!continuation) return null;
  const step = continuation.secondsStep;
  const first = shortestCut(continuation, fps);
  const last = Math.ceil(seconds / step - LATENT_TOLERANCE) - 1;
  return first <= last ? { step, first, last } : null;
}

/** So many steps as seconds that people write: 1.1667 for seven sixths. */
export const cutSeconds = ({ step }: Pick<CutRange, 'step'>, steps: number): number =>
  Number((steps * step).toFixed(4));
