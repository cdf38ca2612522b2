// What the service worker keeps, asked of the page's own caches.
import type { Page } from 'playwright';

/** Paths of everything that is kept, without the hashes that the build adds, sorted. */
export function keptFiles(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys())
        paths.push(
          url.slice(new URL('./', location.href).href.length).replace(/-[\w-]{8}(\.\w+)$/, '$1') || './',
        );
    return paths.sort();
  });
}

/** Settles when the page is controlled by a service worker that keeps it. */
export async function keptOffline(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
}
