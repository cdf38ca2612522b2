import {
  RESET_PARAMETER,
  type RuntimeVariant,
  SHARE_PATH,
  type SiteFile,
  type SiteFiles,
} from '../protocol/offline.ts';

/** What of a request decides who answers it. */
export interface AskedFor {
  readonly url: string;
  readonly method: string;
  /** A page is being opened. */
  readonly isNavigation: boolean;
  /** Part of a file is asked for. */
  readonly isRange: boolean;
}

/** Takes that from a request. */
export const askedFor = ({ url, method, mode, headers }: Request): AskedFor => ({
  url,
  method,
  isNavigation: mode === 'navigate',
  isRange: headers.has('Range'),
});

/** Who answers a request. */
export type Route =
  /** Kept before the version was used. */
  | { readonly to: 'shell'; readonly file: SiteFile }
  /** Kept when first used. */
  | { readonly to: 'model'; readonly file: SiteFile }
  /** A script or weights of an earlier version, for a tab that still shows that. */
  | { readonly to: 'earlier' }
  /** The page, anew, with everything that is kept thrown away. */
  | { readonly to: 'reset' }
  /** A picture from the share sheet. */
  | { readonly to: 'share' }
  /** Not our business: other hosts, other pages, downloads of large models. */
  | { readonly to: 'network' };

const NETWORK: Route = { to: 'network' };

/**
 * Decides who answers.
 * @param scope address of the site's folder, ends in `/`.
 * @param variant the runtime that this browser uses; the other is never kept.
 */
export function routeOf(asked: AskedFor, files: SiteFiles, scope: string, variant: RuntimeVariant): Route {
  const url = new URL(asked.url);
  const base = new URL(scope);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return NETWORK;
  const path = url.pathname.slice(base.pathname.length);
  if (asked.method === 'POST') return path === SHARE_PATH ? { to: 'share' } : NETWORK;
  if (asked.method !== 'GET' || asked.isRange) return NETWORK;
  const isPage = path === '' || path === 'index.html';
  if (isPage && asked.isNavigation && url.searchParams.has(RESET_PARAMETER)) return { to: 'reset' };
  const wanted = isPage ? '' : path;
  const inShell = files.shell.find((file) => file.path === wanted);
  if (inShell) return { to: 'shell', file: inShell };
  const inModel = keptOnUse(files, variant).find((file) => file.path === wanted);
  if (inModel) return { to: 'model', file: inModel };
  const isOurs = Object.values(files.runtime).some((all) => all.some((file) => file.path === wanted));
  return wanted.startsWith('assets/') && !isOurs ? { to: 'earlier' } : NETWORK;
}

/** The files that a browser keeps once it has made a clip with the built-in model. */
export const keptOnUse = (files: SiteFiles, variant: RuntimeVariant): readonly SiteFile[] => [
  ...files.model,
  ...files.runtime[variant],
];
