// What the page, its service worker and the build agree on about keeping the site offline.

/** A file of the built site. */
export interface SiteFile {
  /** From the site's folder, without a leading slash; empty for the page itself. */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits; null for the page, to which some hosts add something of their own. */
  readonly sha256: string | null;
}

/** The two builds of the runtime; a browser uses one. */
export type RuntimeVariant = 'jspi' | 'asyncify';

/** What a build consists of, as far as it is kept offline. The build writes it into the service worker. */
export interface SiteFiles {
  /** Differs between builds that differ in any of these files. */
  readonly version: string;
  /** Kept before a version is used at all. */
  readonly shell: readonly SiteFile[];
  /** Kept when it is first used: weights and tokenizer of the model that comes with the app. */
  readonly model: readonly SiteFile[];
  /** Kept when it is first used; of the two only the one that is. */
  readonly runtime: Readonly<Record<RuntimeVariant, readonly SiteFile[]>>;
}

/** Which build of the runtime this browser uses: the smaller one where WebAssembly can wait for promises. */
export const runtimeVariant = (): RuntimeVariant =>
  'Suspending' in (globalThis as unknown as { readonly WebAssembly: object }).WebAssembly
    ? 'jspi'
    : 'asyncify';

/** File name of the service worker, in the site's folder. */
export const SERVICE_WORKER = 'service-worker.js';
/** The caches of one site; several can lie on one host. */
export interface CacheNames {
  /** Begins the names of all. */
  readonly all: string;
  /** Begins the name of each that holds one version of the page. */
  readonly shell: string;
  /** Weights and runtime, which outlive a version of the page: their file names carry their hash. */
  readonly model: string;
  /** Where a shared picture waits for the page. */
  readonly share: string;
}

/** @param scope address of the site's folder, ends in `/`. */
export function cacheNames(scope: string): CacheNames {
  const all = `kindling ${new URL(scope).pathname} `; // no path contains a space
  return { all, shell: `${all}shell `, model: `${all}model`, share: `${all}share` };
}

/** Path that the share sheet posts to, from the site's folder. */
export const SHARE_PATH = 'share';
/** The address parameter that says a shared picture waits. */
export const SHARED_PARAMETER = 'shared';
/** The address parameter that throws away what the service worker keeps: the way out of a broken version. */
export const RESET_PARAMETER = 'reset';
/** Header of a shared picture's name, percent-encoded. */
export const SHARED_NAME_HEADER = 'X-Kindling-Name';
/** Held, shared, by every tab in which a job runs: a new version must not take over meanwhile. */
export const JOB_LOCK = 'kindling-job';

/** What the page tells its service worker. */
export type ServiceWorkerOrder =
  /** Become the version in use. Answered on the message's port. */
  | { readonly type: 'take-over' }
  /** The built-in model was used: see that all of it is kept. */
  | { readonly type: 'keep-model' };

/** The answer to `take-over`: `busy` if a job runs in some tab. */
export type TakeOverAnswer = 'done' | 'busy';

/** Reads a message; null for anything else. */
export function parseServiceWorkerOrder(data: unknown): ServiceWorkerOrder | null {
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  return data.type === 'take-over' || data.type === 'keep-model' ? { type: data.type } : null;
}
