import { proxy } from 'comlink';
import { AppError } from '../core/errors.ts';
import type { LibraryApi, LibraryEvent, LibraryState, RemoteFile } from '../protocol/library-api.ts';
import type { FilePlace, LookedAtFile } from '../protocol/own-model.ts';
import type { Library, OnBytes } from './library.ts';
import { WorkerConnection, type WorkerLike } from './worker-connection.ts';

/** Owns the Worker that keeps model files: starts it with the first call and replaces it when it dies. */
export class LibraryClient implements Library {
  readonly #createWorker: () => WorkerLike;
  #connection: WorkerConnection<LibraryApi> | null = null;
  #calls = 0;

  constructor(createWorker: () => WorkerLike) {
    this.#createWorker = createWorker;
  }

  look(files: readonly RemoteFile[]): Promise<LibraryState> {
    const connection = this.#connect();
    return connection.race(connection.api.look(files));
  }

  download(
    files: readonly RemoteFile[],
    options: { readonly signal?: AbortSignal; readonly onEvent?: (event: LibraryEvent) => void } = {},
  ): Promise<void> {
    return this.#stoppable(options.signal, options.onEvent, (api, id, onEvent) =>
      api.download(id, files, onEvent),
    );
  }

  verify(
    file: RemoteFile,
    options: { readonly signal?: AbortSignal; readonly onBytes?: OnBytes } = {},
  ): Promise<number> {
    return this.#stoppable(options.signal, options.onBytes, (api, id, onBytes) =>
      api.verify(id, file, onBytes),
    );
  }

  importFile(
    file: RemoteFile,
    blob: Blob,
    options: { readonly signal?: AbortSignal; readonly onBytes?: OnBytes } = {},
  ): Promise<void> {
    return this.#stoppable(options.signal, options.onBytes, (api, id, onBytes) =>
      api.importFile(id, file, blob, onBytes),
    );
  }

  inspect(place: FilePlace, options: { readonly signal?: AbortSignal } = {}): Promise<LookedAtFile> {
    return this.#stoppable(options.signal, undefined, (api, id) => api.inspect(id, place));
  }

  exportFile(key: string): Promise<Blob> {
    const connection = this.#connect();
    return connection.race(connection.api.exportFile(key));
  }

  remove(key: string): Promise<void> {
    const connection = this.#connect();
    return connection.race(connection.api.remove(key));
  }

  /** Terminates the Worker, if there is one. What it had stored is kept; calls in flight reject with `worker/crashed`. */
  dispose(): void {
    this.#connection?.end();
    this.#connection = null;
  }

  /** Calls with a callback that is silent once the call has settled, and hands an abort on. */
  async #stoppable<T, Told extends readonly unknown[]>(
    signal: AbortSignal | undefined,
    tell: ((...told: Told) => void) | undefined,
    call: (
      api: WorkerConnection<LibraryApi>['api'],
      id: string,
      callback: (...told: Told) => void,
    ) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const connection = this.#connect();
    const id = `call-${++this.#calls}`;
    let settled = false;
    const callback = proxy((...told: Told) => {
      if (!settled) tell?.(...told);
    });
    const onAbort = (): void => {
      connection.race(connection.api.stop(id)).catch(() => {}); // its answer is the call's own rejection
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await connection.race(call(connection.api, id, callback));
    } finally {
      settled = true;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #connect(): WorkerConnection<LibraryApi> {
    if (this.#connection?.alive) return this.#connection;
    try {
      this.#connection = new WorkerConnection<LibraryApi>(this.#createWorker());
    } catch (cause) {
      const message =
        'This browser did not start a background worker. Reload the page, or try another browser.';
      throw new AppError('worker/start', message, { cause });
    }
    return this.#connection;
  }
}
