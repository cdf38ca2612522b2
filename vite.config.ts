import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { CONTENT_SECURITY_POLICY, contentSecurity, ISOLATION_HEADERS } from './scripts/content-security.ts';
import { embedScripts } from './scripts/embed-build.ts';
import { oembed } from './scripts/oembed.ts';
import { serviceWorker } from './scripts/service-worker-plugin.ts';
import { thirdPartyLicences } from './scripts/third-party-licences.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages of the site; each is built if it is there. */
const pages = ['index.html', 'embed.html', 'bench.html', 'partners.html']
  .map(fromRoot)
  .filter((page) => existsSync(page));

const licences = thirdPartyLicences();

export default defineConfig({
  plugins: [
    licences.page,
    embedScripts(),
    oembed(process.env.KINDLING_SITE),
    contentSecurity(),
    serviceWorker(),
  ],
  base: './', // the built site can be put under any path
  assetsInclude: ['**/*.gguf'],
  resolve: {
    // Takes the runtime without its wasm inside; src/engine/runtime.ts names the one wasm that this browser needs.
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es', plugins: () => [licences.worker] },
  build: {
    target: 'esnext',
    assetsInlineLimit: 0, // weights and the runtime must stay files of their own
    chunkSizeWarningLimit: 700, // kB; the Worker carries the runtime's own script
    rolldownOptions: { input: pages, checks: { pluginTimings: false } },
  },
  server: { host: 'localhost', headers: ISOLATION_HEADERS },
  preview: {
    host: 'localhost',
    headers: { ...ISOLATION_HEADERS, 'Content-Security-Policy': CONTENT_SECURITY_POLICY },
  },
});
