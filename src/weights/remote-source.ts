import { AppError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { requestRange } from './range-request.ts';

const FIRST_BYTES = 256 * 2 ** 10; // the header of most weight files, so that one request does
const STALL_MS = 20_000; // somebody is waiting in front of the page

/**
 * Reads a file where it is, by ranged requests: for looking at its header, not for keeping it. The beginning is fetched once.
 * @param options `name` for messages. `signal` stops all requests, also those of later reads.
 * @throws {AppError} `network/…`, `network/range` if the server does not say how large the file is; rejects with AbortError.
 */
export async function remoteSource(
  url: string,
  options: { readonly name: string; readonly signal?: AbortSignal; readonly fetch?: typeof fetch },
): Promise<ByteSource> {
  const { name } = options;
  const first = await fetchRange(0, FIRST_BYTES);
  if (first.total === null) {
    throw new AppError(
      'network/range',
      `${name}: the server does not say how large the file is. Choose another address, or import the file.`,
      { detail: { file: name, url } },
    );
  }
  const bytes = first.total;
  const beginning = first.bytes;
  return {
    name,
    bytes,
    async read(offset, length, reading) {
      reading?.signal?.throwIfAborted();
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes)) {
        throw new AppError(
          'model/truncated',
          `${name}: asked for ${length} bytes at ${offset}, but the file has ${bytes}. Choose another address.`,
          { detail: { file: name, offset, length, bytes } },
        );
      }
      if (offset + length <= beginning.byteLength) return beginning.slice(offset, offset + length);
      return (await fetchRange(offset, offset + length)).bytes;
    },
  };

  /** Takes what was asked for out of the answer and lets go of the rest. */
  async function fetchRange(
    start: number,
    end: number,
  ): Promise<{ readonly total: number | null; readonly bytes: Uint8Array<ArrayBuffer> }> {
    const answer = await requestRange(url, start, end, { ...options, stallMs: STALL_MS });
    const wanted = answer.total === null ? end : Math.min(end, answer.total);
    const bytes = new Uint8Array(Math.max(0, wanted - start));
    let at = answer.start;
    for await (const piece of answer.pieces) {
      const from = Math.max(0, start - at);
      const part = piece.subarray(from, Math.max(from, wanted - at));
      if (part.byteLength > 0) bytes.set(part, at + from - start);
      at += piece.byteLength;
      if (at >= wanted) return { total: answer.total, bytes };
    }
    if (answer.total === null) return { total: null, bytes };
    throw new AppError('network/failed', `${name} stopped: the connection was closed early. Try again.`, {
      detail: { file: name, url, at },
    });
  }
}
