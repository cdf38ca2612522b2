import { effect, type Signal, signal } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { SEGMENT_STATES, type SegmentExtras, type SegmentState } from './board.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';
import type { Picture } from './picture.ts';

/** Keeps the pictures that boards begin with over a reload. */
export interface PictureKeeper {
  /** Replaces what is kept of a board; null keeps none. Never rejects. */
  keep(file: Blob | null, board: string): Promise<void>;
  /** What was kept last; null for none. Never rejects. @param board null for the one board of earlier versions. */
  kept(board: string | null): Promise<Blob | null>;
}

/** Which of the kept boards is on the page. */
export interface BoardMark {
  /** 16 hexadecimal digits; the same as long as there is the board. */
  readonly id: string;
  /** The visitor's own name for it; empty: its first words are its name. */
  readonly name: string;
  /** It is kept even if it is a plain clip: it was named, branched off or put away once. */
  readonly isKept: boolean;
}

/** Longest name of a board, UTF-16 units. */
export const MAX_BOARD_NAME = 200;

/** The mark of a board that is begun. */
export const newBoardMark = (): BoardMark => ({
  id: Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join(''),
  name: '',
  isKept: false,
});

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
export interface KeptBoard {
  readonly mark: BoardMark;
  readonly job: Job;
  readonly selected: number;
  readonly made: readonly string[];
  readonly states: readonly SegmentState[];
  readonly extras: readonly SegmentExtras[];
  readonly visibleLabel: boolean;
  readonly device: DeviceChoice;
  /** Null also if it was lost. */
  readonly picture: Picture | null;
  /** It was being made when the page was closed. */
  readonly wasRunning: boolean;
}

const KEY = 'kindling.board';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];

/** A board as it is written, the picture apart; {@link readBoard} reads it. */
export function boardText(state: KeptState, { id, name, isKept }: BoardMark): string {
  const { isFilm: _, isRunning, picture: __, ...board } = state;
  // JSON has no word for the number in an empty field.
  const written = (_: string, value: unknown): unknown => (Number.isNaN(value) ? 0 : value);
  return JSON.stringify({ ...board, running: isRunning, id, name, isKept }, written);
}

/**
 * Reads what {@link boardText} wrote. It may hold what cannot be made yet: half-written boards are kept as well. Earlier versions kept a
 * single board without a mark: it gets one.
 * @throws {AppError} `input/job` · {SyntaxError} for what is no board.
 */
export async function readBoard(
  text: string,
): Promise<Omit<KeptBoard, 'picture'> & { readonly isOld: boolean }> {
  const kept = JSON.parse(text) as Record<string, unknown>;
  // Most visits have nothing to read.
  const job = (await import('../protocol/job-file.ts')).parseJob(kept.job);
  const isOld = typeof kept.id !== 'string' || !/^[0-9a-f]{16}$/.test(kept.id);
  return {
    mark: {
      id: isOld ? newBoardMark().id : (kept.id as string),
      name: typeof kept.name === 'string' ? kept.name.slice(0, MAX_BOARD_NAME) : '',
      isKept: kept.isKept === true,
    },
    isOld,
    job,
    selected: typeof kept.selected === 'number' ? kept.selected : 0,
    made: texts(kept.made),
    states: texts(kept.states).map((state) => SEGMENT_STATES.find((known) => known === state) ?? 'new'),
    extras: kept.extras === undefined ? [] : (await import('./kept-extras.ts')).parseExtras(kept.extras, job),
    visibleLabel: kept.visibleLabel !== false,
    device: DEVICE_CHOICES.find((choice) => choice === kept.device) ?? 'auto',
    wasRunning: kept.running === true,
  };
}

/** Keeps the storyboard over a reload, a crash or a closed laptop: its words here, its picture beside; what is made of it, the Worker keeps. */
export class BoardKeeper {
  /** Of the board on the page. Changes together with the board. */
  readonly mark: Signal<BoardMark> = signal(newBoardMark());
  readonly #store: TextStore | null;
  readonly #pictures: PictureKeeper | null;

  constructor(store: TextStore | null, pictures: PictureKeeper | null) {
    this.#store = store;
    this.#pictures = pictures;
  }

  /** What an earlier visit left, as {@link boardText} wrote it; empty for nothing. */
  get left(): string {
    return keptChoice(KEY, this.#store) ?? '';
  }

  /** Forgets what an earlier visit left: it is kept elsewhere by now. */
  forget(): void {
    keepChoice(KEY, '', this.#store);
  }

  /** What was kept, if it is of this model; null for nothing, and for what cannot be read. */
  async kept(manifest: Pick<ModelManifest, 'id'>): Promise<KeptBoard | null> {
    const { left } = this;
    if (!left) return null;
    try {
      const { isOld, ...kept } = await readBoard(left);
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
   * @returns stops it.
   */
  keep(state: () => KeptState): () => void {
    let kept: { readonly file: Blob | null; readonly id: string } = { file: null, id: this.mark.value.id };
    let isTouched = false;
    return effect(() => {
      const board = state();
      const mark = this.mark.value;
      const isWanted = board.isFilm || board.isRunning || mark.isKept;
      isTouched ||= isWanted;
      if (!isTouched) return;
      keepChoice(KEY, isWanted ? boardText(board, mark) : '', this.#store);
      const file = (isWanted && board.picture?.file) || null;
      if (file === kept.file && (mark.id === kept.id || !file)) return;
      kept = { file, id: mark.id };
      void this.#pictures?.keep(file, mark.id);
    });
  }
}
