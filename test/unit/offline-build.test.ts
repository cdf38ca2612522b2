// What the build tells the service worker to keep.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listSiteFiles } from '../../scripts/service-worker-plugin.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const SITE = [
  'index.html',
  'embed.html',
  'embed.js',
  'favicon.svg',
  'manifest.webmanifest',
  'third-party-licences.txt',
  'icons/icon-192.png',
  'screenshots/studio.png',
  'assets/index-uLs-FDr5.js',
  'assets/index-CmIzSKVB.css',
  'assets/generation.worker-RM_euCAP.js',
  'assets/seedling-text-q8_0-uFCj2mT0.gguf',
  'assets/seedling-codec-f16-DsNTWHSB.gguf',
  'assets/seedling-transformer-q8_0-4dRwTbjT.gguf',
  'assets/tokenizer-B8b8Ygmj.json',
  'assets/ort-wasm-simd-threaded.jspi-CZzFqCHi.wasm',
  'assets/ort-wasm-simd-threaded.jspi-DvzLAhGZ.mjs',
  'assets/ort-wasm-simd-threaded.asyncify-D5D0fo7z.wasm',
  'assets/ort-wasm-simd-threaded.asyncify-CGX8rfbW.mjs',
  'assets/ort.jspi.min-BRCu08l6.js',
  'assets/ort.webgpu.min-AEMzdfWt.js',
] as const;

/** A built site of tiny files. @param changed content by file, where it is not its name. */
function site(files: readonly string[] = SITE, changed: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'kindling-site-'));
  folders.push(folder);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), changed[file] ?? file);
  }
  return folder;
}

test('shell, model and both runtimes, apart; nothing of the widget, no pictures of the page', () => {
  const { shell, model, runtime } = listSiteFiles(site());
  expect(shell.map(({ path }) => path)).toEqual([
    'assets/generation.worker-RM_euCAP.js',
    'assets/index-CmIzSKVB.css',
    'assets/index-uLs-FDr5.js',
    'favicon.svg',
    'icons/icon-192.png',
    '',
    'manifest.webmanifest',
  ]);
  expect(model).toHaveLength(4);
  for (const variant of ['jspi', 'asyncify'] as const) expect(runtime[variant]).toHaveLength(3);
});

test.each(SITE.filter((file) => /gguf|tokenizer|ort[.-]/.test(file)))(
  'a build without %s fails',
  (missing) => {
    expect(() => listSiteFiles(site(SITE.filter((file) => file !== missing)))).toThrow(/would keep only/);
  },
);

test('the version changes with any kept file, the page included, and with no other', () => {
  const { version } = listSiteFiles(site());
  expect(listSiteFiles(site()).version).toBe(version);
  expect(listSiteFiles(site(SITE, { 'index.html': 'other' })).version).not.toBe(version);
  expect(listSiteFiles(site(SITE, { 'third-party-licences.txt': 'other' })).version).toBe(version);
});
