import { batch, effect, type ReadonlySignal, type Signal } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { DeviceChoice } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import type { Board, SegmentExtras, SegmentState } from './board.ts';
import type { StudioForm } from './form.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';
import type { Notice } from './notices.ts';
import { type Picture, releasePicture } from './picture.ts';
import type { BoardMark, WrittenBoard } from './read-board.ts';

/** Keeps the pictures that boards begin with over a reload. */
export interface PictureKeeper {
  /** Replaces what is kept of a board; null keeps none. Never rejects. */
  keep(file: Blob | null, board: string): Promise<void>;
  /** What was kept last; null for none. Never rejects. @param board null for the one board of earlier versions. */
  kept(board: string | null): Promise<Blob | null>;
}

/** What the keeping of boards needs of the page with its one board: the studio. */
export interface BoardPage {
  readonly board: Board;
  readonly form: StudioForm;
  readonly isRunning: ReadonlySignal<boolean>;
  /** A job runs that comes back with the board after a reload. */
  readonly isMakingBoard: ReadonlySignal<boolean>;
  readonly manifest: ModelManifest;
  /** Which board it is. Changes together with the board. */
  readonly mark: Signal<BoardMark>;
  /** Says that another board is on the page. */
  turn(notice: Notice | null): void;
  askForBoards(): Promise<OtherBoards>;
}

/** The boards besides the one that comes back by itself. */
export interface OtherBoards {
  /** Takes what an earlier visit left on the page, as {@link BoardKeeper.textOf} wrote it. Never rejects. */
  adopt(left: string): Promise<void>;
  /** Keeps the board of this page among them, as it is now; an empty text takes it out. What is older is not waited for. */
  keepApart(id: string, text: string): void;
}

const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/** The board as it is on the page. */
export interface KeptState {
  readonly job: Job;
  readonly selected: number;
  /** Identities of the segments that are made, and how each segment stands. */
  readonly made: readonly string[];
  readonly states: readonly SegmentState[];
  /** Takes and kept seeds. */
  readonly extras?: readonly SegmentExtras[];
  readonly visibleLabel: boolean;
  readonly device: DeviceChoice;
  readonly isFilm: boolean;
  readonly isRunning: boolean;
  readonly picture: Picture | null;
}

/** A board that was kept. */
export interface KeptBoard extends Omit<WrittenBoard, 'isOld'> {
  /** Null also if it was lost. */
  readonly picture: Picture | null;
}

const KEY = 'kindling.board';
/** There are boards besides the one on the page. */
const OTHERS_KEY = 'kindling.boards';

/** The board of the page as it is to be kept. */
export function stateOf({
  board,
  form,
  isMakingBoard,
}: Pick<BoardPage, 'board' | 'form' | 'isMakingBoard'>): KeptState {
  return {
    job: board.toJob(),
    selected: board.selected.value,
    made: board.madeIdentities(),
    states: board.states.value,
    extras: board.extras.value,
    visibleLabel: form.visibleLabel.value,
    device: form.device.value,
    isFilm: board.isFilm.value,
    isRunning: isMakingBoard.value,
    picture: form.picture.value,
  };
}

/** Puts a kept board in the place of the one on the page, whose picture is let go. */
export function showBoard(page: BoardPage, kept: KeptBoard): void {
  const { board, form, manifest, mark } = page;
  batch(() => {
    releasePicture(form.picture.value);
    mark.value = kept.mark;
    form.load(kept.job, kept.picture, kept.visibleLabel);
    form.seedLocked.value = false;
    form.device.value = kept.device;
    board.load(kept.job, kept.made, kept.states, kept.extras);
    board.select(kept.selected);
    page.turn(noticeOf(kept, manifest));
  });
}

function noticeOf({ job, picture, wasRunning }: KeptBoard, manifest: ModelManifest): Notice | null {
  if (job.segments[0]?.picture && !picture) return { id: 'picture-needed' };
  if (wasRunning) return { id: 'interrupted' };
  return job.model === manifest.id ? null : { id: 'restored-model', made: job.model };
}

/** Keeps the storyboard over a reload, a crash or a closed laptop: its words here, its picture beside; what is made of it, the Worker keeps. */
export class BoardKeeper {
  /** Of the board on the page. */
  readonly mark: Signal<BoardMark>;
  readonly #store: TextStore | null;
  readonly #pictures: PictureKeeper | null;
  readonly #hold: () => Promise<boolean>;

  /**
   * @param mark of the board on the page; gets an identifier as soon as the board is kept.
   * @param hold makes this tab the one whose board comes back by itself, until it is closed; false if another tab is.
   */
  constructor(
    store: TextStore | null,
    pictures: PictureKeeper | null,
    mark: Signal<BoardMark>,
    hold: () => Promise<boolean> = async () => true,
  ) {
    this.mark = mark;
    this.#store = store;
    this.#pictures = pictures;
    this.#hold = hold;
  }

  /**
   * Brings back the board that was on the page when it was closed, and keeps it from now on. Only one tab does: what others have on the
   * page they keep with the other boards.
   * @param isFresh nobody has begun anything yet.
   * @returns stops keeping.
   */
  async begin(page: BoardPage, isFresh: () => boolean): Promise<() => void> {
    const isFirst = await this.#hold();
    const kept = isFirst && isFresh() ? await this.kept(page.manifest) : null;
    const isShown = kept !== null && isFresh();
    if (isShown) showBoard(page, kept);
    else releasePicture(kept?.picture ?? null);
    // What cannot be shown now is put with the other boards before it would be written over.
    const left = isShown || !isFirst ? '' : this.left;
    let others: OtherBoards | null = null;
    try {
      if (left || !isFirst || keptChoice(OTHERS_KEY, this.#store)) {
        others = await page.askForBoards();
        await others.adopt(left);
      }
    } catch (error) {
      console.warn(error); // the others are not to be had: the page's own board is kept all the same
    }
    if (isFirst) return this.keep(() => stateOf(page));
    // A clip in the making comes back by itself or not at all.
    return this.keep(
      () => ({ ...stateOf(page), isRunning: false }),
      (text) => others?.keepApart(this.mark.value.id, text),
    );
  }

  /** Remembers for the next visit whether there are other boards. */
  tellOthers(some: boolean): void {
    keepChoice(OTHERS_KEY, some ? 'some' : '', this.#store);
  }

  /** What an earlier visit left, as {@link BoardKeeper.textOf} wrote it; empty for nothing. */
  get left(): string {
    return keptChoice(KEY, this.#store) ?? '';
  }

  /** Forgets what an earlier visit left: it is kept elsewhere by now. */
  forget(): void {
    keepChoice(KEY, '', this.#store);
  }

  /** The board as it is written, the picture apart. */
  textOf({ isFilm: _, isRunning, picture: __, ...board }: KeptState): string {
    // JSON has no word for the number in an empty field.
    const written = (_: string, value: unknown): unknown => (Number.isNaN(value) ? 0 : value);
    return JSON.stringify({ ...board, running: isRunning, ...this.mark.value }, written);
  }

  /** Reads what {@link BoardKeeper.textOf} wrote. @throws {AppError} `input/job` · {SyntaxError} for what is no board. */
  async read(text: string): Promise<WrittenBoard> {
    // Most visits have nothing to read.
    return (await import('./read-board.ts')).readBoard(text, this.newMark());
  }

  /** Of a board that is begun. */
  newMark(name = ''): BoardMark {
    return { id: newId(), name, isKept: name !== '' };
  }

  /** What was kept, if it is of this model; null for nothing, and for what cannot be read. */
  async kept(manifest: Pick<ModelManifest, 'id'>): Promise<KeptBoard | null> {
    const { left } = this;
    if (!left) return null;
    try {
      const { isOld, ...kept } = await this.read(left);
      if (kept.job.model !== manifest.id) return null;
      return { ...kept, picture: await this.pictureOf(kept, isOld) };
    } catch (error) {
      if (!(error instanceof AppError || error instanceof SyntaxError || error instanceof TypeError))
        console.error(error);
      return null;
    }
  }

  /** The picture that a board begins with; null if it has none, or if it was lost: it is then asked for again. Never rejects. */
  async pictureOf({ job, mark }: Pick<KeptBoard, 'job' | 'mark'>, isOld = false): Promise<Picture | null> {
    if (!job.segments[0]?.picture) return null;
    try {
      const file = await this.#pictures?.kept(isOld ? null : mark.id);
      return file ? await (await import('./read-picture.ts')).readPicture(file, 'picture') : null;
    } catch {
      return null;
    }
  }

  /**
   * Keeps the board whenever it changes. A plain clip is kept while it is made only: afterwards a fresh page is what people expect. What
   * an earlier visit left stays until there is something else to keep.
   * @param write keeps the text; an empty one for nothing.
   * @returns stops it.
   */
  keep(
    state: () => KeptState,
    write: (text: string) => void = (text) => keepChoice(KEY, text, this.#store),
  ): () => void {
    let kept: { readonly file: Blob | null; readonly id: string } = { file: null, id: this.mark.value.id };
    let isTouched = false;
    return effect(() => {
      const board = state();
      const mark = this.mark.value;
      if (!mark.id) {
        this.mark.value = { ...mark, id: newId() }; // another board was begun: comes back here
        return;
      }
      const isWanted = board.isFilm || board.isRunning || mark.isKept;
      isTouched ||= isWanted;
      if (!isTouched) return;
      write(isWanted ? this.textOf(board) : '');
      const file = (isWanted && board.picture?.file) || null;
      if (file === kept.file && (mark.id === kept.id || !file)) return;
      kept = { file, id: mark.id };
      void this.#pictures?.keep(file, mark.id);
    });
  }
}
