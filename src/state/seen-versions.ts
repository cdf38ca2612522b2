import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Board } from './board.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';

const KEY = 'kindling.versions';

/** What is kept over a reload. */
interface KeptVersions {
  /** Identity of the last segment, in which those before are: it tells boards apart. */
  readonly board: string;
  /** What was made last of each segment. */
  readonly seen: readonly (string | null)[];
}

/** What was made last of each segment of the board: what is shown of it after it was changed. */
export class SeenVersions {
  readonly #seen = signal<ReadonlyMap<number, string>>(new Map());
  /** Identities by the segments' ids. */
  readonly seen: ReadonlySignal<ReadonlyMap<number, string>> = this.#seen;
  readonly #board: Pick<Board, 'segments' | 'identities'>;
  readonly #store: TextStore | null;

  /** Begins with what was kept, if it is of this board. */
  constructor(board: Pick<Board, 'segments' | 'identities'>, store: TextStore | null) {
    this.#board = board;
    this.#store = store;
    try {
      const kept = JSON.parse(keptChoice(KEY, store) ?? '{}') as Partial<KeptVersions>;
      if (kept.board === this.#lastIdentity && Array.isArray(kept.seen)) this.#recall(kept.seen);
    } catch {
      // Of another version: what was changed has no pictures then.
    }
  }

  /** Takes in what is there now, and keeps it. @param current segment's id and identity. */
  remember(current: readonly (readonly [number, string])[]): void {
    const seen = this.#seen.peek();
    if (!current.every(([id, identity]) => seen.get(id) === identity))
      this.#seen.value = new Map([...seen, ...current]);
    const kept: KeptVersions = {
      board: this.#lastIdentity,
      seen: this.#board.segments.peek().map(({ id }) => this.#seen.peek().get(id) ?? null),
    };
    keepChoice(KEY, JSON.stringify(kept), this.#store);
  }

  get #lastIdentity(): string {
    return this.#board.identities.peek().at(-1) ?? '';
  }

  #recall(identities: readonly unknown[]): void {
    const segments = this.#board.segments.peek();
    const seen = identities.flatMap((identity, index) => {
      const id = segments[index]?.id;
      return typeof identity === 'string' && id !== undefined ? [[id, identity] as const] : [];
    });
    this.#seen.value = new Map(seen);
  }
}
