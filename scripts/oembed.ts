// One oEmbed answer for a whole deployment (https://oembed.com, type “rich”). A static host cannot answer for each address apart.
import type { Plugin } from 'vite';

const FILE = 'oembed.json';
/** Size of the empty widget, CSS pixels. */
const [WIDTH, HEIGHT] = [480, 640];

/**
 * Writes the answer and names it in embed.html, if the build knows where it will be served: oEmbed wants whole addresses.
 * @param site address of the deployment (`KINDLING_SITE`); undefined writes nothing.
 * @throws {Error} if it is no http(s) address.
 */
export function oembed(site: string | undefined): Plugin {
  const base = site === undefined ? null : siteAddress(site);
  return {
    name: 'oembed',
    apply: 'build',
    generateBundle() {
      if (base)
        this.emitFile({
          type: 'asset',
          fileName: FILE,
          source: `${JSON.stringify(answerFor(base), null, 2)}\n`,
        });
    },
    transformIndexHtml(_html, { path }) {
      if (!base || path.replace(/^\//, '') !== 'embed.html') return [];
      const attrs = {
        rel: 'alternate',
        type: 'application/json+oembed',
        href: `${base}${FILE}`,
        title: 'Kindling',
      };
      return [{ tag: 'link', attrs, injectTo: 'head' }];
    },
  };
}

function siteAddress(site: string): string {
  const url = URL.canParse(site) ? new URL(site) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error(
      `KINDLING_SITE is ${site}; it must be the address of the deployment, such as https://kindling.example/.`,
    );
  return new URL(url.pathname.endsWith('/') ? '.' : `${url.pathname}/`, url).href;
}

/** The answer itself. @param base ends in `/`. */
export function answerFor(base: string): Readonly<Record<string, string | number>> {
  const allow =
    'fullscreen; clipboard-write; web-share; screen-wake-lock; autoplay; storage-access; cross-origin-isolated';
  return {
    version: '1.0',
    type: 'rich',
    provider_name: 'Kindling',
    provider_url: base,
    title: 'Make a clip with Kindling',
    cache_age: 86_400,
    width: WIDTH,
    height: HEIGHT,
    html: `<iframe src="${base}embed.html" width="${WIDTH}" height="${HEIGHT}" title="Kindling" allow="${allow}" referrerpolicy="strict-origin-when-cross-origin" style="border:0"></iframe>`,
  };
}
