import { forgetSite } from './site-cache.ts';

/**
 * The way out of a broken version: the page from the network, with nothing kept of what the service worker kept, the
 * service worker itself included. Large models are kept elsewhere and stay. Without a network nothing is thrown away.
 */
export async function freshPage(
  request: Request,
  registration: ServiceWorkerRegistration,
): Promise<Response> {
  const page = await fetch(request.url, { cache: 'reload' });
  await Promise.all([registration.unregister(), forgetSite(registration.scope)]);
  return page;
}
