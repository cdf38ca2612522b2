import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { AppError } from '../core/errors.ts';
import { type Job, MAX_SEGMENTS, type Segment } from '../core/job.ts';
import { segmentIdentities } from '../core/segment-identity.ts';
import type { StudioForm } from './form.ts';

/** A segment of the storyboard while it is edited. */
export interface BoardSegment extends Omit<Segment, 'picture'> {
  /** Stays the same while the segment is moved and re-worded. */
  readonly id: number;
}

/** How a segment stands to what was made: nothing like it, the same, or the same words after something that has changed. */
export const SEGMENT_STATES = ['new', 'made', 'outdated'] as const;

/** One of {@link SEGMENT_STATES}. */
export type SegmentState = (typeof SEGMENT_STATES)[number];

/** What undo goes back to. */
interface Version {
  readonly list: readonly BoardSegment[];
  readonly selected: number;
  readonly scene: string;
}

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
  /** Of the segments that were made: identity, and the words alone. */
  readonly #made = signal<ReadonlySet<string>>(new Set());
  readonly #madeIds = signal<ReadonlySet<number>>(new Set());
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
  readonly seconds = computed(() => this.segments.value.reduce((sum, { seconds }) => sum + seconds, 0));

  readonly canUndo = computed(() => this.#undo.value.length > 0);
  readonly canRedo = computed(() => this.#redo.value.length > 0);
  readonly canAdd = computed(() => this.#list.value.length < MAX_SEGMENTS);

  /** Names each segment by all that decides its pixels. */
  readonly identities = computed(() =>
    this.identitiesOf(this.toJob(), this.#form.picture.value?.file ?? null),
  );

  /** How each segment stands to what was made of this board. */
  readonly states: ReadonlySignal<readonly SegmentState[]> = computed(() => {
    return this.segments.value.map(({ id }, i) =>
      this.#made.value.has(this.identities.value[i]!)
        ? 'made'
        : this.#madeIds.value.has(id)
          ? 'outdated'
          : 'new',
    );
  });

  /**
   * The job as set; not checked.
   * @param seed for another seed of the selected segment than the field's.
   */
  toJob(seed?: number): Job {
    const job = this.#form.toJob(seed);
    const [own] = job.segments;
    const selected = this.#selected.value;
    const segments = this.#list.value.map(({ id: _, ...segment }, i): Segment => {
      const said = { ...segment, prompt: segment.prompt.trim() };
      const mine = i === selected ? { ...said, ...own, settings: segment.settings } : said;
      return { ...mine, picture: i === 0 ? (own?.picture ?? null) : null };
    });
    return { ...job, segments };
  }

  /** Says that all segments of a job were made, as the board had them. @param picture that it begins with. */
  markMade(job: Job, picture: Blob | null, ids: readonly number[]): void {
    this.#made.value = new Set([...this.#made.value, ...this.identitiesOf(job, picture)]);
    this.#madeIds.value = new Set([...this.#madeIds.value, ...ids]);
  }

  /** Of the segments as they stand, the identities of those that are made; for {@link Board.load}. */
  madeIdentities(): readonly string[] {
    return this.identities.value.filter((identity) => this.#made.value.has(identity));
  }

  /**
   * Puts a value that works in the place of one that an error is about: in the segment that it names, or in what all share. A setting of a
   * segment's own goes back to the board's.
   */
  useLegal(error: AppError): void {
    const { segment } = error.detail;
    if (typeof segment === 'number') {
      this.select(segment);
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
      const next = { ...current, id: ++this.#ids, prompt: '', seed: this.#form.drawSeed(), camera: null };
      this.#insert(next);
    });
  }

  /** Adds a copy of the selected segment behind it, with a seed of its own, and selects it. */
  duplicate(): void {
    if (!this.canAdd.value) return;
    this.#change(() => {
      const current = this.#list.value[this.#selected.value]!;
      this.#insert({ ...current, id: ++this.#ids, seed: this.#form.drawSeed() });
    });
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
   */
  load(job: Job, made: readonly string[] = [], states: readonly SegmentState[] = []): void {
    batch(() => {
      this.#list.value = job.segments.map(({ picture: _, ...segment }) => ({ ...segment, id: ++this.#ids }));
      this.#undo.value = [];
      this.#redo.value = [];
      this.#made.value = new Set([...this.#made.value, ...made]);
      const known = this.#list.value.filter((_, i) => (states[i] ?? 'new') !== 'new');
      this.#madeIds.value = new Set(known.map(({ id }) => id));
      this.#show(0);
    });
  }

  /** {@link segmentIdentities} of a job. @param picture that it begins with. */
  identitiesOf(job: Job, picture: Blob | null): readonly string[] {
    return segmentIdentities(job, picture && String(picture.size));
  }

  #fromForm(id: number): BoardSegment {
    const { prompt, seconds, seed, camera } = this.#form;
    const settings = this.#list.value.find((segment) => segment.id === id)?.settings ?? {};
    return {
      id,
      prompt: prompt.value,
      seconds: seconds.value,
      seed: seed.value,
      camera: camera.value,
      settings,
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
    const { prompt, seconds, seed, camera } = this.#form;
    prompt.value = segment.prompt;
    seconds.value = segment.seconds;
    seed.value = segment.seed;
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
