// The network of a browser under test: one host, or nobody. Everything the browser asks for passes here, from the first
// byte and whoever asks: page, workers, service worker, the browser itself.
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Chromium asks on its own behalf, whatever page is open. (A page that asks them is seen by `StudioPage`, as any.) */
const OF_THE_BROWSER = new Set([
  'accounts.google.com',
  'clients2.google.com',
  'content-autofill.googleapis.com',
  'optimizationguide-pa.googleapis.com',
  'redirector.gvt1.com',
  'update.googleapis.com',
]);

/** A running proxy. */
export interface OnlyHostProxy {
  /** For the browser's `proxy` setting. */
  readonly server: string;
  /** Hosts that were asked for and are not the one; nothing was sent to them. */
  readonly foreign: readonly string[];
  /** What the host was asked, answered or not, as `GET /path`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Starts a proxy that lets requests through to one host and notes all others. @param host name and port. */
export async function startOnlyHostProxy(host: string): Promise<OnlyHostProxy> {
  const foreign: string[] = [];
  const asked: string[] = [];
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const url = new URL(incoming.url ?? '', `http://${incoming.headers.host}`);
    if (url.host !== host) {
      if (!OF_THE_BROWSER.has(url.hostname)) foreign.push(url.href);
      outgoing.destroy();
      return;
    }
    const { method = 'GET', headers } = incoming;
    asked.push(`${method} ${url.pathname}`);
    const passing = ask({
      host: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      method,
      headers,
    });
    passing.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    // As without a network: no answer at all.
    passing.on('error', () => outgoing.destroy());
    incoming.pipe(passing);
  };
  const proxy = createServer(forward);
  // What is encrypted is not ours: the site is served without.
  proxy.on('connect', ({ url }: IncomingMessage, socket) => {
    if (!OF_THE_BROWSER.has(url?.split(':')[0] ?? '')) foreign.push(url ?? '');
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, 'localhost', resolve));
  return {
    server: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    foreign,
    asked,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        proxy.closeAllConnections();
      }),
  };
}
