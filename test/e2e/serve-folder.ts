// A static server as a visitor of this project might write one: files under a path, their types, the two headers.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

/** What the README asks of such a server, so that WebAssembly has threads. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.gguf': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** A folder that is being served. */
export interface ServedFolder {
  /** Ends in the path. */
  readonly url: string;
  /** Paths that were asked for and are not there. */
  readonly missed: readonly string[];
  /** All paths that were asked for. */
  readonly asked: readonly string[];
  /** Serves another folder in its place from now on, as when a site is deployed anew. */
  show(folder: string): void;
  close(): Promise<void>;
}

/** How a folder is served differently. */
export interface ServeOptions {
  /** Default `localhost`. To a browser, `127.0.0.1` is another site on the same machine. */
  readonly host?: string;
  /** Instead of the two headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Texts that stand in for files, by path inside the folder. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Serves a folder on a free port of this machine. @param path begins and ends with `/`; nothing is found outside it. */
export async function serveFolder(
  folder: string,
  path: string,
  { host = 'localhost', headers = HEADERS, texts = {} }: ServeOptions = {},
): Promise<ServedFolder> {
  const missed: string[] = [];
  const asked: string[] = [];
  let shown = folder;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(pathname);
    const text = texts[pathname.slice(path.length)];
    if (text !== undefined) {
      response
        .writeHead(200, { ...headers, 'Content-Type': TYPES[extname(pathname)] ?? 'text/plain' })
        .end(text);
      return;
    }
    const file = fileFor(shown, path, decodeURIComponent(pathname));
    if (file === null) {
      missed.push(pathname);
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}${path}`,
    missed,
    asked,
    show: (next) => {
      shown = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fileFor(folder: string, path: string, asked: string): string | null {
  if (!asked.startsWith(path)) return null;
  const inside = asked.slice(path.length) || 'index.html';
  const file = normalize(join(folder, inside));
  if (!file.startsWith(folder + sep)) return null;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : null;
}
