// How a storyboard is played from the films that show its segments: in the order of the board, with as few changes of film as there can be.

/** A segment as it is found in a film. */
export interface ShownSegment {
  /** Of `core/segment-identity.ts`. */
  readonly identity: string;
  /** How long it is seen, seconds. */
  readonly seconds: number;
}

/** A segment of the board and what is to be shown of it. */
export interface WantedSegment {
  /** Null if nothing was ever made of it. */
  readonly identity: string | null;
  /** Its length on the board, seconds. */
  readonly seconds: number;
}

/** Segments of the board that lie in one film one after the other; or in none. */
export interface Stretch {
  /** First segment, and the one behind the last. */
  readonly first: number;
  readonly end: number;
  /** On the board, seconds. */
  readonly from: number;
  readonly to: number;
  /** Place in the list of films; null if no film shows it. */
  readonly film: number | null;
  /** Where it begins in the film, and how long it is seen there, seconds; no longer than on the board. */
  readonly start: number;
  readonly seconds: number;
}

/** Lengths that differ by less are the same: no film has a frame so short. */
const SAME_SECONDS = 0.005;

/**
 * Plans how the board is played. Each stretch is the longest that a film has; of two films that are as good the earlier in the list.
 * @param films the segments of each in order.
 * @returns stretches that cover the board without gaps; those that no film shows are one stretch each with their missing neighbours.
 */
export function planPlay(
  wanted: readonly WantedSegment[],
  films: readonly (readonly ShownSegment[])[],
): readonly Stretch[] {
  const plan: Stretch[] = [];
  let from = 0;
  for (let first = 0; first < wanted.length; ) {
    let best = { film: null as number | null, at: 0, count: 0 };
    films.forEach((shown, film) => {
      shown.forEach((_, at) => {
        const count = runLength(wanted, first, shown, at);
        if (count > best.count) best = { film, at, count };
      });
    });
    const end = first + Math.max(1, best.count);
    const to = from + total(wanted.slice(first, end));
    const last = plan.at(-1);
    if (best.film === null && last?.film === null) {
      plan[plan.length - 1] = { ...last, end, to };
    } else {
      const shown = best.film === null ? [] : films[best.film]!;
      const start = total(shown.slice(0, best.at));
      const seconds = Math.min(total(shown.slice(best.at, best.at + best.count)), to - from);
      plan.push({ first, end, from, to, film: best.film, start, seconds });
    }
    first = end;
    from = to;
  }
  return plan;
}

/** Segments from `first` on that the film has from `at` on; after one of another length there is a jump. */
function runLength(
  wanted: readonly WantedSegment[],
  first: number,
  shown: readonly ShownSegment[],
  at: number,
): number {
  let count = 0;
  while (wanted[first + count] && wanted[first + count]?.identity === shown[at + count]?.identity) {
    const difference = wanted[first + count]!.seconds - shown[at + count]!.seconds;
    count++;
    if (Math.abs(difference) > SAME_SECONDS) break;
  }
  return count;
}

const total = (segments: readonly { readonly seconds: number }[]): number =>
  segments.reduce((sum, { seconds }) => sum + seconds, 0);

/** The stretch that is on at a time of the board; the last one at its end. −1 only of an empty plan. */
export const stretchAt = (plan: readonly Stretch[], seconds: number): number => {
  const at = plan.findIndex(({ to }) => seconds < to);
  return at < 0 ? plan.length - 1 : at;
};

/** The next stretch from `index` on, itself included, that can be shown; −1 if there is none. */
export const nextShown = (plan: readonly Stretch[], index: number): number =>
  plan.findIndex(({ film }, at) => at >= index && film !== null);
