// Builds the service worker, with the list of what it keeps, once the site lies in its folder.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'vite';
import { SERVICE_WORKER, type SiteFile, type SiteFiles } from '../src/protocol/offline.ts';

/** Source of the service worker, from the root of the repository. */
const ENTRY = 'workers/service.worker.ts';

/** Which files are kept, and when. What matches nothing here is fetched from the network each time. */
const KEPT = {
  shell: [
    /^index\.html$/,
    /^favicon\.svg$/,
    /^manifest\.webmanifest$/,
    /^icons\/[a-z0-9-]+\.png$/,
    // Not those of the pages for partners and for measuring, nor their Worker.
    /^assets\/(?!ort[.-]|report\.worker|bench-|partners-|embed-(?!policy))[\w.-]+\.(js|css)$/,
  ],
  model: [/^assets\/[\w.-]+\.gguf$/, /^assets\/tokenizer-[\w-]+\.json$/],
  jspi: [/^assets\/ort-wasm-simd-threaded\.jspi-[\w-]+\.(wasm|mjs)$/, /^assets\/ort\.jspi\.min-[\w-]+\.js$/],
  asyncify: [
    /^assets\/ort-wasm-simd-threaded\.asyncify-[\w-]+\.(wasm|mjs)$/,
    /^assets\/ort\.webgpu\.min-[\w-]+\.js$/,
  ],
} as const;

/** What must be there: a build without it would work online only, and nobody would notice. */
const NEEDED: Readonly<Record<keyof typeof KEPT, number>> = { shell: 5, model: 4, jspi: 3, asyncify: 3 };

/**
 * Lists what a build consists of.
 * @param folder the built site.
 * @throws {Error} if a kind of file is missing.
 */
export function listSiteFiles(folder: string): SiteFiles {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const digests: string[] = [];
  const pick = (kind: keyof typeof KEPT): SiteFile[] => {
    const found = names.filter((name) => KEPT[kind].some((pattern) => pattern.test(name)));
    if (found.length < NEEDED[kind])
      throw new Error(`The service worker would keep only ${found.join(', ') || 'nothing'} as ${kind}.`);
    return found.map((name) => {
      const content = readFileSync(join(folder, name));
      const sha256 = createHash('sha256').update(content).digest('hex');
      digests.push(sha256);
      const isPage = name === 'index.html';
      return { path: isPage ? '' : name, bytes: content.byteLength, sha256: isPage ? null : sha256 };
    });
  };
  const lists = {
    shell: pick('shell'),
    model: pick('model'),
    runtime: { jspi: pick('jspi'), asyncify: pick('asyncify') },
  };
  return { version: createHash('sha256').update(digests.join()).digest('hex').slice(0, 12), ...lists };
}

/** Writes `service-worker.js` into the built site. */
export function serviceWorker(): Plugin {
  let root = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    writeBundle: {
      sequential: true,
      order: 'post',
      async handler({ dir }, bundled) {
        if (!('index.html' in bundled)) return; // another page, such as the one for measuring
        if (!dir) throw new Error('The build has no folder to write to.');
        writeFileSync(join(dir, SERVICE_WORKER), await bundle(root, listSiteFiles(dir)));
      },
    },
  };
}

/** One classic script: not every browser has service workers made of modules. */
async function bundle(root: string, files: SiteFiles): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { SITE_FILES: JSON.stringify(files) },
    build: {
      target: 'esnext',
      write: false,
      rolldownOptions: {
        input: join(root, ENTRY),
        output: { format: 'iife', entryFileNames: SERVICE_WORKER },
      },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((part) =>
    'output' in part ? part.output : [],
  );
  const [script] = outputs.filter((part) => part.type === 'chunk');
  if (!script || outputs.length !== 1) throw new Error('The service worker must become one script.');
  return script.code;
}
