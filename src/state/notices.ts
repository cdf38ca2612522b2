import { effect, type ReadonlySignal, signal } from '@preact/signals-core';

/** Something good to know that needs no decision; the interface has a sentence for each. */
export type Notice =
  | { readonly id: 'restored' }
  /** The clip was made by another version of this model: the frames may differ. */
  | { readonly id: 'restored-version'; readonly made: string; readonly here: string }
  /** The clip was made by a model that is not here. */
  | { readonly id: 'restored-model'; readonly made: string }
  /** The settings ask for a picture that the file did not bring. */
  | { readonly id: 'picture-needed' }
  /** The page was closed while a film was made; what was made of it is kept. */
  | { readonly id: 'interrupted' }
  /** The picture is the last frame of somebody else's video. */
  | { readonly id: 'last-frame'; readonly name: string }
  | { readonly id: 'unknown-file'; readonly name: string };

/** The few sentences that a screen reader hears. */
export const STATUSES = [
  'making',
  'ready',
  'cancelled',
  'failed',
  'no-room',
  'queued',
  'refused',
  'restored',
  'picture-added',
  'picture-removed',
  'copied',
] as const;

/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

/** How long a sentence stays, so that the same one can be said again later. */
const STATUS_MS = 4000;

/** The one line that is spoken. Sentences that follow each other at once replace each other. */
export class StatusLine {
  readonly #status = signal<Status | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get status(): ReadonlySignal<Status | null> {
    return this.#status;
  }

  /** Says a sentence. */
  say(status: Status): void {
    clearTimeout(this.#timer);
    this.#status.value = status;
    this.#timer = setTimeout(() => {
      this.#status.value = null;
    }, STATUS_MS);
  }

  /** Says a sentence whenever `find` gives another one. Returns a function that stops it. */
  follow(find: () => Status | null): () => void {
    let last: Status | null = null;
    return effect(() => {
      const next = find();
      if (next && next !== last) this.say(next);
      last = next;
    });
  }

  /** Stops the clock. */
  dispose(): void {
    clearTimeout(this.#timer);
  }
}
