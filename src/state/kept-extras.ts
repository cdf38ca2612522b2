// What is kept of a storyboard beside its job comes back from storage that anything may have happened to since.
import type { Job, Segment } from '../core/job.ts';
import { parseJob } from '../protocol/job-file.ts';
import type { MadeSegment, SegmentExtras } from './board.ts';

/** Most takes of a segment, the one in use among them. */
export const MOST_TAKES = 12;

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const number = (value: unknown): number =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 1;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @throws {AppError} `input/job` for what is not a segment. */
function segmentOf(value: unknown, job: Job): Omit<Segment, 'picture'> {
  const { picture: _, ...segment } = parseJob({ ...job, segments: [value] }).segments[0]!;
  return segment;
}

function madeOf(value: unknown, job: Job): MadeSegment | null {
  const { identity, own, segment } = fields(value);
  return segment ? { identity: text(identity), own: text(own), segment: segmentOf(segment, job) } : null;
}

/**
 * Reads {@link SegmentExtras}, one for each of the job's segments; what is missing is as if nothing had been said.
 * @param job that they belong to.
 * @throws {AppError} `input/job` for a take that is not a segment.
 */
export const parseExtras = (value: unknown, job: Job): readonly SegmentExtras[] =>
  job.segments.map((_, i) => {
    const from = fields(list(value)[i]);
    return {
      take: number(from.take),
      seedLocked: from.seedLocked === true,
      made: madeOf(from.made, job),
      takes: list(from.takes)
        .slice(0, MOST_TAKES - 1)
        .map((take) => ({
          ...segmentOf(take, job),
          id: 0, // Board.load gives a new one
          take: number(fields(take).take),
          seedLocked: fields(take).seedLocked === true,
          made: madeOf(fields(take).made, job),
        })),
    };
  });

/**
 * What a board's file says of its takes and kept seeds; {@link parseExtras} reads it. Not what was made: that lies on the one device.
 * @returns nothing where there is nothing to say.
 */
export function takesToWrite(extras: readonly SegmentExtras[]): readonly unknown[] {
  if (extras.every(({ take, seedLocked, takes }) => take === 1 && !seedLocked && takes.length === 0))
    return [];
  return extras.map(({ take, seedLocked, takes }) => ({
    take,
    seedLocked,
    takes: takes.map(({ id: _, made: __, take: number, seedLocked: isKept, ...said }) => ({
      take: number,
      seedLocked: isKept,
      ...said,
    })),
  }));
}
