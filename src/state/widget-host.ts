import { effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { AppError } from '../core/errors.ts';
import type { WidgetMessage } from '../protocol/embed-messages.ts';
import type { JobState, RunningJob } from './job-state.ts';

/** Previews and progress that follow each other faster are not worth a message. */
const PROGRESS_MS = 100;

/** The page around the frame, once it was admitted; before that and after a flood nobody hears what is said. */
export class WidgetHost {
  /** Site that receives the clips; null without one. */
  readonly site: ReadonlySignal<string | null>;
  readonly #site = signal<string | null>(null);
  #post: ((message: WidgetMessage) => void) | null = null;
  #height = 0;

  constructor() {
    this.site = this.#site;
  }

  /** Takes the page that was admitted. @param ready what it is told first. */
  connect(origin: string, post: (message: WidgetMessage) => void, ready: WidgetMessage): void {
    post(ready);
    this.#post = post;
    if (this.#height > 0) post({ type: 'resize', height: this.#height });
    this.#site.value = origin;
  }

  /** Says nothing more. */
  disconnect(): void {
    this.#post = null;
    this.#site.value = null;
  }

  /** Tells the page how high the content is, CSS pixels; a page that comes later is told the newest. */
  tellHeight(height: number): void {
    this.#height = height;
    this.say({ type: 'resize', height });
  }

  /** Sends a message. */
  say(message: WidgetMessage): void {
    this.#post?.(message);
  }

  /** Tells what became of a call; `null` stands for a clip of the visitor's own. */
  fail(id: number | null, { code, message, detail }: AppError): void {
    this.say({ type: 'failed', id, code, message, detail });
  }

  /**
   * Tells the page how the running job goes.
   * @param idOf call of the page that runs.
   * @returns ends it.
   */
  follow(state: ReadonlySignal<JobState>, idOf: () => number | null): () => void {
    let toldAt = 0;
    let told: RunningJob | null = null;
    return effect(() => {
      const job = state.value;
      if (job.status !== 'running') {
        told = null;
        return;
      }
      const id = idOf();
      const { phase, fraction, secondsLeft, preview } = job;
      const now = performance.now();
      if (preview && preview !== told?.preview) {
        const { width, height, fps, frames } = preview;
        this.say({ type: 'preview', id, preview: { width, height, fps, frames } });
      }
      if (told?.phase !== phase || now - toldAt >= PROGRESS_MS) {
        toldAt = now;
        this.say({ type: 'progress', id, progress: { phase, fraction, secondsLeft } });
      }
      told = job;
    });
  }
}
