import type { Job } from '../core/job.ts';
import type { DeviceChoice } from '../protocol/engine-api.ts';
import { parseJob } from '../protocol/job-file.ts';
import { SEGMENT_STATES, type SegmentExtras, type SegmentState } from './board.ts';
import { parseExtras } from './kept-extras.ts';

/** Which of the kept boards one is. */
export interface BoardMark {
  /** 16 hexadecimal digits; the same as long as there is the board. Empty until it is kept. */
  readonly id: string;
  /** The visitor's own name for it; empty: its first words are its name. */
  readonly name: string;
  /** It is kept even if it is a plain clip: it was named, branched off or put away once. */
  readonly isKept: boolean;
}

/** A board as it was written, its picture apart. */
export interface WrittenBoard {
  readonly mark: BoardMark;
  readonly job: Job;
  readonly selected: number;
  readonly made: readonly string[];
  readonly states: readonly SegmentState[];
  readonly extras: readonly SegmentExtras[];
  readonly visibleLabel: boolean;
  readonly device: DeviceChoice;
  /** It was being made when the page was closed. */
  readonly wasRunning: boolean;
  /** By a version that kept one board only, without a mark. */
  readonly isOld: boolean;
}

/** Longest name of a board, UTF-16 units. */
export const MAX_BOARD_NAME = 200;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];

/**
 * Reads a board as the page wrote it. It may hold what cannot be made yet: half-written boards are kept as well. Earlier versions kept a
 * single board without a mark.
 * @param mark for a board that has none.
 * @throws {AppError} `input/job` · {SyntaxError} for what is no board.
 */
export function readBoard(text: string, mark: BoardMark): WrittenBoard {
  const kept = JSON.parse(text) as Record<string, unknown>;
  const job = parseJob(kept.job);
  const isOld = typeof kept.id !== 'string' || !/^[0-9a-f]{16}$/.test(kept.id);
  return {
    mark: {
      id: isOld ? mark.id : (kept.id as string),
      name: typeof kept.name === 'string' ? kept.name.slice(0, MAX_BOARD_NAME) : '',
      isKept: kept.isKept === true,
    },
    isOld,
    job,
    selected: typeof kept.selected === 'number' ? kept.selected : 0,
    made: texts(kept.made),
    states: texts(kept.states).map((state) => SEGMENT_STATES.find((known) => known === state) ?? 'new'),
    extras: kept.extras === undefined ? [] : parseExtras(kept.extras, job),
    visibleLabel: kept.visibleLabel !== false,
    device: kept.device === 'webgpu' || kept.device === 'wasm' ? kept.device : 'auto',
    wasRunning: kept.running === true,
  };
}
