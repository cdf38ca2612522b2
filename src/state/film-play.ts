// The storyboard as one film: which films show it, where the playhead is, and what each segment looks like.
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core';
import { shownSeconds } from '../core/job.ts';
import { nextShown, planPlay, type Stretch, stretchAt } from '../core/play-plan.ts';
import { type FilmSource, FilmSources } from './film-sources.ts';
import type { Clip } from './job-state.ts';
import { RunningParts } from './running-parts.ts';
import { SegmentStrips } from './segment-strips.ts';
import { type SegmentTime, segmentTimes } from './segment-times.ts';
import type { Studio } from './studio.ts';

/** What is to be shown of a segment. */
export interface SegmentVersion {
  /** Null if nothing was ever made of it. */
  readonly identity: string | null;
  /** It is as the board says; otherwise it is what was made last, before something changed. */
  readonly isCurrent: boolean;
  /** Its whole length, seconds, whatever is cut off. */
  readonly seconds: number;
}

/** The playhead's last word to whoever shows the film: each is a new object. */
export interface Seek {
  readonly seconds: number;
  /** What was on the stage then. */
  readonly clip: Clip | null;
}

/** The timeline's state. One for the page, made with the second segment. */
export class FilmPlay {
  readonly studio: Studio;
  readonly strips: SegmentStrips;
  /** Where the playhead is on the board, seconds. */
  readonly time: ReadonlySignal<number>;
  /** The film is to run. */
  readonly isPlaying: ReadonlySignal<boolean>;
  /** Where it was put last. */
  readonly sought: ReadonlySignal<Seek>;
  /** The film is shown in place of what the stage shows. */
  readonly isOpen: ReadonlySignal<boolean>;
  readonly #time = signal(0);
  readonly #isPlaying = signal(false);
  readonly #sought = signal<Seek>({ seconds: 0, clip: null });
  readonly #isOpen = signal(false);
  readonly #sources: FilmSources;
  readonly #urls = new Map<string, Promise<string | null>>();
  readonly #parts: RunningParts;
  readonly #stops: readonly (() => void)[];

  constructor(studio: Studio) {
    this.studio = studio;
    this.strips = new SegmentStrips(studio.openStrips);
    this.time = this.#time;
    this.isPlaying = this.#isPlaying;
    this.sought = this.#sought;
    this.isOpen = this.#isOpen;
    this.#sources = new FilmSources(studio.board);
    this.#parts = new RunningParts(studio, this.strips);
    const shownBefore = studio.segmentShown.peek(); // of a board before this one
    this.#stops = [
      effect(() => this.#look()),
      effect(() => this.#dropParts()),
      effect(() => this.#dropUrls()),
      effect(() => {
        const segment = studio.segmentShown.value;
        if (segment && segment !== shownBefore)
          untracked(() => this.place(this.starts.value[segment.index] ?? 0));
      }),
      this.#followStage(),
      this.#followBoard(),
    ];
  }

  /** The clip on the stage. */
  readonly shown: ReadonlySignal<Clip | null> = computed(() => {
    const { value } = this.studio.maker.state;
    return value.status === 'done' ? value.clip : null;
  });

  /** Length of the board, seconds. */
  readonly total: ReadonlySignal<number> = computed(() => this.studio.board.seconds.value);

  /** When each segment of the board begins, seconds. */
  readonly starts: ReadonlySignal<readonly number[]> = computed(() => {
    let start = 0;
    return this.studio.board.segments.value.map((segment) => {
      const own = start;
      start += shownSeconds(segment);
      return own;
    });
  });

  /** Films that show segments. */
  readonly films: ReadonlySignal<readonly FilmSource[]> = computed(() => {
    const { maker, gallery } = this.studio;
    const whole = this.#sources.list(this.shown.value, maker.shelf.clips.value, gallery.films.value);
    return [...whole, ...this.#parts.films.value];
  });

  /** What is to be shown of each segment. */
  readonly versions: ReadonlySignal<readonly SegmentVersion[]> = computed(() => {
    const { segments, identities, states } = this.studio.board;
    const inFilms = new Set(
      this.films.value.flatMap((film) => film.segments.map(({ identity }) => identity)),
    );
    return segments.value.map(({ id, seconds }, index) => {
      const identity = identities.value[index]!;
      const isThere =
        states.value[index] === 'made' || this.strips.urls.value.has(identity) || inFilms.has(identity);
      if (isThere) return { identity, isCurrent: true, seconds };
      const made = this.studio.board.madeAs(id);
      return {
        identity: made?.identity || null,
        isCurrent: false,
        seconds: made?.segment.seconds ?? seconds,
      };
    });
  });

  /** How the board is played. */
  readonly plan: ReadonlySignal<readonly Stretch[]> = computed(() => {
    const { segments } = this.studio.board;
    const wanted = this.versions.value.map(({ identity }, index) => ({
      identity,
      seconds: shownSeconds(segments.value[index]!),
    }));
    return planPlay(
      wanted,
      this.films.value.map((film) => film.segments),
    );
  });

  /** The clip on the stage is all that there is of the board, from its beginning: its own player plays it. */
  readonly isOnStage: ReadonlySignal<boolean> = computed(() => {
    const [first, ...rest] = this.plan.value;
    if (!first || first.film === null || rest.some(({ film }) => film !== null)) return false;
    const { clip, segments } = this.films.value[first.film]!;
    return clip !== null && clip === this.shown.value && segments.length === first.end;
  });

  /** The stage's own player says where the film is, and whether it runs. Otherwise the film's own player does. */
  readonly isLedByStage: ReadonlySignal<boolean> = computed(() => this.isOnStage.value && !this.isOpen.value);

  /** There is anything to play. */
  readonly canPlay: ReadonlySignal<boolean> = computed(() =>
    this.plan.value.some(({ film }) => film !== null),
  );

  /** Segments that no film shows, counted from 0. */
  readonly missing: ReadonlySignal<readonly number[]> = computed(() =>
    this.plan.value.flatMap(({ film, first, end }) =>
      film === null ? Array.from({ length: end - first }, (_, i) => first + i) : [],
    ),
  );

  /** Segment of the board at a time. */
  segmentAt(seconds: number): number {
    const later = this.starts.value.findIndex((start) => start > seconds);
    return later < 0 ? this.starts.value.length - 1 : later - 1;
  }

  /** How far each segment of the board is, while a job runs that makes it; by place on the board. */
  readonly times: ReadonlySignal<ReadonlyMap<number, SegmentTime>> = computed(() => {
    const job = this.studio.maker.state.value;
    const times = new Map<number, SegmentTime>();
    if (job.status !== 'running') return times;
    const { board } = this.studio;
    const made = this.#parts.identities.value;
    const places = new Map(board.identities.value.map((identity, index) => [identity, index]));
    const isMade = (index: number): boolean =>
      board.states.value[places.get(made[index] ?? '') ?? -1] === 'made';
    segmentTimes(job, isMade).forEach((time, index) => {
      const place = places.get(made[index] ?? '');
      if (place !== undefined && time) times.set(place, time);
    });
    return times;
  });

  /** Runs or halts the film; from the beginning if it is at its end. */
  toggle(): void {
    if (this.isPlaying.value) {
      this.pause();
      return;
    }
    if (!this.canPlay.value) return;
    const { plan, time } = this;
    const isOver =
      nextShown(plan.value, stretchAt(plan.value, time.value)) < 0 || time.value >= this.total.value - 0.05;
    batch(() => {
      if (isOver) this.seek(0);
      this.#isOpen.value ||= !this.isOnStage.value;
      this.#isPlaying.value = true;
    });
  }

  /** Halts the film. */
  pause(): void {
    this.#isPlaying.value = false;
  }

  /** Puts the playhead somewhere; beyond the ends it stays there. What is there is shown, but not in place of a running job. */
  seek(seconds: number): void {
    const { plan } = this;
    batch(() => {
      this.place(seconds);
      const isShown = plan.value[stretchAt(plan.value, this.#time.value)]?.film != null;
      if (isShown && !this.isOnStage.value && !this.studio.isRunning.value) this.#isOpen.value = true;
    });
  }

  /** The same, but the stage keeps showing what it shows. */
  place(seconds: number): void {
    const at = Math.min(this.total.value, Math.max(0, seconds));
    batch(() => {
      this.#time.value = at;
      this.#sought.value = { seconds: at, clip: this.shown.peek() };
    });
  }

  /** Whoever shows the film says where it is. */
  follow(seconds: number): void {
    this.#time.value = Math.min(this.total.value, Math.max(0, seconds));
  }

  /** Whoever shows the film says whether it runs. */
  tell(isPlaying: boolean): void {
    this.#isPlaying.value = isPlaying;
  }

  /** Shows again what the stage shows; if that is the same film, at the same place. */
  close(): void {
    batch(() => {
      if (this.#isOpen.value && this.isOnStage.value) this.place(this.#time.value);
      this.#shut();
    });
  }

  #shut(): void {
    batch(() => {
      this.#isOpen.value = false;
      this.#isPlaying.value = false;
    });
  }

  /** Address of a film; null if it cannot be had any more. Never rejects. */
  urlOf(film: FilmSource): Promise<string | null> {
    if (film.clip) return Promise.resolve(film.clip.url);
    let url = this.#urls.get(film.id);
    if (!url) {
      const file = film.part ? Promise.resolve(film.part) : this.studio.gallery.open(film.keptId ?? '');
      url = file.then((found) => found && URL.createObjectURL(new Blob([found], { type: 'video/mp4' })));
      this.#urls.set(film.id, url);
      const asked = url;
      void asked.then((address) => {
        // It may be there the next time.
        if (!address && this.#urls.get(film.id) === asked) this.#urls.delete(film.id);
      });
    }
    return url;
  }

  /** Lets go of everything. */
  dispose(): void {
    for (const stop of this.#stops) stop();
    for (const url of this.#urls.values())
      void url.then((address) => address && URL.revokeObjectURL(address));
    this.#urls.clear();
    this.#parts.dispose();
    this.strips.dispose();
  }

  /** Another clip on the stage was asked for. But a job that begins or ends by itself is no reason to end a film that is watched. */
  #followStage(): () => void {
    let wasRunning = this.studio.isRunning.peek();
    return effect(() => {
      void this.shown.value;
      const isRunning = this.studio.isRunning.value;
      const isByJob = isRunning !== wasRunning;
      wasRunning = isRunning;
      untracked(() => {
        if (!(isByJob && this.#isOpen.value && this.#isPlaying.value)) this.#shut();
      });
    });
  }

  /** Another board begins at its beginning. One that is named for the first time is the same. */
  #followBoard(): () => void {
    let before = this.studio.mark.peek().id;
    return effect(() => {
      const { id } = this.studio.mark.value;
      const isOther = before !== '' && id !== before;
      before = id;
      if (!isOther) return;
      untracked(() => {
        this.#shut();
        this.place(0);
      });
    });
  }

  /** A film that is finished has its parts. */
  #dropParts(): void {
    const { shown } = this;
    const whole = this.films.value.find(({ clip }) => clip !== null && clip === shown.value);
    if (whole) untracked(() => this.#parts.drop(whole.segments));
  }

  /** Films that are gone need no address. */
  #dropUrls(): void {
    const there = new Set(this.films.value.map(({ id }) => id));
    for (const [id, url] of this.#urls) {
      if (there.has(id)) continue;
      this.#urls.delete(id);
      void url.then((address) => address && URL.revokeObjectURL(address));
    }
  }

  /** Brings the strips that are kept. */
  #look(): void {
    const wanted = this.versions.value.flatMap(({ identity }) => (identity === null ? [] : [identity]));
    untracked(() => void this.strips.want(wanted));
  }
}
