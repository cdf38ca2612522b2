// How much a visitor downloads, measured on the built site.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST } from './site.ts';

/** JavaScript that the page needs before it can be painted, gzipped. */
export const MAX_FIRST_BYTES = 60_000;

/** All JavaScript that the page loads before anything is generated, gzipped. */
export const MAX_PAGE_BYTES = 100_000;

/** JavaScript that the widget in a partner's page loads before its button is pressed, gzipped. */
export const MAX_POSTER_BYTES = 60_000;

/** What embed.js and embed.mjs add to a partner's page, gzipped. */
export const MAX_EMBED_SCRIPT_BYTES = 3000;

/** Weights and tokenizer of the model that comes with the app. */
export const MAX_MODEL_BYTES = 12_000_000;

/** Bytes by file, relative to `dist/`. */
export type Sizes = ReadonlyMap<string, number>;

/** The sum of all sizes. */
export const totalOf = (sizes: Sizes): number => [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);

/** Every file of the built site, relative to `dist/`, with `/`. */
export function listBuilt(): readonly string[] {
  return readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(DIST, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/**
 * The scripts that a page needs before it can be painted: those it names and their static imports.
 * @param page its file in `dist/`.
 * @returns gzipped bytes.
 */
export function sizeOfPage(page: string): Sizes {
  const html = readFileSync(join(DIST, page), 'utf8');
  const queue = [...html.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  const seen = new Map<string, number>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    const code = readFileSync(join(DIST, file));
    seen.set(file, gzipSync(code, { level: 9 }).byteLength);
    for (const match of code.toString().matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
      queue.push(`assets/${match[1]}`);
  }
  return seen;
}

/** One file of the built site, gzipped. */
export const gzippedSize = (file: string): number =>
  gzipSync(readFileSync(join(DIST, file)), { level: 9 }).byteLength;

/** Weights and tokenizer of the model that comes with the app. */
export function sizeOfModel(): Sizes {
  const parts = listBuilt().filter((file) => /\.gguf$|\/tokenizer-[\w-]{8}\.json$/.test(file));
  return new Map(parts.map((file) => [file, statSync(join(DIST, file)).size]));
}
