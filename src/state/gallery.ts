import { type ReadonlySignal, signal } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import { titleOf } from '../core/job.ts';
import type { ShownSegment } from '../core/play-plan.ts';
import type { Clip } from './job-state.ts';

/** What is known of a kept film without opening it. */
export interface GalleryFilm {
  readonly id: string;
  readonly title: string;
  readonly report: unknown;
  readonly bytes: number;
}

/** Where finished films are kept. The application state knows only this. */
export interface GalleryFiles {
  list(): Promise<readonly GalleryFilm[]>;
  keep(facts: Omit<GalleryFilm, 'bytes'>, film: Blob): Promise<void>;
  rename(id: string, title: string): Promise<void>;
  open(id: string): Promise<Blob | null>;
  remove(id: string): Promise<void>;
  /** Bytes that this site may still keep; null if the browser does not say. */
  free?(): Promise<number | null>;
}

/** What is kept of a clip. */
export type KeepableClip = Pick<Clip, 'file' | 'report' | 'request'>;

/** Longest title, UTF-16 units. */
const MAX_TITLE = 200;

/** The films that are kept on this device. */
export class Gallery {
  /** The list stands open. */
  readonly isShown = signal(false);
  /** Newest first. */
  readonly films: ReadonlySignal<readonly GalleryFilm[]>;
  /** Why the last thing could not be done. */
  readonly problem: ReadonlySignal<AppError | null>;
  /** Bytes that this site may still keep; null if the browser does not say. */
  readonly free: ReadonlySignal<number | null>;
  /** Clips of this visit for which there was no room: they are kept as soon as there is. */
  readonly waiting: ReadonlySignal<readonly KeepableClip[]>;
  readonly #free = signal<number | null>(null);
  readonly #waiting = signal<readonly KeepableClip[]>([]);
  /** Names of this visit's clips among the kept films. */
  readonly #ids = new WeakMap<KeepableClip, string>();
  readonly #shows = new WeakMap<KeepableClip, readonly ShownSegment[]>();
  readonly #films = signal<readonly GalleryFilm[]>([]);
  readonly #problem = signal<AppError | null>(null);
  readonly #open: () => Promise<GalleryFiles | null>;
  #files: Promise<GalleryFiles | null> | null = null;

  /** @param open opens the folder; null where nothing can be kept. */
  constructor(open: () => Promise<GalleryFiles | null>) {
    this.#open = open;
    this.films = this.#films;
    this.problem = this.#problem;
    this.free = this.#free;
    this.waiting = this.#waiting;
  }

  /** Looks again at what is kept. Never rejects. */
  async refresh(): Promise<void> {
    await this.#try(async () => {});
  }

  /** Shows the list. Never rejects. */
  async show(): Promise<void> {
    this.isShown.value = true;
    await this.refresh();
  }

  /** Puts the list away because it cannot be shown. */
  fail(error: unknown): void {
    this.isShown.value = false;
    console.warn(error);
  }

  /**
   * Keeps a finished clip. If there is no room it is said, and the clip stays for this visit, until there is. Never rejects.
   * @param shows what it shows, for whoever looks for a segment; what was said of a clip that waits stays true of it.
   * @returns its name among the kept films; null if it could not be kept.
   */
  async keep(clip: KeepableClip, now: number, shows?: readonly ShownSegment[]): Promise<string | null> {
    const { file, report, request } = clip;
    if (shows) this.#shows.set(clip, shows);
    const id = `${String(now).padStart(14, '0')}-${report.seed}`;
    const title = titleOf(request.job).slice(0, MAX_TITLE);
    const isKept = await this.#try(async (files) => {
      await files.keep({ id, title, report: { ...report, shows: this.#shows.get(clip) ?? [] } }, file);
      this.#ids.set(clip, id);
    });
    const others = this.#waiting.value.filter((one) => one !== clip);
    const isFull = !isKept && this.#problem.value?.code === 'storage/full';
    this.#waiting.value = isFull ? [...others, clip] : others;
    return this.idOf(clip);
  }

  /** The name of a clip of this visit among the kept films; null if it is not one. */
  idOf(clip: KeepableClip): string | null {
    return this.#ids.get(clip) ?? null;
  }

  /** Gives a film another title; an empty one changes nothing. Never rejects. */
  async rename(id: string, title: string): Promise<void> {
    const name = title.trim().slice(0, MAX_TITLE);
    await this.#try(async (files) => {
      if (name) await files.rename(id, name);
    });
  }

  /** Deletes films for good, and keeps those that have waited for the room. Never rejects. */
  async remove(...ids: readonly string[]): Promise<void> {
    const isDone = await this.#try(async (files) => {
      for (const id of ids) await files.remove(id);
    });
    if (!isDone) return;
    for (const clip of this.#waiting.value) if (!(await this.keep(clip, Date.now()))) return;
  }

  /** The film's file; null with the problem said. Never rejects. */
  async open(id: string): Promise<Blob | null> {
    let film: Blob | null = null;
    await this.#try(async (files) => {
      film = await files.open(id);
      if (!film) throw new AppError('storage/read', 'This film is not kept here any more.');
    }, false);
    return film;
  }

  /** Puts the message away. */
  dismissProblem(): void {
    this.#problem.value = null;
  }

  /** @param lists the films are others afterwards. @returns false if it failed, or nothing can be kept here. */
  async #try(work: (files: GalleryFiles) => Promise<void>, lists = true): Promise<boolean> {
    this.#problem.value = null;
    try {
      this.#files ??= this.#open();
      const files = await this.#files;
      if (!files) return false;
      await work(files);
      if (!lists) return true;
      this.#films.value = await files.list();
      this.#free.value = (await files.free?.()) ?? null;
      return true;
    } catch (cause) {
      this.#files = null; // the next press opens the folder anew
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#problem.value =
        cause instanceof AppError ? cause : new AppError('storage/read', message, { cause });
      return false;
    }
  }
}
