// The library behind a Worker's edge: calls have names, so that they can be stopped.
import type { LibraryApi, LibraryEvent, LibraryState, RemoteFile } from '../protocol/library-api.ts';
import type { ModelLibrary } from './model-library.ts';
import { storageRoom } from './model-store.ts';

/** {@link LibraryApi} on a library. */
export class LibraryService implements LibraryApi {
  readonly #library: Promise<ModelLibrary>;
  readonly #running = new Map<string, AbortController>();

  constructor(library: Promise<ModelLibrary>) {
    this.#library = library;
  }

  async look(files: readonly RemoteFile[]): Promise<LibraryState> {
    const library = await this.#library;
    return {
      kind: library.kind,
      room: await storageRoom(),
      kept: await library.list(),
      asked: await Promise.all(files.map((file) => library.find(file))),
    };
  }

  download(id: string, files: readonly RemoteFile[], onEvent: (event: LibraryEvent) => void): Promise<void> {
    return this.#stoppable(id, async (library, signal) =>
      library.download(files, { signal, onEvent, room: await storageRoom() }),
    );
  }

  verify(id: string, file: RemoteFile, onProgress: (read: number, total: number) => void): Promise<number> {
    return this.#stoppable(
      id,
      async (library, signal) => (await library.verify(file, { signal, onProgress })).damaged,
    );
  }

  importFile(
    id: string,
    file: RemoteFile,
    blob: Blob,
    onProgress: (read: number, total: number) => void,
  ): Promise<void> {
    return this.#stoppable(id, (library, signal) => library.importFile(file, blob, { signal, onProgress }));
  }

  async remove(key: string): Promise<void> {
    await (await this.#library).remove(key);
  }

  async stop(id: string): Promise<void> {
    this.#running.get(id)?.abort(new DOMException('It was stopped.', 'AbortError'));
  }

  async #stoppable<T>(
    id: string,
    work: (library: ModelLibrary, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      return await work(await this.#library, controller.signal);
    } finally {
      this.#running.delete(id);
    }
  }
}
