import { proxy } from 'comlink';
import { AppError } from '../core/errors.ts';
import type { Capabilities, EngineApi, GenerateRequest, GenerateResult } from '../protocol/engine-api.ts';
import type { Engine, GenerateOptions } from './engine.ts';
import { whileJobRuns } from './job-lock.ts';
import { WorkerConnection, type WorkerLike } from './worker-connection.ts';

/** A Worker stops within one transformer block; one that has not after this long is stuck. */
const CANCEL_GRACE_MS = 10_000;
/** People look at a clip and change a word; after this long the memory is worth more than the warm start. */
const IDLE_MS = 5 * 60_000;

/** How long to wait for what; tests shorten it. */
export interface EngineClientOptions {
  /** Milliseconds a cancelled job may take to stop before its Worker is terminated. */
  readonly cancelGraceMs?: number;
  /** Milliseconds an idle Worker is kept. */
  readonly idleMs?: number;
}

const aborted = (): DOMException => new DOMException('The clip was cancelled.', 'AbortError');

/** Owns the Worker: starts it with the first call, keeps it warm between jobs, replaces it when it dies. */
export class EngineClient implements Engine {
  readonly #createWorker: () => WorkerLike;
  readonly #cancelGraceMs: number;
  readonly #idleMs: number;
  #connection: WorkerConnection<EngineApi> | null = null;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #calls = 0;
  #generating = false;
  #jobs = 0;

  /** @param createWorker called when a Worker is first needed and again after one died. */
  constructor(createWorker: () => WorkerLike, options: EngineClientOptions = {}) {
    this.#createWorker = createWorker;
    this.#cancelGraceMs = options.cancelGraceMs ?? CANCEL_GRACE_MS;
    this.#idleMs = options.idleMs ?? IDLE_MS;
  }

  async capabilities(): Promise<Capabilities> {
    return this.#call((connection) => connection.race(connection.api.capabilities()));
  }

  async generate(request: GenerateRequest, options: GenerateOptions = {}): Promise<GenerateResult> {
    const { signal, onEvent } = options;
    if (signal?.aborted) throw aborted();
    if (this.#generating) {
      throw new AppError(
        'worker/busy',
        'A clip is being made; wait for it or cancel it, then start the next.',
      );
    }
    this.#generating = true;
    let settled = false;
    try {
      return await whileJobRuns(() =>
        this.#call(async (connection) => {
          const id = `job-${++this.#jobs}`;
          const callback = proxy((event: Parameters<NonNullable<typeof onEvent>>[0]) => {
            if (!settled) onEvent?.(event);
          });
          const work = connection.race(connection.api.generate(id, request, callback));
          try {
            return await this.#cancellable(work, connection, id, signal);
          } catch (error) {
            // The runtime's module does not recover from a trap or a lost device: the next job gets a new Worker.
            if (error instanceof AppError && /^(internal|gpu)\//.test(error.code)) connection.end();
            throw error;
          }
        }),
      );
    } finally {
      settled = true;
      this.#generating = false;
    }
  }

  /** Terminates the Worker, if there is one; a job in flight rejects with `worker/crashed`. The next call starts a new one. */
  dispose(): void {
    clearTimeout(this.#idleTimer);
    this.#connection?.end();
    this.#connection = null;
  }

  /** Waits for `work`; on abort asks the Worker to stop and terminates it if it does not. */
  async #cancellable<T>(
    work: Promise<T>,
    connection: WorkerConnection<EngineApi>,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    let grace: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      connection.race(connection.api.cancel(id)).catch(() => {}); // its answer is the job's own rejection
      grace = setTimeout(() => connection.end(), this.#cancelGraceMs);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const result = await work;
      // Finished in the very moment it was cancelled: the caller asked for no clip and gets none.
      if (signal?.aborted) throw aborted();
      return result;
    } catch (error) {
      throw signal?.aborted ? aborted() : error; // whatever went wrong after cancelling is of no interest
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #call<T>(run: (connection: WorkerConnection<EngineApi>) => Promise<T>): Promise<T> {
    clearTimeout(this.#idleTimer);
    this.#calls++;
    try {
      return await run(this.#connect());
    } finally {
      this.#calls--;
      if (this.#calls === 0) this.#idleTimer = setTimeout(() => this.dispose(), this.#idleMs);
    }
  }

  #connect(): WorkerConnection<EngineApi> {
    if (this.#connection?.alive) return this.#connection;
    try {
      this.#connection = new WorkerConnection(this.#createWorker());
    } catch (cause) {
      const message =
        'This browser did not start a background worker. Reload the page, or try another browser.';
      throw new AppError('worker/start', message, { cause });
    }
    return this.#connection;
  }
}
