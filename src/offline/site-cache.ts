// Two kinds of caches: one for each version of the page, complete before that version is used, and one for weights and
// runtime, whose names carry their hash, so that a new version of the page fetches only those that changed.
import {
  type CacheNames,
  cacheNames,
  type RuntimeVariant,
  type SiteFile,
  type SiteFiles,
} from '../protocol/offline.ts';
import { keptOnUse } from './route.ts';

/**
 * What a page needs to be cross-origin isolated, which gives WebAssembly threads. Added to what is kept, for hosts that
 * cannot be told to send them; then the page has threads from its second visit on.
 */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** The versions whose files stay: the one in use and the one before, for tabs that still show it. */
const VERSIONS_KEPT = 2;

/** The site's files as the browser keeps them for offline use. */
export class SiteCache {
  readonly #files: SiteFiles;
  readonly #scope: string;
  readonly #variant: RuntimeVariant;
  readonly #names: CacheNames;
  readonly #storing = new Map<string, Promise<void>>();

  /** @param scope address of the site's folder, ends in `/`. @param variant the runtime that this browser uses. */
  constructor(files: SiteFiles, scope: string, variant: RuntimeVariant) {
    this.#files = files;
    this.#scope = scope;
    this.#variant = variant;
    this.#names = cacheNames(scope);
  }

  /**
   * Keeps the whole shell, and new weights and runtime where the old ones were used: a version is whole or not there.
   * @throws if a file cannot be had or is not the one that was built; then the version is not installed, and tried again later.
   */
  async install(): Promise<void> {
    const cache = await caches.open(this.#shellName);
    await Promise.all(
      this.#files.shell.map(async (file) => {
        const url = this.#url(file);
        // A name with a hash means the same file in every version.
        const known = file.path.startsWith('assets/')
          ? await caches.match(url, { ignoreVary: true })
          : undefined;
        await cache.put(url, known ?? (await this.#fetchWhole(file)));
      }),
    );
    const kept = await caches.open(this.#names.model);
    if ((await kept.keys()).length > 0) await this.keepModel();
  }

  /**
   * Lets earlier versions go.
   * @param isAlone no other tab is open that might still want an earlier version's weights.
   */
  async activate(isAlone: boolean): Promise<void> {
    const shells = (await caches.keys()).filter((name) => name.startsWith(this.#names.shell)); // oldest first
    const old = shells.filter((name) => name !== this.#shellName);
    await Promise.all(
      old.slice(0, Math.max(0, old.length - (VERSIONS_KEPT - 1))).map((name) => caches.delete(name)),
    );
    if (!isAlone) return;
    const wanted = new Set(keptOnUse(this.#files, this.#variant).map((file) => this.#url(file)));
    const cache = await caches.open(this.#names.model);
    for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  }

  /** A file of the shell: as it is kept, or from the network if the browser has thrown it away. */
  async shell(file: SiteFile, request: Request): Promise<Response> {
    const cache = await caches.open(this.#shellName);
    const kept = await cache.match(this.#url(file), { ignoreVary: true });
    return isolated(kept ?? (await fetch(request)));
  }

  /** A file that only an earlier version had, for a tab that still shows that version; from the network if it is nowhere kept. */
  async earlier(request: Request): Promise<Response> {
    return isolated((await caches.match(request.url, { ignoreVary: true })) ?? (await fetch(request)));
  }

  /**
   * A file of the model or the runtime: as it is kept, or from the network, and then it is kept.
   * @param stay keeps the service worker alive until a promise has settled.
   */
  async model(file: SiteFile, request: Request, stay: (work: Promise<unknown>) => void): Promise<Response> {
    const cache = await caches.open(this.#names.model);
    const kept = await cache.match(this.#url(file), { ignoreVary: true });
    if (kept) return isolated(kept);
    const response = await fetch(request);
    if (response.ok && response.status === 200) {
      const copy = response.clone();
      stay(this.#store(file, async () => copy).catch(warn)); // the page has its file either way
    }
    return isolated(response);
  }

  /**
   * Fetches what is missing of model and runtime, if anything is: a page may have used them before it had a service worker.
   * @throws if a file cannot be had. A device that is full is no failure: the page then works online only.
   */
  async keepModel(): Promise<void> {
    const cache = await caches.open(this.#names.model);
    for (const file of keptOnUse(this.#files, this.#variant)) {
      if (await cache.match(this.#url(file), { ignoreVary: true })) continue;
      try {
        await this.#store(file, () => fetch(this.#url(file)));
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
        warn(error);
      }
    }
  }

  get #shellName(): string {
    return this.#names.shell + this.#files.version;
  }

  #url(file: SiteFile): string {
    return new URL(file.path, this.#scope).href;
  }

  /** One at a time for each file: whoever comes second waits for the first. */
  #store(file: SiteFile, get: () => Promise<Response>): Promise<void> {
    const begun = this.#storing.get(file.path);
    if (begun) return begun;
    const work = (async () => {
      const whole = await checked(file, await get());
      await (await caches.open(this.#names.model)).put(this.#url(file), whole);
    })().finally(() => this.#storing.delete(file.path));
    this.#storing.set(file.path, work);
    return work;
  }

  async #fetchWhole(file: SiteFile): Promise<Response> {
    // Only a name with a hash may come from the browser's own cache.
    const cache = file.path.startsWith('assets/') ? 'default' : 'no-cache';
    return checked(file, await fetch(this.#url(file), { cache }));
  }
}

/** Throws away everything that is kept of a site; large models are kept elsewhere and stay. @param scope address of its folder. */
export async function forgetSite(scope: string): Promise<void> {
  const { all } = cacheNames(scope);
  const ours = (await caches.keys()).filter((name) => name.startsWith(all));
  await Promise.all(ours.map((name) => caches.delete(name)));
}

const warn = (error: unknown): void => console.warn('A file could not be kept for offline use:', error);

/**
 * A copy of the answer that may be kept: the file itself, all of it.
 * @throws for an error, and for a file that is not the one that was built, such as a page sent in its place.
 */
async function checked(file: SiteFile, response: Response): Promise<Response> {
  if (response.status !== 200) throw new Error(`${file.path || 'The page'}: status ${response.status}`);
  const bytes = await response.arrayBuffer();
  if (file.sha256 !== null) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (sha256 !== file.sha256) throw new Error(`${file.path}: it is not the file of this version`);
  }
  const headers = new Headers(response.headers);
  // They tell how it travelled. A new answer also forgets that it was redirected, which no page may be.
  for (const name of ['Content-Encoding', 'Content-Length', 'Transfer-Encoding']) headers.delete(name);
  return new Response(bytes, { headers });
}

function isolated(response: Response): Response {
  if (response.type === 'error' || response.status !== 200) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { headers });
}
