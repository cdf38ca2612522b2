import {
  cacheNames,
  SERVICE_WORKER,
  type ServiceWorkerOrder,
  SHARED_NAME_HEADER,
  SHARED_PARAMETER,
  type TakeOverAnswer,
} from '../protocol/offline.ts';
import type { KeptOffline, Offline } from './offline.ts';

/** A page that stays open looks for a new version when it is seen again after so long; browsers look only when one is opened. */
const LOOK_MS = 60 * 60_000;

/** The site's service worker and its caches, as the page sees them. */
export class ServiceWorkerClient implements Offline {
  /** Address of the site's folder. */
  readonly #scope: string;
  readonly #trust: (url: string) => string;
  #registration: ServiceWorkerRegistration | null = null;

  /** @param trust what makes an address one that the page's policy accepts as a script's. */
  constructor(trust: (url: string) => string) {
    this.#scope = new URL('./', location.href).href;
    this.#trust = trust;
  }

  async start(onWaiting: () => void): Promise<void> {
    const url = this.#trust(new URL(SERVICE_WORKER, this.#scope).href);
    const registration = await navigator.serviceWorker.register(url, { updateViaCache: 'none' });
    this.#registration = registration;
    const watch = (worker: ServiceWorker | null): void => {
      worker?.addEventListener('statechange', () => {
        // The first one waits for nobody.
        if (worker.state === 'installed' && registration.active) onWaiting();
      });
    };
    if (registration.waiting && registration.active) onWaiting();
    watch(registration.installing);
    registration.addEventListener('updatefound', () => watch(registration.installing));
    let looked = performance.now();
    document.addEventListener('visibilitychange', () => {
      if (document.hidden || performance.now() - looked < LOOK_MS) return;
      looked = performance.now();
      registration.update().catch(() => {}); // offline: next time
    });
  }

  async takeOver(): Promise<TakeOverAnswer> {
    const waiting = this.#registration?.waiting;
    if (!waiting) return 'done'; // another tab was quicker
    const changed = new Promise<void>((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true }),
    );
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<TakeOverAnswer>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data === 'done' ? 'done' : 'busy');
    });
    post(waiting, { type: 'take-over' }, [port2]);
    const said = await answer;
    port1.close();
    if (said === 'done') await changed;
    return said;
  }

  keepModel(): void {
    if (!this.#registration) return;
    void navigator.serviceWorker.ready.then(({ active }) => active && post(active, { type: 'keep-model' }));
  }

  async takeShared(): Promise<{ readonly file: Blob; readonly name: string } | null> {
    const cache = await caches.open(cacheNames(this.#scope).share);
    const url = new URL(SHARED_PARAMETER, this.#scope).href;
    const response = await cache.match(url);
    if (!response) return null;
    await cache.delete(url);
    const name = decodeURIComponent(response.headers.get(SHARED_NAME_HEADER) ?? '') || 'picture';
    return { file: await response.blob(), name };
  }

  async measure(): Promise<KeptOffline> {
    const names = cacheNames(this.#scope);
    const [app, model] = await Promise.all([bytesIn(names.shell), bytesIn(names.model)]);
    return { app, model };
  }

  async forget(what: keyof KeptOffline): Promise<void> {
    const names = cacheNames(this.#scope);
    await removeCaches(what === 'app' ? names.all : names.model);
    if (what === 'app') await this.#registration?.unregister();
  }
}

/**
 * Removes the service worker of this page and all that it keeps; large models are kept elsewhere and stay.
 * @returns settled when it is gone. Never rejects: where nothing can be kept there is nothing to remove.
 */
export async function removeServiceWorker(): Promise<void> {
  try {
    const scope = new URL('./', location.href).href;
    await (await navigator.serviceWorker?.getRegistration(scope))?.unregister();
    await removeCaches(cacheNames(scope).all);
  } catch (error) {
    console.warn(error);
  }
}

function post(worker: ServiceWorker, order: ServiceWorkerOrder, ports: MessagePort[] = []): void {
  worker.postMessage(order, ports);
}

async function cachesFrom(beginning: string): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(beginning));
}

async function removeCaches(beginning: string): Promise<void> {
  await Promise.all((await cachesFrom(beginning)).map((name) => caches.delete(name)));
}

async function bytesIn(beginning: string): Promise<number> {
  let bytes = 0;
  for (const name of await cachesFrom(beginning)) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) bytes += (await (await cache.match(request))!.blob()).size;
  }
  return bytes;
}
