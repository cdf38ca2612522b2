import { cacheNames, SHARED_NAME_HEADER, SHARED_PARAMETER } from '../protocol/offline.ts';

/** Name of the field that carries the file; the web manifest says the same. */
export const SHARE_FIELD = 'file';

/**
 * Takes what the share sheet posted: keeps the first file until the page asks for it, and sends the visitor to the page.
 * @param scope address of the site's folder.
 */
export async function takeShared(request: Request, scope: string): Promise<Response> {
  const page = new URL(scope);
  try {
    const file = (await request.formData()).get(SHARE_FIELD);
    if (file instanceof File) {
      const headers = {
        'Content-Type': file.type || 'application/octet-stream',
        [SHARED_NAME_HEADER]: encodeURIComponent(file.name),
      };
      const cache = await caches.open(cacheNames(scope).share);
      await cache.put(new URL(SHARED_PARAMETER, scope).href, new Response(file, { headers }));
      page.searchParams.set(SHARED_PARAMETER, '');
    }
  } catch (error) {
    console.warn('What was shared could not be read:', error); // the page opens without it
  }
  return Response.redirect(page.href, 303);
}
