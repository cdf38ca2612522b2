import { PHASES, type Phase } from '../protocol/engine-api.ts';

/** Share of the whole that each phase usually takes; painting and writing alternate, so they share one stretch. */
const SHARES: Readonly<Record<Phase, number>> = {
  prepare: 0.1,
  text: 0.03,
  picture: 0.02,
  denoise: 0.6,
  decode: 0.25,
  encode: 0.25,
};

const shareBefore = (phase: Phase): number => {
  // Writing begins with painting.
  const end = PHASES.indexOf(phase === 'encode' ? 'decode' : phase);
  return PHASES.slice(0, end).reduce((sum, earlier) => sum + SHARES[earlier], 0);
};

/** How much of a whole job is done, 0 … 1, given how much of one phase is. An estimate: phases take different shares on different devices. */
export function overallFraction(phase: Phase, done: number, total: number): number {
  const inPhase = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  return Math.min(1, shareBefore(phase) + SHARES[phase] * inPhase);
}

/** True if `next` comes after `phase` or is the same: phases that alternate at the end are shown as the later one. */
export const isForward = (phase: Phase, next: Phase): boolean =>
  PHASES.indexOf(next) >= PHASES.indexOf(phase);
