import { effect } from '@preact/signals-core';
import { checkJob } from '../core/check-job.ts';
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
  readonly isFilm: boolean;
  readonly isRunning: boolean;
  readonly picture: Picture | null;
}

/** A board that was kept. */
export interface KeptBoard {
  readonly job: Job;
  readonly selected: number;
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

  /** What was kept, if this model can make it; null for nothing. What cannot be read is nobody's fault and is forgotten. */
  async kept(manifest: Pick<ModelManifest, 'id' | 'limits'>): Promise<KeptBoard | null> {
    const text = keptChoice(KEY, this.#store);
    if (!text) return null;
    try {
      const { job: written, selected, running } = JSON.parse(text) as Record<string, unknown>;
      // Most visits have nothing to read.
      const job = (await import('../protocol/job-file.ts')).parseJob(written);
      if (job.model !== manifest.id) return null;
      const hasPicture = job.segments[0]?.picture != null;
      // Prompts may be missing still: whatever else is wrong was never made here.
      const words = { ...job, scene: job.scene || 'x' };
      checkJob(words, manifest.limits, { hasPicture });
      const file = hasPicture ? ((await this.#pictures?.kept()) ?? null) : null;
      const picture = file && (await (await import('./read-picture.ts')).readPicture(file, 'picture'));
      return {
        job,
        selected: typeof selected === 'number' ? selected : 0,
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
      const { job, selected, isFilm, isRunning, picture: current } = state();
      const text = isFilm || isRunning ? JSON.stringify({ job, selected, running: isRunning }) : '';
      keepChoice(KEY, text, this.#store);
      if (current === picture) return;
      picture = current;
      void this.#pictures?.keep(current?.file ?? null);
    });
  }
}
