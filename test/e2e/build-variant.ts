// Another version of the site, as a deployment would bring it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT } from '../../scripts/site.ts';

/**
 * Builds the site with another page.
 * @param change of the page's HTML.
 * @returns the folder; the caller removes it.
 */
export async function buildVariant(change: (html: string) => string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kindling-variant-'));
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production'; // what is built is what visitors get
  try {
    await build({
      root: ROOT,
      logLevel: 'warn',
      plugins: [{ name: 'variant', transformIndexHtml: { order: 'post', handler: change } }],
      build: { outDir: folder, emptyOutDir: true },
    });
  } finally {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
  }
  return folder;
}
