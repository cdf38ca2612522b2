const WINDOW_SECONDS = 8; // long enough to be calm, short enough to follow a network that changes
const LEAST_SECONDS = 1; // before that a rate would be a guess

/** Tells how fast a count grows, over the last seconds. */
export class RateMeter {
  readonly #clock: () => number;
  readonly #seen: { readonly at: number; readonly count: number }[] = [];

  /** @param clock seconds that only go forward. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @returns how much a second, given what it is now; null until that can be told. */
  rate(count: number): number | null {
    const at = this.#clock();
    this.#seen.push({ at, count });
    while (this.#seen.length > 2 && at - this.#seen[1]!.at >= WINDOW_SECONDS) this.#seen.shift();
    const first = this.#seen[0]!;
    return at - first.at < LEAST_SECONDS ? null : (count - first.count) / (at - first.at);
  }
}
