// Takes of a segment: other ways in which it was made, kept beside the one in use. A take is a segment's own words, seed, length, camera
// and settings; what it goes on from and what is there all the time are the board's, whichever take is in use.
import { type Job, settingsOf } from '../core/job.ts';
import type { Board, BoardSegment, SegmentState, Take } from './board.ts';
import { MOST_TAKES } from './kept-extras.ts';

/** Why there cannot be another take; null if there can. */
export type TakeRefusal = 'new' | 'locked' | 'most';

const selectedOf = (board: Board): BoardSegment => board.segments.value[board.selected.value]!;

/** Asks about the selected segment. */
export function takeRefusal(board: Board): TakeRefusal | null {
  const { id, seedLocked, takes } = selectedOf(board);
  const state = board.states.value[board.selected.value];
  if (!board.madeAs(id)) return 'new';
  if (takes.length + 1 >= MOST_TAKES) return 'most';
  // The same seed and the same words make the same.
  return seedLocked && state !== 'outdated' ? 'locked' : null;
}

/** All takes of the selected segment by their numbers, the one in use among them. */
export function takesOf(board: Board): readonly Take[] {
  const { takes, ...inUse } = selectedOf(board);
  return [inUse, ...takes].sort((a, b) => a.take - b.take);
}

/**
 * Begins another take of the selected segment: with a new seed, unless the seed is kept and the words have changed. The segment as it was
 * made last is kept as a take. A step that can be undone.
 * @returns false, and nothing is changed, where {@link takeRefusal} says why.
 */
export function beginTake(board: Board, drawSeed: () => number): boolean {
  if (takeRefusal(board)) return false;
  board.edit(({ takes, ...segment }) => {
    const { keepSeconds, ...inUse } = segment;
    const { keepSeconds: _, ...made } = board.madeAs(segment.id)!.segment;
    // Where it is cut is no part of how it was made.
    const isCut = keepSeconds !== undefined && keepSeconds < made.seconds;
    const former: Take = { ...inUse, ...made, ...(isCut && { keepSeconds }) };
    return {
      ...segment,
      id: board.newId(),
      seed: segment.seedLocked ? segment.seed : drawSeed(),
      take: Math.max(segment.take, ...takes.map(({ take }) => take)) + 1,
      takes: [...takes, former],
    };
  });
  return true;
}

/** Puts another take of the selected segment in use; the one that was stays as a take. A step that can be undone. */
export function chooseTake(board: Board, id: number): void {
  const chosen = selectedOf(board).takes.find((take) => take.id === id);
  if (!chosen) return;
  const job = board.toJob();
  board.edit(({ takes, ...inUse }) => ({
    ...chosen,
    settings: ownSettings(chosen, job),
    takes: takes.map((take) => (take.id === id ? inUse : take)),
  }));
}

/** Takes a take that is not in use away. A step that can be undone. */
export function removeTake(board: Board, id: number): void {
  board.edit((segment) => ({ ...segment, takes: segment.takes.filter((take) => take.id !== id) }));
}

/** The board with that take of the selected segment in use, up to that segment and no further. */
export function jobOfTake(board: Board, { id: _, take: __, seedLocked: ___, ...said }: Take): Job {
  const job = board.toJob();
  const at = board.selected.value;
  const { picture } = job.segments[at]!;
  const segment = { ...said, prompt: said.prompt.trim(), settings: ownSettings(said, job), picture };
  return { ...job, segments: [...job.segments.slice(0, at), segment] };
}

/** How a take stands to what was made, if it were in use. */
export function takeState(board: Board, take: Take, picture: Blob | null): SegmentState {
  const identity = board.identitiesOf(jobOfTake(board, take), picture).at(-1)!;
  if (board.isMade(identity)) return 'made';
  return board.madeAs(take.id) ? 'outdated' : 'new';
}

/** Those settings in which a segment differs from the board. */
function ownSettings(segment: Pick<Take, 'settings'>, job: Job): Take['settings'] {
  const all = Object.entries(settingsOf(job, { ...job.segments[0]!, settings: segment.settings }));
  return Object.fromEntries(all.filter(([name, value]) => value !== job[name as keyof Take['settings']]));
}
