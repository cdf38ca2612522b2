// What crosses between the page and the Worker that keeps model files.
import type { WireError } from './engine-api.ts';
import type { FilePlace, LookedAtFile } from './own-model.ts';

/** A file as the catalogue or the user names it. */
export interface RemoteFile {
  /** For people. */
  readonly name: string;
  readonly url: string;
  /** Names it wherever it is fetched from, for a file without a SHA-256; its address by default. */
  readonly id?: string;
  /** Size in bytes; null if nobody knows it before asking. */
  readonly bytes: number | null;
  /** SHA-256, 64 hexadecimal digits; null if nobody published one: then the first complete download is remembered. */
  readonly sha256: string | null;
  /** Whether `bytes` was seen by us. If not, what the server says is believed. */
  readonly confirmed: boolean;
}

/** What happens during a download. */
export type DownloadEvent =
  /** Bytes that are there, of how many. `fetched` counts what came over the network in this call, double or not. */
  | {
      readonly type: 'progress';
      readonly received: number;
      readonly total: number | null;
      readonly fetched: number;
    }
  /** It failed and is tried again after a pause. */
  | { readonly type: 'retry'; readonly error: WireError; readonly seconds: number }
  /** All bytes are there; they are read again where their SHA-256 is not known yet. */
  | { readonly type: 'verify' }
  /** The whole does not have its SHA-256: each chunk is fetched again and compared, to find the bad one. */
  | { readonly type: 'recheck' };

/** What a download of several files tells: of which file, and whether another tab is at it. */
export type LibraryEvent = (
  | DownloadEvent
  | { readonly type: 'elsewhere'; readonly received: number; readonly total: number | null }
) & { readonly file: RemoteFile };

/** A file that is kept, whole or in part. */
export interface KeptFile {
  readonly key: string;
  readonly name: string;
  /** Where it came from; null for an imported file. */
  readonly url: string | null;
  readonly bytes: number;
  /** Bytes of whole chunks. */
  readonly arrived: number;
  /** The SHA-256 of the whole, once it was complete and right; null before. */
  readonly verified: string | null;
  /** Its bytes once they are verified, where the store is memory: no other Worker can reach them there. */
  readonly blob?: Blob;
}

/** What the browser says of this site's storage. */
export interface StorageRoom {
  /** Bytes that this site may still store; an estimate, browsers round it. */
  readonly free: number;
  /** Bytes stored by this site. */
  readonly used: number;
  /** Whether the browser promised not to clear it by itself. */
  readonly persistent: boolean;
}

/** What is kept, and where. */
export interface LibraryState {
  /** `opfs` survives the page; `memory` does not. */
  readonly kind: 'opfs' | 'memory';
  /** Null if the browser does not say. In memory: what may still be put there. */
  readonly room: StorageRoom | null;
  readonly kept: readonly KeptFile[];
  /** What is kept of each file that was asked about, in order; null for nothing. */
  readonly asked: readonly (KeptFile | null)[];
}

/** The Worker as the page sees it. Errors cross as AppError with their code; what is stopped rejects with AbortError. */
export interface LibraryApi {
  look(files: readonly RemoteFile[]): Promise<LibraryState>;
  /**
   * Downloads files one after another, going on with what is there.
   * @param id names the call for {@link LibraryApi.stop}; so with the others.
   */
  download(id: string, files: readonly RemoteFile[], onEvent: (event: LibraryEvent) => void): Promise<void>;
  /** Reads a file once more. @returns how many chunks were damaged: downloading it again fetches those. */
  verify(id: string, file: RemoteFile, onProgress: (read: number, total: number) => void): Promise<number>;
  /** Copies a file of the user's own in. */
  importFile(
    id: string,
    file: RemoteFile,
    blob: Blob,
    onProgress: (read: number, total: number) => void,
  ): Promise<void>;
  /** Reads the header of a file that may be part of a model; nothing is kept. */
  inspect(id: string, place: FilePlace): Promise<LookedAtFile>;
  /** A complete file, to be saved elsewhere. @param key of a {@link KeptFile}. @throws {AppError} `storage/read`. */
  exportFile(key: string): Promise<Blob>;
  /** @param key of a {@link KeptFile}. @throws {AppError} `storage/in-use`. */
  remove(key: string): Promise<void>;
  /** Stops a call; its promise rejects with AbortError. Unknown or finished ids are ignored. */
  stop(id: string): Promise<void>;
}
