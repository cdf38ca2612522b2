// What the site gives to partners besides its pages: embed.js and embed.mjs under fixed names, their declarations, and the
// package kindling-embed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The scripts for partners: where each begins, and as what it can be loaded. */
const SCRIPTS = {
  'embed.js': { entry: 'src/embed/classic-script.ts', format: 'iife' },
  'embed.mjs': { entry: 'src/embed/module-script.ts', format: 'es' },
  'kindling-embed/index.js': { entry: 'src/embed/index.ts', format: 'es' },
} as const;

/** Folder of the package in the built site: `npm pack dist/kindling-embed` makes the file that partners install. */
const PACKAGE = 'kindling-embed';

async function bundle(entry: string, format: 'iife' | 'es'): Promise<string> {
  const result = (await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      rolldownOptions: { output: { minify: true } }, // Vite leaves blanks in module libraries
      lib: { entry: join(ROOT, entry), formats: [format], name: 'KindlingEmbedScript', fileName: 'out' },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = result[0]?.output ?? [];
  if (chunk?.type !== 'chunk') throw new Error(`${entry} gave no script`);
  return chunk.code;
}

/** The declarations: the two files of types as they are, without what they import from each other. */
export function embedDeclarations(): string {
  const withoutImports = (text: string): string => text.replace(/^import type [^;]*;\n/gms, '');
  const types = ['src/protocol/embed-api.ts', 'src/embed/page-api.ts'].map((path) =>
    withoutImports(read(path)),
  );
  return `${types.join('\n')}
/** Puts a widget into an element. */
export declare const create: EmbedCreate;

declare global {
  interface HTMLElementTagNameMap {
    'kindling-clip': EmbedElement;
  }
}
`;
}

function packageFiles(): Readonly<Record<string, string>> {
  const { version, license, description } = JSON.parse(read('package.json')) as Record<string, string>;
  const manifest = {
    name: PACKAGE,
    version,
    description: `The widget of Kindling in a page of yours. ${description}`,
    license,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    types: './index.d.ts',
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'index.d.ts': `${embedDeclarations()}
/** Defines \`<kindling-clip>\`, which then needs a \`src\`. Nothing happens before this is called. */
export declare const defineClipElement: () => void;
`,
    LICENSE: read('LICENSE'),
  };
}

/** Adds the scripts to the build; a development server makes them when they are asked for. */
export function embedScripts(): Plugin {
  return {
    name: 'embed-scripts',
    async generateBundle() {
      for (const [fileName, { entry, format }] of Object.entries(SCRIPTS))
        this.emitFile({ type: 'asset', fileName, source: await bundle(entry, format) });
      this.emitFile({ type: 'asset', fileName: 'embed.d.ts', source: embedDeclarations() });
      for (const [name, source] of Object.entries(packageFiles()))
        this.emitFile({ type: 'asset', fileName: `${PACKAGE}/${name}`, source });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = (request.url ?? '').slice(1).split('?')[0];
        const script = Object.entries(SCRIPTS).find(([fileName]) => fileName === name)?.[1];
        if (!script) return next();
        bundle(script.entry, script.format).then((code) => {
          response.setHeader('Content-Type', 'text/javascript');
          response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
          response.setHeader('Access-Control-Allow-Origin', '*');
          response.end(code);
        }, next);
      });
    },
  };
}
