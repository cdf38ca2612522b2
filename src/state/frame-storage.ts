// What a frame on somebody else's site can keep, and for whom.
import type { EmbedStorage } from '../protocol/embed-api.ts';
import type { TextStore } from './language.ts';

/** What Chromium's Storage Access API hands out beyond cookies; other browsers give nothing. */
export interface StorageHandle {
  readonly localStorage?: TextStore;
  readonly getDirectory?: () => Promise<FileSystemDirectoryHandle>;
  readonly estimate?: () => Promise<{ readonly usage?: number; readonly quota?: number }>;
}

/** The parts of a page's globals that are asked here. */
export interface FrameScope {
  /** Whether a page of another origin is around this one. */
  readonly isThirdParty: boolean;
  readonly credentialless?: boolean;
  /** Throws where storage is closed. */
  readonly localStorage: TextStore;
  /** Undefined where the browser cannot hand out storage; needs a click, and may ask the visitor. */
  readonly requestStorage?: () => Promise<StorageHandle>;
}

/** What the frame has. */
export interface FrameStorage {
  readonly kind: EmbedStorage;
  /** Null where nothing can be kept. */
  readonly store: TextStore | null;
  /** Whether it makes sense to ask the visitor for the storage of the first-party tab. */
  readonly canAsk: boolean;
}

/** Looks at what there is; writes nothing. */
export function findStorage(scope: FrameScope): FrameStorage {
  let store: TextStore | null = null;
  try {
    store = scope.localStorage; // in some frames even the name throws
    store.getItem('kindling');
  } catch {
    store = null;
  }
  if (!store) return { kind: 'blocked', store, canAsk: scope.requestStorage !== undefined };
  if (scope.credentialless) return { kind: 'credentialless', store, canAsk: false };
  if (!scope.isThirdParty) return { kind: 'first-party', store, canAsk: false };
  return { kind: 'partitioned', store, canAsk: scope.requestStorage !== undefined };
}

/** What a visitor has let the frame use. */
export interface GrantedStorage {
  readonly store: TextStore;
  /** Bytes that are kept there; null if the browser does not say. */
  readonly usedBytes: number | null;
  /** Root of the files there; null where the browser hands out none. */
  readonly directory: FileSystemDirectoryHandle | null;
}

/**
 * Asks for the storage of the visitor's own tab. Only right after a click.
 * @returns null if the visitor or the browser says no.
 */
export async function askForStorage(scope: FrameScope): Promise<GrantedStorage | null> {
  try {
    const handle = await scope.requestStorage?.();
    if (!handle?.localStorage) return null;
    const estimate = await handle.estimate?.();
    const directory = await handle.getDirectory?.().catch(() => null);
    return { store: handle.localStorage, usedBytes: estimate?.usage ?? null, directory: directory ?? null };
  } catch {
    return null; // a no is an answer, too
  }
}
