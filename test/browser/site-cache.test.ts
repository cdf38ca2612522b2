// The caches themselves, in a real browser; only the network is ours.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SiteCache } from '../../src/offline/site-cache.ts';
import { cacheNames, type SiteFile, type SiteFiles } from '../../src/protocol/offline.ts';

const SCOPE = new URL('./some/site/', location.href).href;
const NAMES = cacheNames(SCOPE);

/** What the server has, by path. */
let server: Map<string, string>;
/** Paths that were fetched. */
let fetched: string[];

async function file(path: string, content: string): Promise<SiteFile> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content)));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  server.set(path, content);
  return { path, bytes: content.length, sha256: path === '' ? null : sha256 };
}

/** A version of the site: a page, a script and weights. */
const version = async (name: string, weights: string): Promise<SiteFiles> => ({
  version: name,
  shell: [await file('', `page ${name}`), await file('assets/index-1.js', 'script')],
  model: [await file(`assets/${weights}.gguf`, weights)],
  runtime: { jspi: [await file('assets/ort.jspi-1.wasm', 'wasm')], asyncify: [] },
});
const cacheOf = (files: SiteFiles): SiteCache => new SiteCache(files, SCOPE, 'jspi');
const pathsIn = async (name: string): Promise<string[]> =>
  (await (await caches.open(name)).keys()).map(({ url }) => url.slice(SCOPE.length)).sort();
const shells = async (): Promise<string[]> =>
  (await caches.keys())
    .filter((name) => name.startsWith(NAMES.shell))
    .map((name) => name.slice(NAMES.shell.length));

/** Asks for a file of the model as the service worker does. */
async function use(site: SiteCache, asked: SiteFile): Promise<string> {
  const work: Promise<unknown>[] = [];
  const response = await site.model(asked, new Request(SCOPE + asked.path), (promise) => work.push(promise));
  const text = await response.text();
  await Promise.all(work);
  return text;
}

beforeEach(() => {
  server = new Map();
  fetched = [];
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const path = (typeof input === 'string' ? input : input.url).slice(SCOPE.length);
    fetched.push(path);
    const content = server.get(path);
    return content === undefined
      ? new Response('<p>Not here</p>', { status: 404 })
      : new Response(content, { headers: { 'Content-Encoding': 'identity', Vary: 'Cookie' } });
  });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  for (const name of await caches.keys()) if (name.startsWith(NAMES.all)) await caches.delete(name);
});

test('installing keeps the shell and nothing else; it is then served without a network, isolated', async () => {
  const files = await version('1', 'old');
  const site = cacheOf(files);
  await site.install();
  expect(await pathsIn(`${NAMES.shell}1`)).toEqual(['', 'assets/index-1.js']);
  expect(await pathsIn(NAMES.model)).toEqual([]);
  server.clear();
  const page = await site.shell(files.shell[0]!, new Request(`${SCOPE}?any=thing`));
  expect(await page.text()).toBe('page 1');
  expect(page.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
});

test('a file that is missing, or not the one that was built, stops the installation', async () => {
  const files = await version('1', 'old');
  server.set('assets/index-1.js', '<!doctype html>');
  await expect(cacheOf(files).install()).rejects.toThrow('not the file of this version');
  server.delete('assets/index-1.js');
  await expect(cacheOf(files).install()).rejects.toThrow('status 404');
});

test('the model is kept when it is used, once, and only if it is right', async () => {
  const files = await version('1', 'old');
  const site = cacheOf(files);
  await site.install();
  const [weights] = files.model;
  expect(await use(site, weights!)).toBe('old');
  expect(await use(site, weights!)).toBe('old');
  expect(fetched.filter((path) => path === weights!.path)).toHaveLength(1);
  server.set('assets/ort.jspi-1.wasm', 'damaged on its way');
  expect(await use(site, files.runtime.jspi[0]!)).toBe('damaged on its way'); // who asked for it checks it too
  expect(await pathsIn(NAMES.model)).toEqual(['assets/old.gguf']);
});

test('what was used before there was a service worker is completed afterwards', async () => {
  const files = await version('1', 'old');
  const site = cacheOf(files);
  await use(site, files.model[0]!);
  fetched = [];
  await site.keepModel();
  expect(fetched).toEqual(['assets/ort.jspi-1.wasm']);
  server.clear();
  await expect(site.keepModel()).resolves.toBeUndefined();
});

test('an update fetches what changed, weights too if the old ones were used, and lets the old ones go', async () => {
  const first = await version('1', 'old');
  await cacheOf(first).install();
  await cacheOf(first).keepModel();
  const second = await version('2', 'new');
  const site = cacheOf(second);
  fetched = [];
  await site.install();
  expect(fetched.toSorted()).toEqual(['', 'assets/new.gguf']);
  // While another tab is open its weights stay, and its page, too.
  await site.activate(false);
  expect(await pathsIn(NAMES.model)).toEqual([
    'assets/new.gguf',
    'assets/old.gguf',
    'assets/ort.jspi-1.wasm',
  ]);
  await site.activate(true);
  expect(await pathsIn(NAMES.model)).toEqual(['assets/new.gguf', 'assets/ort.jspi-1.wasm']);
  expect(await shells()).toEqual(['1', '2']);
  const third = cacheOf(await version('3', 'new'));
  await third.install();
  await third.activate(true);
  expect(await shells()).toEqual(['2', '3']);
});

test('a tab that still shows the version before finds its scripts and weights, though the server has them no more', async () => {
  const first = await version('1', 'old');
  await cacheOf({ ...first, shell: [...first.shell, await file('assets/lazy-1.js', 'lazy 1')] }).install();
  await cacheOf(first).keepModel();
  server.clear();
  const site = cacheOf(await version('2', 'new'));
  await site.install();
  await site.activate(false);
  for (const [path, content] of [
    ['assets/lazy-1.js', 'lazy 1'],
    ['assets/old.gguf', 'old'],
  ] as const)
    expect(await (await site.earlier(new Request(SCOPE + path))).text()).toBe(content);
  expect((await site.earlier(new Request(`${SCOPE}assets/never.js`))).status).toBe(404);
});

test('an update whose weights cannot be had is not installed: the old version stays whole', async () => {
  const first = await version('1', 'old');
  await cacheOf(first).install();
  await cacheOf(first).keepModel();
  const second = await version('2', 'new');
  server.delete('assets/new.gguf');
  await expect(cacheOf(second).install()).rejects.toThrow('status 404');
});

test('a device that is full is no failure: the file is served, and not kept', async () => {
  const files = await version('1', 'old');
  const site = cacheOf(files);
  vi.spyOn(Cache.prototype, 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
  expect(await use(site, files.model[0]!)).toBe('old');
  await expect(site.keepModel()).resolves.toBeUndefined();
});
