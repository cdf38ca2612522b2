import { effect } from '@preact/signals-core';
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
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
  /** Identities of the segments that are made. */
  readonly made: readonly string[];
  readonly isFilm: boolean;
  readonly isRunning: boolean;
  readonly picture: Picture | null;
}

/** A board that was kept. */
export interface KeptBoard {
  readonly job: Job;
  readonly selected: number;
  readonly made: readonly string[];
  readonly picture: Picture | null;
  /** It was being made when the page was closed. */
  readonly wasRunning: boolean;
}

const KEY = 'kindling.board';

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
      const { job: written, selected, made, running } = JSON.parse(text) as Record<string, unknown>;
      // Most visits have nothing to read.
      const job = (await import('../protocol/job-file.ts')).parseJob(written);
      if (job.model !== manifest.id) return null;
      const hasPicture = job.segments[0]?.picture != null;
      const file = hasPicture ? ((await this.#pictures?.kept()) ?? null) : null;
      const picture = file && (await (await import('./read-picture.ts')).readPicture(file, 'picture'));
      return {
        job,
        selected: typeof selected === 'number' ? selected : 0,
        made: Array.isArray(made) ? made.filter((name) => typeof name === 'string') : [],
        picture,
        wasRunning: running === true,
      };
    } catch (error) {
      if (!(error instanceof AppError || error instanceof SyntaxError)) console.error(error);
      return null;
    }
  }

  /**
   * Keeps the board whenever it changes. A plain clip is kept while it is made only: afterwards a fresh page is what people expect.
   * @returns stops it.
   */
  keep(state: () => KeptState): () => void {
    let picture: Picture | null = null;
    return effect(() => {
      const { job, selected, made, isFilm, isRunning, picture: current } = state();
      const text = isFilm || isRunning ? JSON.stringify({ job, selected, made, running: isRunning }) : '';
      keepChoice(KEY, text, this.#store);
      if (current === picture) return;
      picture = current;
      void this.#pictures?.keep(current?.file ?? null);
    });
  }
}
