import { settingsOf } from '../core/job.ts';
import type { RunningJob } from './job-state.ts';

/** How far one segment of a running job is. */
export interface SegmentTime {
  /** 0 … 1 for the one that is being made; null for those that wait. */
  readonly fraction: number | null;
  /** Until it is finished; null until it can be told. */
  readonly secondsLeft: number | null;
}

/**
 * Shares the progress of a job out among its segments, by the work that each is: its length, steps and prompts looked at.
 * @param isMade segments that are there already and cost nothing.
 * @returns one for each segment of the job; null for those that are finished.
 */
export function segmentTimes(
  { request: { job }, segment, fraction, secondsLeft }: RunningJob,
  isMade: (index: number) => boolean,
): readonly (SegmentTime | null)[] {
  const work = job.segments.map((said, index) => {
    const { steps, guidance } = settingsOf(job, said);
    return index < segment.index || isMade(index) ? 0 : said.seconds * steps * (guidance === 1 ? 1 : 2);
  });
  const all = work.reduce((sum, one) => sum + one, 0);
  const left = Math.max(0, 1 - fraction);
  let until = 0; // of all work that was left when the present segment began
  return work.map((own, index) => {
    if (index < segment.index || (own === 0 && index > segment.index)) return null;
    const before = until;
    until += all === 0 ? 1 : own / all;
    const wholeJob = 1 - segment.from;
    const done = wholeJob === 0 ? 1 : (fraction - segment.from) / wholeJob; // of the same work
    // What remains when everything is denoised is painting.
    const share = left === 0 ? 1 : Math.max(0, until - done) / Math.max(1e-6, 1 - done);
    return {
      fraction:
        index === segment.index
          ? Math.min(1, Math.max(0, (done - before) / Math.max(1e-6, until - before)))
          : null,
      secondsLeft: secondsLeft === null ? null : secondsLeft * Math.min(1, share),
    };
  });
}
