// The built site: made when it is missing or older than its sources, and served on this machine.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, preview } from 'vite';

/** Root of the repository. */
export const ROOT: string = join(import.meta.dirname, '..');

/** Where the built site lies. */
export const DIST: string = join(ROOT, 'dist');

/** Everything that the site is built from. */
const SOURCES = [
  'index.html',
  'embed.html',
  'bench.html',
  'partners.html',
  'scripts/embed-build.ts',
  'scripts/oembed.ts',
  'src',
  'workers',
  'models',
  'public',
  'scripts/content-security.ts',
  'scripts/service-worker-plugin.ts',
  'vite.config.ts',
  'scripts/third-party-licences.ts',
  'package.json',
  'package-lock.json',
  'LICENSE',
];

/** Part of `models/` that the site is not built from: training, which is rewritten all the time, and what measures. */
const NOT_BUILT_FROM = /^(training|obedience|reference|__pycache__)$/;

/** A running server of the built site. */
export interface ServedSite {
  /** Ends in `/`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the site unless `dist/` is newer than all its sources.
 * @param say gets a line for people if there is something to do.
 * @throws what Vite throws if the build fails.
 */
export async function ensureSite(say: (line: string) => void): Promise<void> {
  const built = modified(join(DIST, 'index.html'));
  if (built > Math.max(...SOURCES.map((source) => newest(join(ROOT, source))))) return;
  say('Building the site …');
  const started = performance.now();
  // Whoever calls may run in another mode (vitest does): what is built is always what visitors get.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root: ROOT, logLevel: 'warn' });
  } finally {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
  }
  say(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

/**
 * Serves a built site on localhost with the isolation headers.
 * @param port 0 takes any free one; another that is busy gives way to the next free one.
 * @param folder where the site was built to.
 */
export async function serveSite(port: number, folder: string = DIST): Promise<ServedSite> {
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    build: { outDir: folder },
    preview: { port, open: false },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The preview server did not say where it listens.');
  return { url, close: () => server.close() };
}

/** Time of the last change in milliseconds; 0 if there is no such file. */
const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The last change below a path; folders count, so that a deleted file is noticed. */
function newest(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  const below = readdirSync(path).filter((name) => !NOT_BUILT_FROM.test(name));
  return Math.max(stats.mtimeMs, ...below.map((name) => newest(join(path, name))));
}
