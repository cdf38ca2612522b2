import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core';
import { MAX_SEGMENTS, shownSeconds } from '../core/job.ts';
import type { ShownSegment } from '../core/play-plan.ts';
import type { FilmSource } from './film-sources.ts';
import type { SegmentStrips } from './segment-strips.ts';
import type { Studio } from './studio.ts';

/** What the running job has made so far, segment by segment: its pictures and its films, for as long as no whole film has them. */
export class RunningParts {
  readonly #films = signal<readonly FilmSource[]>([]);
  /** Films of single segments, newest first; those of a job that was broken off stay. */
  readonly films: ReadonlySignal<readonly FilmSource[]> = this.#films;
  /** Identities of the running job's segments; empty while none runs. */
  readonly identities: ReadonlySignal<readonly string[]>;
  readonly #studio: Studio;
  readonly #strips: SegmentStrips;
  readonly #stop: () => void;
  /** Of which job so many strips and films were taken. */
  #taken = { request: null as unknown, strips: 0, films: 0 };

  constructor(studio: Studio, strips: SegmentStrips) {
    this.#studio = studio;
    this.#strips = strips;
    const request = computed(() => {
      const job = studio.maker.state.value;
      return job.status === 'running' ? job.request : null;
    });
    this.identities = computed(() =>
      request.value ? studio.board.identitiesOf(request.value.job, request.value.picture) : [],
    );
    this.#stop = effect(() => this.#take());
  }

  /** Lets those go that a whole film has: the browser need not keep them twice. */
  drop(whole: readonly ShownSegment[]): void {
    const inside = new Set(whole.map(({ identity }) => identity));
    const films = this.#films.peek();
    const left = films.filter(({ segments: [own] }) => !inside.has(own?.identity ?? ''));
    if (left.length < films.length) this.#films.value = left;
  }

  /** Listens no longer. */
  dispose(): void {
    this.#stop();
  }

  #take(): void {
    const job = this.#studio.maker.state.value;
    if (job.status !== 'running') return;
    untracked(() => {
      const { request, strips, parts } = job;
      if (this.#taken.request !== request) this.#taken = { request, strips: 0, films: 0 };
      for (const { index, strip } of strips.slice(this.#taken.strips)) {
        const identity = this.identities.value[index];
        // Of one whose end is cut off it shows less than one that may be there.
        const isCut = request.job.segments[index]?.keepSeconds !== undefined;
        if (identity && !(isCut && this.#strips.urls.value.has(identity))) this.#strips.add(identity, strip);
      }
      for (const { index, film } of parts.slice(this.#taken.films)) {
        const identity = this.identities.value[index];
        const segment = request.job.segments[index];
        if (identity && segment) this.#add({ identity, seconds: shownSeconds(segment) }, film);
      }
      this.#taken = { request, strips: strips.length, films: parts.length };
    });
  }

  #add(segment: ShownSegment, part: Blob): void {
    const id = `part ${segment.identity}`;
    const others = this.#films.value.filter((film) => film.id !== id);
    const film = { id, segments: [segment], clip: null, keptId: null, part };
    this.#films.value = [film, ...others].slice(0, MAX_SEGMENTS);
  }
}
