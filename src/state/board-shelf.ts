import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import { shownSeconds, titleOf } from '../core/job.ts';
import { writeBoardFile } from '../protocol/board-file.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import type { SegmentExtras } from './board.ts';
import { type BoardKeeper, type BoardPage, type KeptBoard, showBoard, stateOf } from './board-keeper.ts';
import type { ClipMaker } from './clip-maker.ts';
import { takesToWrite } from './kept-extras.ts';
import { MAX_BOARD_NAME, type WrittenBoard } from './read-board.ts';

/** Where boards are kept. The application state knows only this. */
export interface BoardStore {
  /** Newest first. */
  list(): Promise<readonly { readonly id: string; readonly text: string; readonly written: number }[]>;
  read(id: string): Promise<string | null>;
  keep(id: string, text: string): Promise<void>;
  keepPicture(id: string, picture: Blob | null): Promise<void>;
  /** @param id null for the picture of the one board of earlier versions. */
  picture(id: string | null): Promise<Blob | null>;
  remove(id: string): Promise<void>;
}

/** What the boards need of the page: the studio. */
export interface ShelfPage extends BoardPage {
  readonly maker: Pick<ClipMaker, 'reset'>;
  readonly builtIn: ModelManifest;
  showSegment(index: number): void;
  lookAtShelf(): Promise<void>;
  useModel(id: string): void;
}

/** What is known of a board without opening it. */
export interface BoardFacts {
  readonly id: string;
  readonly title: string;
  readonly segments: number;
  /** Length of the film. */
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly written: number;
}

const MAX_TITLE = 80; // a line of a list

/**
 * The boards besides the one on the page. The page's own is put away with them, as it is, before another takes its place. Not while a job
 * runs: it belongs to the board on the page.
 */
export class BoardShelf {
  /** The list stands open. */
  readonly isShown = signal(false);
  /** Newest first, without the board on the page. */
  readonly others: ReadonlySignal<readonly BoardFacts[]>;
  /** Why the last thing could not be done. */
  readonly problem: ReadonlySignal<AppError | null>;
  readonly #all = signal<readonly BoardFacts[]>([]);
  readonly #problem = signal<AppError | null>(null);
  readonly #studio: ShelfPage;
  readonly #open: () => Promise<BoardStore | null>;
  readonly #keeper: BoardKeeper;
  #store: Promise<BoardStore | null> | null = null;
  /** What is being written, or is to be written next. */
  #apart: { readonly id: string; readonly text: string } | null = null;

  /** @param open opens the folder; null where nothing can be kept. */
  constructor(studio: ShelfPage, keeper: BoardKeeper, open: () => Promise<BoardStore | null>) {
    this.#studio = studio;
    this.#open = open;
    this.#keeper = keeper;
    this.others = computed(() => this.#all.value.filter(({ id }) => id !== studio.mark.value.id));
    this.problem = this.#problem;
  }

  /** The title of the board on the page. */
  get title(): string {
    return titled(this.#studio.mark.value.name, this.#studio.board.toJob());
  }

  /** Looks again at what is kept. Never rejects. */
  refresh(): Promise<boolean> {
    return this.#try(async () => {});
  }

  /** Shows the list. Never rejects. */
  async show(): Promise<void> {
    this.isShown.value = true;
    await this.refresh();
  }

  /** Puts the message away. */
  dismissProblem(): void {
    this.#problem.value = null;
  }

  /**
   * Puts the board of the page away before what a file brings takes its place. Where nothing is ever kept the one board is given up, as a
   * page without storage always does. Not while a film is made: what is made of a board that is put away it would never hear of.
   * @throws {AppError} `storage/…` if it cannot be kept · `worker/busy`.
   */
  async makeWay(): Promise<void> {
    const checkFree = (): void => {
      if (!this.#studio.isRunning.value) return;
      throw new AppError(
        'worker/busy',
        'The file was not opened: the storyboard on the page is being made. Open it when that is done, or cancel it first.',
      );
    };
    checkFree();
    await this.#try((store) => this.#keepCurrent(store));
    checkFree();
    const problem = this.#problem.value;
    if (problem && problem.code !== 'storage/memory-only') throw problem;
  }

  /** Takes what an earlier visit left on the page, as {@link BoardKeeper.textOf} wrote it. What cannot be read stays where it is. Never rejects. */
  async adopt(left: string): Promise<void> {
    if (!left) return;
    await this.#try(async (store) => {
      const keeper = this.#keeper;
      let read: WrittenBoard;
      try {
        read = await keeper.read(left);
      } catch {
        return;
      }
      const { id, name } = read.mark;
      const text = JSON.stringify({
        ...(JSON.parse(left) as object),
        id,
        name,
        isKept: true,
        running: false,
      });
      await store.keep(id, text);
      const picture = read.isOld && read.job.segments[0]?.picture ? await store.picture(null) : null;
      if (picture) await store.keepPicture(id, picture);
      if (keeper.left === left) keeper.forget();
    });
  }

  /** Keeps the board of a page that is not the one that comes back by itself: see {@link OtherBoards.keepApart}. */
  keepApart(id: string, text: string): void {
    const isWriting = this.#apart !== null;
    this.#apart = { id, text };
    if (!isWriting) void this.#writeApart();
  }

  async #writeApart(): Promise<void> {
    for (let next = this.#apart; next; next = this.#apart === next ? null : this.#apart) {
      try {
        this.#store ??= this.#open();
        const store = await this.#store;
        await (next.text ? store?.keep(next.id, next.text) : store?.remove(next.id));
        if (next.text && store) this.#keeper.tellOthers(true);
      } catch (error) {
        this.#store = null;
        console.warn(error); // as for a page without storage
      }
    }
    this.#apart = null;
  }

  /** Puts another board on the page. Never rejects. */
  async open(id: string): Promise<void> {
    if (this.#studio.isRunning.value) return;
    await this.#try(async (store) => {
      const text = await store.read(id);
      if (text === null) throw goneError();
      const { isOld: _, ...kept } = await this.#keeper.read(text);
      const mark = { ...kept.mark, id, isKept: true };
      const picture = await this.#keeper.pictureOf({ ...kept, mark });
      const { model } = kept.job;
      const studio = this.#studio;
      // Before the page's board is put away: what is said to it meanwhile would be lost.
      if (![studio.manifest.id, studio.builtIn.id].includes(model))
        await studio.lookAtShelf().catch(() => {}); // then it is not here
      if (!(await this.#leave(store))) return URL.revokeObjectURL(picture?.thumbnailUrl ?? '');
      if (model !== studio.manifest.id) studio.useModel(model);
      this.#show({ ...kept, mark, wasRunning: false, picture });
    });
  }

  /** Begins a board with nothing on it. Never rejects. */
  async begin(): Promise<void> {
    if (this.#studio.isRunning.value) return;
    await this.#try(async (store) => {
      if (await this.#leave(store)) this.#showEmpty();
    });
  }

  /**
   * Begins a board with the segments up to and including the selected one. The old board stays as it is, and nothing of what both have is
   * made again. Never rejects.
   */
  async branch(): Promise<void> {
    if (this.#studio.isRunning.value) return;
    await this.#try(async (store) => {
      const { board, form } = this.#studio;
      if (!(await this.#leave(store))) return;
      const mark = this.#keeper.newMark(this.#freeName(this.title));
      await store.keepPicture(mark.id, form.picture.value?.file ?? null);
      board.branch(() => {
        this.#studio.mark.value = mark;
      });
      await this.#keepCurrent(store);
    });
  }

  /** Gives a board another name; an empty one gives it its first words. Never rejects. */
  async rename(id: string, name: string): Promise<void> {
    const said = name.trim().slice(0, MAX_BOARD_NAME);
    const { mark } = this.#studio;
    await this.#try(async (store) => {
      if (id === mark.value.id) {
        mark.value = { ...mark.value, name: said, isKept: true };
        await this.#keepCurrent(store);
        return;
      }
      const text = await store.read(id);
      if (text !== null)
        await store.keep(id, JSON.stringify({ ...(JSON.parse(text) as object), name: said }));
    });
  }

  /**
   * A board as one file, its picture, takes and kept seeds inside. Never rejects.
   * @param id absent for the board on the page.
   * @returns null with the problem said.
   */
  async exportFile(id?: string): Promise<{ readonly blob: Blob; readonly name: string } | null> {
    const { board, form, mark } = this.#studio;
    let job = board.toJob();
    let extras: readonly SegmentExtras[] = board.extras.value;
    let { name } = mark.value;
    let picture = form.picture.value?.file ?? null;
    this.#problem.value = null;
    try {
      if (id !== undefined && id !== mark.value.id) {
        const store = await this.#open();
        const text = await store?.read(id);
        if (!store || !text) throw goneError();
        const kept = await this.#keeper.read(text);
        ({ job, extras } = kept);
        ({ name } = kept.mark);
        picture = job.segments[0]?.picture ? await store.picture(id) : null;
      }
      const text = await writeBoardFile(job, name, picture, takesToWrite(extras));
      const words =
        titled(name, job)
          .match(/[\p{L}\p{M}\p{N}]+/gu)
          ?.join('-') ?? 'storyboard';
      return { blob: new Blob([text], { type: 'application/json' }), name: `${words}.kindling.json` };
    } catch (cause) {
      this.#fail(cause);
      return null;
    }
  }

  /** Deletes a board for good; in place of the one on the page an empty one is begun. Never rejects. */
  async remove(id: string): Promise<void> {
    const isHere = id === this.#studio.mark.value.id;
    if (isHere && this.#studio.isRunning.value) return;
    await this.#try(async (store) => {
      if (isHere) this.#showEmpty();
      await store.remove(id);
    });
  }

  async #keepCurrent(store: BoardStore): Promise<void> {
    const { board, form, mark } = this.#studio;
    const words = [form.scene.value, ...board.segments.value.map(({ prompt }) => prompt)].join('');
    if (!board.isFilm.value && !mark.value.isKept && words.trim() === '' && !form.picture.value) return;
    mark.value = { ...mark.value, isKept: true };
    await store.keepPicture(mark.value.id, form.picture.value?.file ?? null);
    const text = (): string => this.#keeper.textOf({ ...stateOf(this.#studio), isRunning: false });
    let written: string;
    do {
      written = text();
      await store.keep(mark.value.id, written);
    } while (written !== text()); // what was said while it was written
  }

  /** Makes way for another board. @returns false if a job was begun meanwhile. */
  async #leave(store: BoardStore): Promise<boolean> {
    await this.#keepCurrent(store);
    return !this.#studio.isRunning.value;
  }

  #show(kept: KeptBoard): void {
    const studio = this.#studio;
    showBoard(studio, kept);
    studio.maker.reset();
    studio.showSegment(studio.board.selected.value);
  }

  #showEmpty(): void {
    const { board, form, manifest } = this.#studio;
    const seconds = manifest.limits.seconds.default;
    const segment = { prompt: '', seconds, seed: form.drawSeed(), camera: null, picture: null, settings: {} };
    const job = { ...board.toJob(), scene: '', segments: [segment] }; // shape and settings are usually the next one's, too
    this.#show({
      mark: this.#keeper.newMark(),
      job,
      selected: 0,
      made: [],
      states: [],
      extras: [],
      visibleLabel: form.visibleLabel.value,
      device: form.device.value,
      picture: null,
      wasRunning: false,
    });
  }

  /** `a castle` → `a castle (2)`, or the next that no board has. */
  #freeName(title: string): string {
    const taken = [title, ...this.#all.value.map((other) => other.title)];
    const plain = title.replace(/ \(\d+\)$/, '');
    for (let count = 2; ; count++) {
      const name = `${plain} (${count})`;
      if (!taken.includes(name)) return name;
    }
  }

  /** @returns false if it failed. */
  async #try(work: (store: BoardStore) => Promise<void>): Promise<boolean> {
    this.#problem.value = null;
    try {
      this.#store ??= this.#open();
      const store = await this.#store;
      if (!store) {
        throw new AppError(
          'storage/memory-only',
          'This window keeps nothing, so there can be one storyboard only. Save it as a file before you begin another.',
        );
      }
      await work(store);
      const all = await store.list();
      this.#keeper.tellOthers(all.length > 0);
      this.#all.value = (await Promise.all(all.map((one) => this.#factsOf(one)))).filter(
        (board) => board !== null,
      );
      return true;
    } catch (cause) {
      this.#store = null; // the next press opens the folder anew
      this.#fail(cause);
      return false;
    }
  }

  /** Null for what cannot be read: it stays on the disk, for a version that can. */
  async #factsOf(stored: Awaited<ReturnType<BoardStore['list']>>[number]): Promise<BoardFacts | null> {
    try {
      const { id, text, written } = stored;
      const { mark, job } = await this.#keeper.read(text);
      const seconds = job.segments.reduce((sum, segment) => sum + shownSeconds(segment), 0);
      return { id, title: titled(mark.name, job), segments: job.segments.length, seconds, written };
    } catch {
      return null;
    }
  }

  #fail(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#problem.value =
      cause instanceof AppError ? cause : new AppError('storage/read', message, { cause });
  }
}

const goneError = (): AppError => new AppError('storage/read', 'This storyboard is not kept here any more.');

const titled = (name: string, job: Parameters<typeof titleOf>[0]): string =>
  [...(name || titleOf(job))].slice(0, MAX_TITLE).join('');
