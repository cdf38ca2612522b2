// A model hub on this machine: addresses that redirect to signed, expiring ones, ranges, entity tags – and every way of failing.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the hub answers one request for bytes, instead of well. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The redirect has expired: the storage behind the hub refuses. */
  | { readonly kind: 'expired' }
  /** Sends this many bytes, then cuts the connection. */
  | { readonly kind: 'drop'; readonly after: number }
  /** Sends this many bytes, then nothing for ever. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Sends this many bytes, waits, then sends the rest. */
  | { readonly kind: 'hold'; readonly after: number; readonly until: Promise<void> }
  /** Ends properly, but after this many bytes. */
  | { readonly kind: 'short'; readonly after: number }
  /** Turns one bit of the byte at this place of the file. */
  | { readonly kind: 'flip'; readonly at: number }
  /** A login page with status 200. */
  | { readonly kind: 'page'; readonly typed: boolean }
  /** The whole file with status 200, whatever was asked. */
  | { readonly kind: 'whole' }
  /** Another version of the file, by its tag; with `after`, no more than so many bytes of it. */
  | { readonly kind: 'etag'; readonly etag: string; readonly after?: number }
  /** Another range than the one that was asked. */
  | { readonly kind: 'shifted' };

/** The hub, running. */
export interface HubServer {
  /** Ends without `/`. */
  readonly url: string;
  /** Puts a file there. @returns its address. */
  put(name: string, bytes: Uint8Array): string;
  /** Takes it away. */
  take(name: string): void;
  /** Answers of the requests for a file's bytes to come, in order; null is a good one. After them all is well, or `last` for ever. */
  faults(name: string, faults: readonly (Fault | null)[], last?: Fault): void;
  /** Bytes of a file sent so far, good or bad, those on their way included. */
  sent(name: string): number;
  /** Ranges that were asked for, as `from-to`. */
  ranges(name: string): readonly string[];
  /** Headers that a page may not send across origins without asking first. */
  readonly preflights: number;
  close(): Promise<void>;
}

interface Hosted {
  bytes: Uint8Array;
  etag: string;
  faults: (Fault | null)[];
  last: Fault | null;
  sent: number;
  ranges: string[];
}

/** What a hub sends so that pages may read it: ranges and tags are exposed. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Content-Range, Accept-Ranges, Content-Length',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/** Starts a hub on a free port. */
export async function startHub(): Promise<HubServer> {
  const files = new Map<string, Hosted>();
  let preflights = 0;
  let signatures = 0;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') {
      preflights++;
      response.writeHead(405, CORS).end();
      return;
    }
    const [kind, name = ''] = hubPath(pathname);
    const file = files.get(decodeURIComponent(name));
    if (!file) response.writeHead(404, CORS).end('not found');
    else if (kind === 'resolve')
      response.writeHead(302, { ...CORS, Location: `/signed/${name}?signature=${++signatures}` }).end();
    // A signature is good for one request: whoever keeps the address sees 403.
    else if (kind === 'signed' && Number(searchParams.get('signature')) === signatures)
      answer(file, request, response);
    else response.writeHead(403, CORS).end('expired');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const hosted = (name: string): Hosted => {
    const file = files.get(name);
    if (!file) throw new Error(`${name} is not on the hub`);
    return file;
  };
  return {
    url,
    put(name, given) {
      const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength); // a Buffer's slices would be no copies
      const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
      files.set(name, { bytes, etag, faults: [], last: null, sent: 0, ranges: [] });
      return `${url}/resolve/${encodeURIComponent(name)}`;
    },
    take: (name) => files.delete(name),
    faults(name, faults, last) {
      const file = hosted(name);
      file.faults = [...faults];
      file.last = last ?? null;
    },
    sent: (name) => hosted(name).sent,
    ranges: (name) => hosted(name).ranges,
    get preflights() {
      return preflights;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(file: Hosted, request: IncomingMessage, response: ServerResponse): void {
  const fault = (file.faults.length > 0 ? file.faults.shift() : file.last) ?? null;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  file.ranges.push(request.headers.range?.slice('bytes='.length) ?? 'all');
  switch (fault?.kind) {
    case 'status':
      response.writeHead(fault.status, { ...CORS, ...fault.headers }).end('no');
      return;
    case 'expired':
      response.writeHead(403, CORS).end('<Error><Code>AccessDenied</Code></Error>');
      return;
    case 'page':
      response
        .writeHead(200, { ...CORS, ...(fault.typed && { 'Content-Type': 'text/html; charset=utf-8' }) })
        .end('<!DOCTYPE html><title>Welcome to the airport</title>');
      return;
  }
  const size = file.bytes.byteLength;
  let start = range ? Number(range[1]) : 0;
  let end = range ? Math.min(size, Number(range[2]) + 1) : size;
  if (fault?.kind === 'whole') [start, end] = [0, size];
  if (fault?.kind === 'shifted') start += 1;
  if (start >= size) {
    response.writeHead(416, { ...CORS, 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  const body = file.bytes.slice(start, end);
  if (fault?.kind === 'flip' && fault.at >= start && fault.at < end) body[fault.at - start]! ^= 1;
  const whole = !range || fault?.kind === 'whole';
  const after =
    fault && 'after' in fault && fault.after !== undefined
      ? Math.min(fault.after, body.byteLength)
      : body.byteLength;
  response.writeHead(whole ? 200 : 206, {
    ...CORS,
    ETag: fault?.kind === 'etag' ? fault.etag : file.etag,
    'Content-Type': 'application/octet-stream',
    'Content-Length': fault?.kind === 'short' ? after : body.byteLength,
    ...(!whole && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  const send = (from: number, to: number): Promise<void> =>
    sendPieces(file, response, body.subarray(from, to));
  void send(0, after).then(async () => {
    if (fault?.kind === 'drop') response.destroy();
    if (fault?.kind === 'drop' || fault?.kind === 'stall' || fault?.kind === 'etag') {
      if (fault.kind === 'etag' && after === body.byteLength) response.end();
      return;
    }
    if (fault?.kind === 'hold') {
      await fault.until;
      await send(after, body.byteLength);
    }
    response.end();
  });
}

const PIECE_BYTES = 2 ** 20;

/** Sends no faster than it is taken, so that what is counted as sent has arrived or is on its way. Stops when nobody listens any more. */
async function sendPieces(file: Hosted, response: ServerResponse, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength && !response.destroyed; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    file.sent += piece.byteLength;
    if (response.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      response.once('drain', go);
      response.once('close', go);
    });
  }
}

/** `/owner/repository/resolve/revision/name` as hubs have it, `/resolve/name` for short, `/signed/name` behind the redirect. */
function hubPath(pathname: string): readonly [kind: string, name: string] {
  const parts = pathname.split('/').slice(1);
  const at = parts.indexOf('resolve');
  return at > 0 ? ['resolve', parts.slice(at + 2).join('/')] : [parts[0] ?? '', parts.slice(1).join('/')];
}
