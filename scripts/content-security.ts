// What the built pages may load and talk to, said in the pages themselves and in a file of headers for hosts that read one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Name of the file in the built site that Netlify, Cloudflare Pages and others take their headers from. */
export const HEADERS_FILE = '_headers';

/** A page that asks for isolation gets WebAssembly threads. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/**
 * Whom the workers may ask for model files: any host that is encrypted, and the visitor's own machine, since a visitor may
 * name a mirror that no list made beforehand could hold. `KINDLING_MODEL_HOSTS` narrows it for a deployment.
 */
const MODEL_HOSTS = process.env.KINDLING_MODEL_HOSTS ?? 'https: http://localhost:* http://127.0.0.1:*';
if (/[;,'"<>]/.test(MODEL_HOSTS))
  throw new Error(`KINDLING_MODEL_HOSTS must be hosts and spaces: ${MODEL_HOSTS}`);

/**
 * No script but the site's own files, nothing evaluated but WebAssembly, nothing sent to anybody by a form.
 * @param connect hosts that may be asked besides the site's own.
 * @param frames whether the site's own pages may be shown in frames.
 */
export const contentPolicy = (connect: string, frames: "'self'" | "'none'"): string =>
  [
    `default-src 'none'`,
    `script-src 'self' 'wasm-unsafe-eval'`,
    `style-src 'self'`,
    `img-src 'self' blob: data:`,
    `media-src 'self' blob:`,
    `font-src 'self'`,
    `connect-src 'self' blob: ${connect}`.trimEnd(),
    `worker-src 'self'`,
    `frame-src ${frames}`,
    `manifest-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');

/** The policy that a host sends with every file, and so also with the scripts of workers. */
export const CONTENT_SECURITY_POLICY: string = contentPolicy(MODEL_HOSTS, "'self'");

/** Inside the pages, which ask nobody but their own host. Workers do not inherit it: theirs comes with their script. */
const PAGE_POLICY = contentPolicy('', "'none'");

/** No text becomes a script, not even the address of one, but through the one policy in `trusted-scripts.ts`. */
const TRUSTED_TYPES = `require-trusted-types-for 'script'; trusted-types kindling`;

/** What each page says of itself. The report of a graphics card starts its Worker the plain way; the page for partners shows frames. */
const PAGE_POLICIES: Readonly<Record<string, string>> = {
  'index.html': `${PAGE_POLICY}; ${TRUSTED_TYPES}`,
  'embed.html': `${PAGE_POLICY}; ${TRUSTED_TYPES}`,
  'bench.html': PAGE_POLICY,
  'partners.html': `${contentPolicy('', "'self'")}; require-trusted-types-for 'script'; trusted-types 'none'`,
};

/** Nobody may show the studio in a frame; this cannot be said inside a page. */
const NOT_FRAMED = `frame-ancestors 'none'`;

/** The headers of a host, in the format that Netlify and Cloudflare Pages share. */
export function headersFile(): string {
  const everywhere = {
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    ...ISOLATION_HEADERS,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  const rules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    '/*': everywhere,
    '/': { 'Content-Security-Policy': NOT_FRAMED }, // joined with the other: both hold
    '/index.html': { 'Content-Security-Policy': NOT_FRAMED },
    '/embed*': { 'Cross-Origin-Resource-Policy': 'cross-origin', 'Access-Control-Allow-Origin': '*' },
    '/assets/*': { 'Cache-Control': 'public, max-age=31536000, immutable' },
    '/service-worker.js': { 'Cache-Control': 'no-cache' },
  };
  return Object.entries(rules)
    .map(([path, headers]) =>
      [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n'),
    )
    .join('\n');
}

/** Writes the policy into each built page, before anything that it rules, and the file of headers beside them. */
export function contentSecurity(): Plugin {
  return {
    name: 'content-security',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path }) {
        const content = PAGE_POLICIES[path.slice(path.lastIndexOf('/') + 1)];
        if (!content) throw new Error(`${path} has no content security policy.`);
        const tag = `<meta http-equiv="Content-Security-Policy" content="${content}" />`;
        const first = /<meta charset="utf-8" ?\/?>/i.exec(html)?.[0];
        if (!first) throw new Error(`${path} must begin with <meta charset="utf-8" />.`);
        return html.replace(first, `${first}\n    ${tag}`);
      },
    },
    writeBundle({ dir }) {
      writeFileSync(join(dir ?? '', HEADERS_FILE), headersFile());
    },
  };
}
