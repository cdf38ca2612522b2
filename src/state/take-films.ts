import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Engine } from '../client/engine.ts';
import { isAbort } from '../core/errors.ts';
import { shownSeconds } from '../core/job.ts';
import type { GenerateRequest } from '../protocol/engine-api.ts';

/** Where a take is to be seen, or why it is not. */
export type TakeFilm =
  | { readonly status: 'film'; readonly url: string; readonly start: number; readonly seconds: number }
  | { readonly status: 'preparing' | 'not-kept' | 'failed' };

/**
 * Puts films together that show takes, from what is kept of their segments: nothing is denoised for it. One at a time, as the engine
 * works. The owner calls {@link TakeFilms.dispose}.
 */
export class TakeFilms {
  readonly #engine: Engine;
  readonly #alone: (work: () => Promise<void>) => Promise<boolean>;
  readonly #films = signal<ReadonlyMap<string, TakeFilm>>(new Map());
  readonly #abort = new AbortController();
  #last: Promise<void> = Promise.resolve();

  /** @param alone runs work with the engine in no other hands; false, with nothing run, if it is at work. */
  constructor(engine: Engine, alone: (work: () => Promise<void>) => Promise<boolean>) {
    this.#engine = engine;
    this.#alone = alone;
  }

  /** By the identity of the take. */
  get films(): ReadonlySignal<ReadonlyMap<string, TakeFilm>> {
    return this.#films;
  }

  /**
   * Asks for a film whose last segment is the take. Settles when there is one, or it is known why not; a second call for the same changes
   * nothing, unless the engine was at work at the first. Never rejects.
   */
  ask(identity: string, request: GenerateRequest): Promise<void> {
    if (this.#films.value.has(identity)) return this.#last;
    this.#set(identity, { status: 'preparing' });
    this.#last = this.#last.then(async () => {
      if (!(await this.#alone(() => this.#make(identity, request)))) this.#forget(identity);
    });
    return this.#last;
  }

  async #make(identity: string, request: GenerateRequest): Promise<void> {
    const missing = new AbortController();
    const signal = AbortSignal.any([missing.signal, this.#abort.signal]);
    try {
      signal.throwIfAborted();
      const { file } = await this.#engine.generate(
        { ...request, preview: false, keep: true },
        {
          signal,
          onEvent: (event) => {
            if (event.type === 'segment' && !event.made) missing.abort();
          },
        },
      );
      signal.throwIfAborted();
      const { segments } = request.job;
      const all = segments.map(shownSeconds);
      const seconds = all.at(-1)!;
      const start = all.reduce((sum, length) => sum + length, -seconds);
      this.#set(identity, { status: 'film', url: URL.createObjectURL(file), start, seconds });
    } catch (error) {
      this.#set(identity, { status: isAbort(error) ? 'not-kept' : 'failed' });
    }
  }

  /** Stops what is being put together and lets the films go. */
  dispose(): void {
    this.#abort.abort();
    for (const film of this.#films.value.values()) if (film.status === 'film') URL.revokeObjectURL(film.url);
    this.#films.value = new Map();
  }

  #forget(identity: string): void {
    this.#films.value = new Map([...this.#films.value].filter(([known]) => known !== identity));
  }

  #set(identity: string, film: TakeFilm): void {
    if (!this.#abort.signal.aborted) this.#films.value = new Map([...this.#films.value, [identity, film]]);
  }
}
