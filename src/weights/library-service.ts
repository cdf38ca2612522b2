// The library behind a Worker's edge: calls have names, so that they can be stopped.
import type {
  LibraryApi,
  LibraryEvent,
  LibraryState,
  RemoteFile,
  StorageRoom,
} from '../protocol/library-api.ts';
import type { FilePlace, LookedAtFile } from '../protocol/own-model.ts';
import { type ByteSource, blobSource } from './byte-source.ts';
import type { ModelLibrary } from './model-library.ts';
import { storageRoom } from './model-store.ts';
import { remoteSource } from './remote-source.ts';

/** Says which part of a model a file is. */
export type IdentifyFile = (source: ByteSource) => Promise<LookedAtFile>;

/** {@link LibraryApi} on a library. */
export class LibraryService implements LibraryApi {
  readonly #library: Promise<ModelLibrary>;
  readonly #identify: IdentifyFile;
  readonly #running = new Map<string, AbortController>();

  constructor(library: Promise<ModelLibrary>, identify: IdentifyFile) {
    this.#library = library;
    this.#identify = identify;
  }

  async look(files: readonly RemoteFile[]): Promise<LibraryState> {
    const library = await this.#library;
    return {
      kind: library.kind,
      room: await roomOf(library),
      kept: await library.list(),
      asked: await Promise.all(files.map((file) => library.find(file))),
    };
  }

  download(id: string, files: readonly RemoteFile[], onEvent: (event: LibraryEvent) => void): Promise<void> {
    return this.#stoppable(id, async (library, signal) =>
      library.download(files, { signal, onEvent, room: await roomOf(library) }),
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

  inspect(id: string, place: FilePlace): Promise<LookedAtFile> {
    return this.#stoppable(id, async (_, signal) =>
      this.#identify(
        'blob' in place
          ? blobSource(place.blob, place.name)
          : await remoteSource(place.url, { name: place.name, signal }),
      ),
    );
  }

  async exportFile(key: string): Promise<Blob> {
    return (await this.#library).exportFile(key);
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

const roomOf = async (library: ModelLibrary): Promise<StorageRoom | null> =>
  (await library.memoryRoom()) ?? (await storageRoom());
