import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobSource, bufferSource, fetchFile } from '../../src/weights/byte-source.ts';
import { codeOf } from './weights-expect.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3);
const sha256 = createHash('sha256').update(content).digest('hex');

describe.each([
  ['memory', () => bufferSource(content, 'x')],
  ['a blob', () => blobSource(new Blob([content]), 'x')],
])('a source in %s', (_, make) => {
  test('reads any range, and the reader may write on what it got', async () => {
    const source = make();
    expect(source.bytes).toBe(content.length);
    const piece = await source.read(1001, 500);
    expect(piece).toEqual(content.slice(1001, 1501));
    piece.fill(0);
    expect(await source.read(1001, 500)).toEqual(content.slice(1001, 1501));
    expect(await source.read(content.length, 0)).toHaveLength(0);
  });

  test.each([
    [content.length - 1, 2],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [2 ** 60, 1],
    [Number.NaN, 1],
  ])('refuses the range from %d of %d bytes', async (offset, length) => {
    expect(await codeOf(make().read(offset, length))).toBe('model/truncated');
  });

  test('does not read when already cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(make().read(0, 1, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a file that the platform cannot read any more is a storage error', async () => {
  const gone = {
    size: 10,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
  } as unknown as Blob;
  expect(await codeOf(blobSource(gone, 'x').read(0, 5))).toBe('storage/read');
});

describe('fetching a file', () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/whole': (r) => r.end(content),
    '/page': (r) => r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>'),
    '/untyped-page': (r) => r.writeHead(200).end(`\n<!DOCTYPE html>${' '.repeat(200_000)}`),
    '/missing': (r) => r.writeHead(404).end('no'),
    '/broken': (r) => r.writeHead(503).end(),
    '/none': (r) => r.writeHead(204).end(),
    '/part': (r) => r.writeHead(206).end(content.subarray(0, 10)),
    '/short': (r) => r.end(content.subarray(0, 1000)),
    '/long': (r) => r.end(Buffer.concat([content, content])),
    '/other': (r) => r.end(Uint8Array.from(content).reverse()),
    '/cut': (r) => {
      r.writeHead(200, { 'content-length': content.length });
      r.write(content.subarray(0, 1000), () => r.destroy());
    },
    '/slow': (r) => {
      r.writeHead(200, { 'content-length': content.length });
      r.write(content.subarray(0, 1000));
    },
  };
  let server: Server;
  let base: string;
  beforeAll(async () => {
    server = createServer((request, response) => answers[request.url ?? '']?.(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = { name: 'weights', bytes: content.length, sha256 };

  test('gives its bytes once size and hash are right, and tells how far it is', async () => {
    const events: { received: number; total: number }[] = [];
    const source = await fetchFile(`${base}/whole`, { ...options, onProgress: (e) => events.push(e) });
    expect(source.name).toBe('weights');
    expect(await source.read(0, content.length)).toEqual(content);
    expect(events.at(-1)).toEqual({ received: content.length, total: content.length });
    expect(events.every((e, i) => i === 0 || e.received > events[i - 1]!.received)).toBe(true);
  });

  test('accepts a hash in capitals, and a file of which nothing is known', async () => {
    const { bytes } = await fetchFile(`${base}/whole`, { ...options, sha256: sha256.toUpperCase() });
    expect(bytes).toBe(content.length);
    expect((await fetchFile(`${base}/whole`, { name: 'x' })).bytes).toBe(content.length);
  });

  test.each([
    ['/page', 'network/status'],
    ['/untyped-page', 'network/status'],
    ['/missing', 'network/status'],
    ['/broken', 'network/status'],
    ['/none', 'network/status'],
    ['/part', 'network/status'],
    ['/short', 'model/truncated'],
    ['/long', 'model/hash'],
    ['/other', 'model/hash'],
    ['/cut', 'network/failed'],
  ])('%s is refused as %s', async (path, code) => {
    expect(await codeOf(fetchFile(base + path, options))).toBe(code);
  });

  test('names what was expected and what came when the hash is wrong', async () => {
    await expect(fetchFile(`${base}/other`, options)).rejects.toThrow(
      new RegExp(`SHA-256 is [0-9a-f]{64}, expected ${sha256}`),
    );
  });

  test('a server that is not there is a network failure, and so is an address that is none', async () => {
    expect(await codeOf(fetchFile('http://127.0.0.1:9/x', options))).toBe('network/failed');
    expect(await codeOf(fetchFile('no address', options))).toBe('network/failed');
  });

  test('stops when cancelled, before and in the middle', async () => {
    await expect(
      fetchFile(`${base}/whole`, { ...options, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    const controller = new AbortController();
    const fetching = fetchFile(`${base}/slow`, {
      ...options,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
  });
});
