import type { LibraryEvent, LibraryState, RemoteFile } from '../protocol/library-api.ts';
import type { FilePlace, LookedAtFile } from '../protocol/own-model.ts';

/** How far something has come, in bytes. */
export type OnBytes = (done: number, total: number) => void;

/** Something that keeps model files. The application state knows only this. All calls reject with AbortError when their signal says so. */
export interface Library {
  /** What is kept; `files` are looked up one by one. */
  look(files: readonly RemoteFile[]): Promise<LibraryState>;
  /** Downloads what is missing of these files. @throws {AppError} `network/…`, `storage/…`, `model/hash`. */
  download(
    files: readonly RemoteFile[],
    options?: { readonly signal?: AbortSignal; readonly onEvent?: (event: LibraryEvent) => void },
  ): Promise<void>;
  /** Reads a file once more. @returns how many chunks were damaged. @throws {AppError} `storage/…`. */
  verify(
    file: RemoteFile,
    options?: { readonly signal?: AbortSignal; readonly onBytes?: OnBytes },
  ): Promise<number>;
  /** Copies a file of the user's own in. @throws {AppError} `model/hash`, `storage/…`. */
  importFile(
    file: RemoteFile,
    blob: Blob,
    options?: { readonly signal?: AbortSignal; readonly onBytes?: OnBytes },
  ): Promise<void>;
  /** Reads the header of a file that may be part of a model. @throws {AppError} `model/unsupported`, `network/…`, `storage/read`. */
  inspect(place: FilePlace, options?: { readonly signal?: AbortSignal }): Promise<LookedAtFile>;
  /** A complete file, to be saved elsewhere. @param key of a kept file. @throws {AppError} `storage/read`. */
  exportFile(key: string): Promise<Blob>;
  /** @param key of a kept file. @throws {AppError} `storage/in-use`. */
  remove(key: string): Promise<void>;
}
