import { effect } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { DEVICE_CHOICES, type DeviceChoice } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { SEGMENT_STATES, type SegmentState } from './board.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';
import type { Picture } from './picture.ts';

/** Keeps one picture's file over a reload. */
export interface PictureKeeper {
  /** Replaces what is kept; null keeps none. Never rejects. */
  keep(file: Blob | null): Promise<void>;
  /** What was kept last; null for none. Never rejects. */
  kept(): Promise<Blob | null>;
}

/** The board as it is on the page. */
export interface KeptState {
  readonly job: Job;
  readonly selected: number;
  /** Identities of the segments that are made, and how each segment stands. */
  readonly made: readonly string[];
  readonly states: readonly SegmentState[];
  readonly visibleLabel: boolean;
  readonly device: DeviceChoice;
  readonly isFilm: boolean;
  readonly isRunning: boolean;
  readonly picture: Picture | null;
}

/** A board that was kept. */
export interface KeptBoard {
  readonly job: Job;
  readonly selected: number;
  readonly made: readonly string[];
  readonly states: readonly SegmentState[];
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

/** Keeps the storyboard over a reload, a crash or a closed laptop: its words here, its picture beside; what is made of it, the Worker keeps. */
export class BoardKeeper {
  readonly #store: TextStore | null;
  readonly #pictures: PictureKeeper | null;

  constructor(store: TextStore | null, pictures: PictureKeeper | null) {
    this.#store = store;
    this.#pictures = pictures;
  }

  /**
   * What was kept, if it is of this model; null for nothing. It may hold what cannot be made yet: half-written boards are kept as well.
   * What cannot be read is nobody's fault and is forgotten.
   */
  async kept(manifest: Pick<ModelManifest, 'id'>): Promise<KeptBoard | null> {
    const text = keptChoice(KEY, this.#store);
    if (!text) return null;
    try {
      const kept = JSON.parse(text) as Record<string, unknown>;
      // Most visits have nothing to read.
      const job = (await import('../protocol/job-file.ts')).parseJob(kept.job);
      if (job.model !== manifest.id) return null;
      const hasPicture = job.segments[0]?.picture != null;
      const picture = hasPicture ? await this.#picture() : null;
      return {
        job,
        selected: typeof kept.selected === 'number' ? kept.selected : 0,
        made: texts(kept.made),
        states: texts(kept.states).map((state) => SEGMENT_STATES.find((known) => known === state) ?? 'new'),
        visibleLabel: kept.visibleLabel !== false,
        device: DEVICE_CHOICES.find((choice) => choice === kept.device) ?? 'auto',
        picture,
        wasRunning: kept.running === true,
      };
    } catch (error) {
      if (!(error instanceof AppError || error instanceof SyntaxError)) console.error(error);
      return null;
    }
  }

  async #picture(): Promise<Picture | null> {
    try {
      const file = await this.#pictures?.kept();
      return file ? await (await import('./read-picture.ts')).readPicture(file, 'picture') : null;
    } catch {
      return null; // asked for again
    }
  }

  /**
   * Keeps the board whenever it changes. A plain clip is kept while it is made only: afterwards a fresh page is what people expect. What
   * an earlier visit left stays until there is something else to keep.
   * @returns stops it.
   */
  keep(state: () => KeptState): () => void {
    let picture: Picture | null = null;
    let isTouched = false;
    return effect(() => {
      const { isFilm, isRunning, picture: current, ...board } = state();
      const text = isFilm || isRunning ? JSON.stringify({ ...board, running: isRunning }) : '';
      isTouched ||= text !== '';
      if (!isTouched) return;
      keepChoice(KEY, text, this.#store);
      const wanted = text === '' ? null : current;
      if (wanted === picture) return;
      picture = wanted;
      void this.#pictures?.keep(wanted?.file ?? null);
    });
  }
}
