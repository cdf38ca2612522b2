// Keeps the site for offline use. It never sees the files of downloaded models: those come from other hosts.

import { freshPage } from '../src/offline/reset.ts';
import { askedFor, routeOf } from '../src/offline/route.ts';
import { takeShared } from '../src/offline/share-inbox.ts';
import { SiteCache } from '../src/offline/site-cache.ts';
import { takeOver } from '../src/offline/take-over.ts';
import { parseServiceWorkerOrder, runtimeVariant, type SiteFiles } from '../src/protocol/offline.ts';

/** Written by the build: `scripts/service-worker-plugin.ts`. */
declare const SITE_FILES: SiteFiles;
declare const self: ServiceWorkerGlobalScope;

const { scope } = self.registration;
const variant = runtimeVariant();
const site = new SiteCache(SITE_FILES, scope, variant);
const openTabs = (): Promise<readonly WindowClient[]> =>
  self.clients.matchAll({ type: 'window', includeUncontrolled: true });

self.addEventListener('install', (event) => event.waitUntil(site.install()));

self.addEventListener('activate', (event) =>
  event.waitUntil(
    openTabs()
      .then((tabs) => site.activate(tabs.length < 2))
      .then(() => self.clients.claim()),
  ),
);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const route = routeOf(askedFor(request), SITE_FILES, scope, variant);
  if (route.to === 'shell') event.respondWith(site.shell(route.file, request));
  if (route.to === 'model')
    event.respondWith(site.model(route.file, request, (work) => event.waitUntil(work)));
  if (route.to === 'earlier') event.respondWith(site.earlier(request));
  if (route.to === 'share') event.respondWith(takeShared(request, scope));
  if (route.to === 'reset') event.respondWith(freshPage(request, self.registration));
});

self.addEventListener('message', (event) => {
  const order = parseServiceWorkerOrder(event.data);
  if (order?.type === 'keep-model') event.waitUntil(site.keepModel().catch(console.warn));
  if (order?.type === 'take-over')
    event.waitUntil(takeOver(self).then((answer) => event.ports[0]?.postMessage(answer)));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openTabs().then((tabs) => tabs[0]?.focus() ?? self.clients.openWindow(scope)));
});
