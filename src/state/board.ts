import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { AppError } from '../core/errors.ts';
import { type Job, MAX_SEGMENTS, type Segment, settingsOf, shownSeconds } from '../core/job.ts';
import { segmentIdentities } from '../core/segment-identity.ts';
import type { StudioForm } from './form.ts';

/** One way in which a segment was made, or is to be. */
export interface Take extends Omit<Segment, 'picture'> {
  /** Stays the same while the segment is moved and re-worded; another take has another. */
  readonly id: number;
  /** The segment's first take is 1. */
  readonly take: number;
  /** The seed stays as it is when another take is made. */
  readonly seedLocked: boolean;
}

/** A segment of the storyboard while it is edited. */
export interface BoardSegment extends Take {
  /** The takes of it that are not in use. */
  readonly takes: readonly Take[];
}

/** A segment as it was made last. */
export interface MadeSegment {
  /** {@link segmentIdentities}, and the same without what it goes on from. */
  readonly identity: string;
  readonly own: string;
  /** With every setting that it was made with, the board's included. */
  readonly segment: Omit<Segment, 'picture'>;
}

/** What is known of a segment besides the job, over a reload. */
export interface SegmentExtras extends Pick<Take, 'take' | 'seedLocked'> {
  readonly made: MadeSegment | null;
  readonly takes: readonly (Take & { readonly made: MadeSegment | null })[];
}

/**
 * How a segment stands to what was made: nothing like it; the same; it has changed itself; or it is as it was, but goes on from what has
 * changed.
 */
export const SEGMENT_STATES = ['new', 'made', 'outdated', 'based'] as const;

/** One of {@link SEGMENT_STATES}. */
export type SegmentState = (typeof SEGMENT_STATES)[number];

/** What undo goes back to. */
interface Version {
  readonly list: readonly BoardSegment[];
  readonly selected: number;
  readonly scene: string;
}

/** Identities that are kept over a reload; the store of segments keeps about as many. */
const MOST_MADE = 300;

/** Steps that can be undone; a version is a few kilobytes. */
const MOST_VERSIONS = 100;

/**
 * The storyboard. The form holds the words, length, seed and camera of the selected segment, and what all segments share; the others wait
 * here. A plain clip is a storyboard of one.
 */
export class Board {
  readonly #form: StudioForm;
  readonly #list = signal<readonly BoardSegment[]>([]);
  readonly #selected = signal(0);
  readonly #undo = signal<readonly Version[]>([]);
  readonly #redo = signal<readonly Version[]>([]);
  /** Identities of all that was made. */
  readonly #made = signal<ReadonlySet<string>>(new Set());
  readonly #madeAs = signal<ReadonlyMap<number, MadeSegment>>(new Map());
  /** The segment that was cut last, and what undo goes back to from there. */
  #lastCut: { readonly id: number; readonly before: Version } | null = null;
  #ids = 0;

  constructor(form: StudioForm) {
    this.#form = form;
    this.#list.value = [this.#fromForm(++this.#ids)];
  }

  /** All segments in order, the selected one as the form has it. */
  readonly segments: ReadonlySignal<readonly BoardSegment[]> = computed(() =>
    this.#list.value.map((segment, i) => (i === this.#selected.value ? this.#fromForm(segment.id) : segment)),
  );

  /** Index of the segment that the form shows. */
  readonly selected: ReadonlySignal<number> = computed(() => this.#selected.value);

  /** More than a plain clip. */
  readonly isFilm = computed(() => this.#list.value.length > 1);

  /** Seconds of the whole film. */
  readonly seconds = computed(() =>
    this.segments.value.reduce((sum, segment) => sum + shownSeconds(segment), 0),
  );

  readonly canUndo = computed(() => this.#undo.value.length > 0);
  readonly canRedo = computed(() => this.#redo.value.length > 0);
  readonly canAdd = computed(() => this.#list.value.length < MAX_SEGMENTS);

  /** Names each segment by all that decides its pixels. */
  readonly identities = computed(() => this.identitiesOf(this.toJob(), this.#picture));

  /** How each segment stands to what was made of this board. */
  readonly states: ReadonlySignal<readonly SegmentState[]> = computed(() => {
    const job = this.toJob();
    return this.segments.value.map(({ id }, i) => {
      if (this.#made.value.has(this.identities.value[i]!)) return 'made';
      const made = this.#madeAs.value.get(id);
      return made ? (made.own === this.#ownOf(job, i, this.#picture) ? 'based' : 'outdated') : 'new';
    });
  });

  /**
   * The job as set; not checked.
   * @param seed for another seed of the selected segment than the field's.
   */
  toJob(seed?: number): Job {
    const job = this.#form.toJob(seed);
    const [own] = job.segments;
    const selected = this.#selected.value;
    // Always in this order: the job's text is part of the file.
    const segments = this.segments.value.map(
      ({ prompt, seconds, seed: its, camera, settings, keepSeconds }, i): Segment => ({
        prompt: prompt.trim(),
        seconds,
        seed: i === selected ? own!.seed : its,
        camera,
        picture: i === 0 ? own!.picture : null,
        settings,
        ...(keepSeconds !== undefined && { keepSeconds }),
      }),
    );
    return { ...job, segments };
  }

  /**
   * Says that all segments of a job were made, as the board had them.
   * @param picture that it begins with.
   * @param ids of the segments, as far as they are known; those that the board has as they were made are found without.
   */
  markMade(job: Job, picture: Blob | null, ids: readonly number[]): void {
    const identities = this.identitiesOf(job, picture);
    const madeAs = ids.map((id, i): [number, MadeSegment] => [id, this.#asMade(job, i, picture)]);
    batch(() => {
      this.#made.value = new Set([...this.#made.value, ...identities]);
      this.#madeAs.value = new Map([...this.#madeAs.value, ...madeAs]);
      this.markFound(identities);
    });
  }

  /** Says that segments were made, wherever that was: those that the board has as they are. */
  markFound(identities: readonly string[]): void {
    const here = this.identities.value;
    const job = this.toJob();
    const news = this.segments.value.flatMap(({ id }, i): [number, MadeSegment][] =>
      identities.includes(here[i]!) && this.madeAs(id)?.identity !== here[i]
        ? [[id, this.#asMade(job, i, this.#picture)]]
        : [],
    );
    if (news.length === 0) return;
    this.#made.value = new Set([...this.#made.value, ...news.map(([, { identity }]) => identity)]);
    this.#madeAs.value = new Map([...this.#madeAs.value, ...news]);
  }

  #asMade(job: Job, index: number, picture: Blob | null): MadeSegment {
    const { picture: _, ...segment } = {
      ...job.segments[index]!,
      settings: settingsOf(job, job.segments[index]!),
    };
    return {
      identity: this.identitiesOf(job, picture)[index]!,
      own: this.#ownOf(job, index, picture),
      segment,
    };
  }

  /** Identities of what was made last, other takes and what went on from them included; for {@link Board.load}. */
  madeIdentities(): readonly string[] {
    return [...this.#made.value].slice(-MOST_MADE);
  }

  /** That identity was made. */
  isMade(identity: string): boolean {
    return this.#made.value.has(identity);
  }

  /** A take as it was made last; null if it never was. */
  madeAs(id: number): MadeSegment | null {
    return this.#madeAs.value.get(id) ?? null;
  }

  /** What {@link Board.load} is given back with the job. */
  readonly extras = computed(() =>
    this.segments.value.map(({ id, take, takes, seedLocked }): SegmentExtras => {
      const known = takes.map((one) => ({ ...one, made: this.madeAs(one.id) }));
      return { take, seedLocked, made: this.madeAs(id), takes: known };
    }),
  );

  /**
   * Puts a value that works in the place of one that an error is about: in the segment that it names, or in what all share. A setting of a
   * segment's own goes back to the board's.
   */
  useLegal(error: AppError): void {
    // An error about a plain clip names no segment.
    const segment = error.detail.segment ?? (error.code === 'input/cut' ? this.#selected.value : null);
    if (typeof segment === 'number') {
      this.select(segment);
      if (error.code === 'input/cut') {
        this.cut((error.detail.nearest as number[] | undefined)?.[0] ?? null);
        return;
      }
      const own = this.#list.value[segment]?.settings ?? {};
      const name = error.code.slice('input/'.length);
      if (Object.hasOwn(own, name)) {
        const settings = Object.fromEntries(Object.entries(own).filter(([key]) => key !== name));
        this.#list.value = this.#list.value.map((one, i) => (i === segment ? { ...one, settings } : one));
        return;
      }
    }
    this.#form.useLegal(error);
  }

  /** Shows another segment in the form. */
  select(index: number): void {
    if (index < 0 || index >= this.#list.value.length || index === this.#selected.value) return;
    batch(() => {
      this.#keepForm();
      this.#show(index);
    });
  }

  /**
   * Adds a segment behind the selected one and selects it: no words yet, a seed of its own. With the second, what the first was told
   * becomes what is there all the time, so that the next need only say what happens.
   */
  add(): void {
    if (!this.canAdd.value) return;
    this.#change(() => {
      const { scene, prompt } = this.#form;
      if (this.#list.value.length === 1 && scene.value.trim() === '') {
        scene.value = prompt.value;
        prompt.value = '';
        this.#keepForm();
      }
      const current = this.#list.value[this.#selected.value]!;
      const { keepSeconds: _, ...next } = this.#copy(current);
      this.#insert({ ...next, prompt: '', camera: null });
    });
  }

  /** Adds a copy of the selected segment behind it, with a seed of its own, and selects it. */
  duplicate(): void {
    if (!this.canAdd.value) return;
    this.#change(() => {
      const current = this.#list.value[this.#selected.value]!;
      this.#insert(this.#copy(current));
    });
  }

  /** Changes the selected segment: a step that can be undone. */
  edit(change: (segment: BoardSegment) => BoardSegment): void {
    this.#change(() => {
      const at = this.#selected.value;
      this.#list.value = this.#list.value.map((segment, i) => (i === at ? change(segment) : segment));
      this.#show(at);
    });
  }

  /**
   * Shows only so many seconds of the selected segment, and goes on from there; null lifts the cut. Cuts of one segment that follow each
   * other are one step: each press of an arrow key is a cut.
   */
  cut(seconds: number | null): void {
    batch(() => {
      const { id } = this.#list.value[this.#selected.value]!;
      const { value: steps } = this.#undo;
      const isSameStep =
        seconds !== null && this.#lastCut?.id === id && this.#lastCut.before === steps.at(-1);
      this.edit(({ keepSeconds: _, ...segment }) => ({
        ...segment,
        ...(seconds !== null && { keepSeconds: seconds }),
      }));
      if (isSameStep) this.#undo.value = steps;
      this.#lastCut = seconds === null ? null : { id, before: this.#undo.value.at(-1)! };
    });
  }

  /** For a take that is new. */
  newId(): number {
    return ++this.#ids;
  }

  /** Removes the selected segment; the last one stays. */
  remove(): void {
    if (!this.isFilm.value) return;
    this.#change(() => {
      const at = this.#selected.value;
      this.#list.value = this.#list.value.filter((_, i) => i !== at);
      this.#show(Math.min(at, this.#list.value.length - 1));
    });
  }

  /** Moves the selected segment by so many places. */
  move(by: number): void {
    const from = this.#selected.value;
    const to = from + by;
    if (to < 0 || to >= this.#list.value.length) return;
    this.#change(() => {
      const list = [...this.#list.value];
      const [moved] = list.splice(from, 1);
      list.splice(to, 0, moved!);
      this.#list.value = list;
      this.#show(to);
    });
  }

  /**
   * Becomes another board, with the segments up to and including the selected one.
   * @param become is called together with the change.
   */
  branch(become: () => void): void {
    batch(() => {
      this.#keepForm();
      this.#list.value = this.#list.value.slice(0, this.#selected.value + 1);
      this.#undo.value = []; // what could be undone belongs to the old one
      this.#redo.value = [];
      become();
    });
  }

  /** Back to a plain clip of the selected segment. */
  startOver(): void {
    this.#change(() => {
      const { scene, prompt } = this.#form;
      const said = [scene.value.trim(), prompt.value.trim()].filter((words) => words !== '');
      const current = this.#list.value[this.#selected.value]!;
      this.#list.value = [{ ...current, prompt: said[0] ?? '' }];
      scene.value = '';
      this.#show(0);
    });
  }

  /** Takes the last change of the list back. Words that were typed since are kept for {@link Board.redo}. */
  undo(): void {
    this.#travel(this.#undo, this.#redo);
  }

  /** Does again what was undone last. */
  redo(): void {
    this.#travel(this.#redo, this.#undo);
  }

  /**
   * Sets the whole board from a job; the form was loaded with it. Cannot be undone: the file is still there.
   * @param made identities of segments that were made.
   * @param states how each of the segments stood.
   * @param extras {@link Board.extras}. Without, a seed is kept for the next clip only where there is but one segment.
   */
  load(
    job: Job,
    made: readonly string[] = [],
    states: readonly SegmentState[] = [],
    extras: readonly SegmentExtras[] = [],
  ): void {
    batch(() => {
      const madeAs = new Map<number, MadeSegment>();
      const known = (as: MadeSegment | null | undefined): number => {
        if (as) madeAs.set(++this.#ids, as);
        return as ? this.#ids : ++this.#ids;
      };
      this.#list.value = job.segments.map(({ picture: _, ...segment }, i) => {
        const { take = 1, takes = [], ...more }: Partial<SegmentExtras> = extras[i] ?? {};
        const own = states[i] === 'outdated' ? '' : this.#ownOf(job, i, this.#picture);
        const usual = states[i] && states[i] !== 'new' ? { identity: '', own, segment } : null;
        return {
          ...segment,
          id: known(more.made ?? usual),
          take,
          takes: takes.map(({ made: as, ...one }) => ({ ...one, id: known(as) })),
          seedLocked: more.seedLocked ?? (job.segments.length === 1 && this.#form.seedLocked.value),
        };
      });
      this.#undo.value = [];
      this.#redo.value = [];
      this.#made.value = new Set([...this.#made.value, ...made]);
      this.#madeAs.value = madeAs;
      this.#show(0);
    });
  }

  /** {@link segmentIdentities} of a job. @param picture that it begins with. */
  identitiesOf(job: Job, picture: Blob | null): readonly string[] {
    return segmentIdentities(job, picture && String(picture.size));
  }

  get #picture(): Blob | null {
    return this.#form.picture.value?.file ?? null;
  }

  /** What a segment would be by itself, whatever it goes on from. */
  #ownOf(job: Job, index: number, picture: Blob | null): string {
    return this.identitiesOf({ ...job, segments: [job.segments[index]!] }, picture)[0]!;
  }

  /** A segment like that, with a seed of its own. */
  #copy(segment: BoardSegment): BoardSegment {
    const seed = this.#form.drawSeed();
    return { ...segment, id: ++this.#ids, seed, seedLocked: false, take: 1, takes: [] };
  }

  #fromForm(id: number): BoardSegment {
    const { prompt, seconds, seed, seedLocked, camera } = this.#form;
    const listed = this.#list.value.find((segment) => segment.id === id);
    const { keepSeconds, settings = {}, take = 1, takes = [] } = listed ?? {};
    return {
      id,
      prompt: prompt.value,
      seconds: seconds.value,
      seed: seed.value,
      camera: camera.value,
      settings,
      // One that has become shorter than what was kept of it has its own end again.
      ...(keepSeconds !== undefined && keepSeconds < seconds.value && { keepSeconds }),
      seedLocked: seedLocked.value,
      take,
      takes,
    };
  }

  #keepForm(): void {
    const at = this.#selected.value;
    this.#list.value = this.#list.value.map((segment, i) =>
      i === at ? this.#fromForm(segment.id) : segment,
    );
  }

  #show(index: number): void {
    this.#selected.value = index;
    const segment = this.#list.value[index]!;
    const { prompt, seconds, seed, seedLocked, camera } = this.#form;
    prompt.value = segment.prompt;
    seconds.value = segment.seconds;
    seed.value = segment.seed;
    seedLocked.value = segment.seedLocked;
    camera.value = segment.camera;
  }

  #insert(segment: BoardSegment): void {
    const at = this.#selected.value + 1;
    this.#list.value = [...this.#list.value.slice(0, at), segment, ...this.#list.value.slice(at)];
    this.#show(at);
  }

  #version(): Version {
    return { list: this.#list.value, selected: this.#selected.value, scene: this.#form.scene.value };
  }

  #change(doing: () => void): void {
    batch(() => {
      this.#keepForm();
      this.#undo.value = [...this.#undo.value, this.#version()].slice(-MOST_VERSIONS);
      this.#redo.value = [];
      doing();
    });
  }

  #travel(from: Signal<readonly Version[]>, to: Signal<readonly Version[]>): void {
    const version = from.value.at(-1);
    if (!version) return;
    batch(() => {
      this.#keepForm();
      to.value = [...to.value, this.#version()];
      from.value = from.value.slice(0, -1);
      this.#list.value = version.list;
      this.#form.scene.value = version.scene;
      this.#show(version.selected);
    });
  }
}
