import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Engine, GenerateOptions } from '../client/engine.ts';
import { AppError, isAbort } from '../core/errors.ts';
import { planFilm } from '../core/film-plan.ts';
import type { ClipShape } from '../core/video-format.ts';
import type { GenerateEvent, GenerateRequest } from '../protocol/engine-api.ts';
import { ClipShelf } from './clip-shelf.ts';
import { isForward, overallFraction } from './job-progress.ts';
import type { Clip, JobState, RunningJob } from './job-state.ts';

const asAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal/runtime', error instanceof Error ? error.message : String(error), {
        cause: error,
      });

/** Runs one job at a time and says where it is. */
export class ClipMaker {
  /** Finished clips of this visit. */
  readonly shelf = new ClipShelf();
  readonly #state = signal<JobState>({ status: 'idle' });
  readonly #engine: Engine;
  #abort: AbortController | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get state(): ReadonlySignal<JobState> {
    return this.#state;
  }

  /**
   * Starts a job that has been checked. Does nothing while one runs, so a second press cannot start a second clip.
   * @returns settled when the job is over, however it ended; never rejects.
   */
  async make(request: GenerateRequest): Promise<void> {
    if (this.#abort) return;
    const { job, manifest } = request;
    const { shape } = planFilm(manifest, job);
    const abort = new AbortController();
    this.#abort = abort;
    this.#state.value = {
      status: 'running',
      request,
      shape,
      segment: { index: 0, count: job.segments.length, from: 0 },
      strips: [],
      parts: [],
      phase: 'prepare',
      done: 0,
      total: 1,
      fraction: 0,
      secondsLeft: null,
      preview: null,
      device: null,
      warnings: [],
      cancelling: false,
    };
    const onEvent = (event: GenerateEvent): void => {
      const running = this.#state.value;
      // What an earlier job still has to say is not about this one.
      if (this.#abort === abort && running.status === 'running') this.#state.value = after(running, event);
    };
    const end = await this.#run(request, shape, { signal: abort.signal, onEvent });
    // Free before anybody hears of it: whoever follows the state may start the next job at once.
    this.#abort = null;
    this.#state.value = end;
  }

  async #run(request: GenerateRequest, shape: ClipShape, options: GenerateOptions): Promise<JobState> {
    try {
      const result = await this.#engine.generate(request, options);
      return { status: 'done', clip: this.shelf.add(request, result) };
    } catch (error) {
      if (isAbort(error)) return { status: 'cancelled', shape };
      console.error(error);
      return { status: 'failed', error: asAppError(error), shape };
    }
  }

  /** Asks the running job to stop; without one, nothing happens. */
  cancel(): void {
    const running = this.#state.value;
    if (running.status !== 'running' || running.cancelling) return;
    this.#state.value = { ...running, cancelling: true };
    this.#abort?.abort();
  }

  /** Shows a clip of this visit again. Not while a job runs. */
  show(clip: Clip): void {
    if (!this.#abort) this.#state.value = { status: 'done', clip };
  }

  /** Puts an error or a cancelled job away: back to the newest clip, or to the beginning. */
  dismiss(): void {
    if (this.#abort) return;
    const newest = this.shelf.clips.value[0];
    this.#state.value = newest ? { status: 'done', clip: newest } : { status: 'idle' };
  }

  /** Back to the beginning; the clips of this visit stay on the shelf. Not while a job runs. */
  reset(): void {
    if (!this.#abort) this.#state.value = { status: 'idle' };
  }
}

function after(running: RunningJob, event: GenerateEvent): RunningJob {
  switch (event.type) {
    case 'progress': {
      const { phase, done, total, secondsLeft } = event;
      const { count } = running.segment;
      // Of a storyboard the parts of every segment are counted together, and denoising takes most of the time.
      const share =
        count === 1
          ? overallFraction(phase, done, total)
          : phase === 'denoise' && total > 0
            ? Math.min(1, done / total)
            : 0;
      const fraction = Math.max(running.fraction, share);
      return isForward(running.phase, phase)
        ? { ...running, phase, done, total, secondsLeft, fraction }
        : { ...running, secondsLeft };
    }
    case 'segment': {
      const { index, count } = event;
      return {
        ...running,
        segment: { index, count, from: running.fraction },
        phase: 'prepare', // what was seen of the part before stays until there is something newer
      };
    }
    case 'device':
      return { ...running, device: event.device };
    case 'preview':
      return { ...running, preview: event.preview };
    case 'part': {
      const { index, film } = event;
      return { ...running, parts: [...running.parts, { index, film }] };
    }
    case 'painted': {
      const { index, strip } = event;
      return { ...running, strips: [...running.strips, { index, strip }] };
    }
    case 'warning': {
      const { code, message } = event;
      return { ...running, warnings: [...running.warnings, { code, message }] };
    }
  }
}
