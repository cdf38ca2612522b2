// Bytes to read from, wherever they are: a picked file, the browser's own storage, memory, or one verified download.
import { createSHA256 } from 'hash-wasm';
import { AppError, isAbort } from '../core/errors.ts';

/** Something that can be read at any offset. */
export interface ByteSource {
  /** For messages: a file name or address. */
  readonly name: string;
  /** Size of the whole. */
  readonly bytes: number;
  /**
   * Reads `length` bytes from `offset`. The array belongs to the caller.
   * @throws {AppError} `model/truncated` if the range is not inside the source, `storage/read` if the platform cannot read it; rejects with AbortError.
   */
  read(offset: number, length: number, options?: { signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0) {
    if (offset + length <= source.bytes) return;
  }
  throw new AppError(
    'model/truncated',
    `${source.name}: asked for ${length} bytes at ${offset}, but the file has ${source.bytes}. Download it again.`,
    { detail: { file: source.name, offset, length, bytes: source.bytes } },
  );
}

/** Reads from a Blob or File: a picked file, a file of the origin's storage, or (in Node) `fs.openAsBlob`. Holds the blob, not its bytes. */
export function blobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    bytes: blob.size,
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      checkRange(this, offset, length);
      let buffer: ArrayBuffer;
      try {
        buffer = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (cause) {
        throw new AppError(
          'storage/read',
          `${name}: ${length} bytes at ${offset} could not be read. The file was moved or changed; choose it again.`,
          { cause, detail: { file: name, offset, length } },
        );
      }
      options?.signal?.throwIfAborted();
      if (buffer.byteLength !== length)
        checkRange({ ...this, bytes: offset + buffer.byteLength }, offset, length);
      return new Uint8Array(buffer);
    },
  };
}

/** Reads from memory. Holds `bytes`; every read is a copy. */
export function bufferSource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    bytes: bytes.byteLength,
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      checkRange(this, offset, length);
      const copy = new Uint8Array(length);
      copy.set(bytes.subarray(offset, offset + length));
      return copy;
    },
  };
}

/** What {@link fetchFile} needs besides the address. */
export interface FetchFileOptions {
  /** For messages. */
  readonly name: string;
  /** The size the file must have; without it at most {@link MAX_UNSIZED_BYTES} are accepted. */
  readonly bytes?: number;
  /** The SHA-256 the file must have, 64 hexadecimal digits. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
  /** Called after each piece that arrives; `total` is 0 if nobody knows it. */
  onProgress?(event: { received: number; total: number }): void;
}

/** How much {@link fetchFile} accepts from a server when the caller does not say how large the file is. */
export const MAX_UNSIZED_BYTES = 256 * 2 ** 20; // files fetched into memory are a few MB; this only stops an endless stream

/**
 * Fetches a whole file into memory with one GET, verifying size and SHA-256 while it streams.
 * @returns the bytes as a source. Nothing is cached or stored.
 * @throws {AppError} `network/failed` if the server cannot be reached or the stream breaks, `network/status` for any answer other than the file (also a web page sent with status 200), `model/truncated` if it is too short, `model/hash` if it is a different file; rejects with the signal's reason.
 */
export async function fetchFile(url: string, options: FetchFileOptions): Promise<ByteSource> {
  const { name, bytes: expected, signal } = options;
  const detail = { file: name, url };
  const failed = (cause: unknown): unknown => {
    if (isAbort(cause) || signal?.aborted || cause instanceof AppError) return cause;
    return new AppError(
      'network/failed',
      `${name} could not be fetched from ${url}: the connection failed. Check the network and try again.`,
      { cause, detail },
    );
  };
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    throw failed(cause);
  }
  const refuse = async (what: string): Promise<never> => {
    await response.body?.cancel().catch(() => {}); // the refusal is what the caller needs to hear about
    throw new AppError(
      'network/status',
      `${name} was asked from ${url}, but the server answered with ${what}. Try again later, or install this version anew.`,
      { detail: { ...detail, status: response.status } },
    );
  };
  if (!response.ok || response.status === 206) return refuse(`status ${response.status}`);
  if (/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) return refuse('a web page');
  if (!response.body) return refuse('nothing');

  const limit = expected ?? MAX_UNSIZED_BYTES;
  const total = expected ?? Number(response.headers.get('content-length') ?? 0);
  const hash = options.sha256 === undefined ? null : await createSHA256();
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      signal?.throwIfAborted();
      if (received === 0 && looksLikeHtml(value)) return await refuse('a web page');
      received += value.byteLength;
      if (received > limit) throw wrongFile(`it has more than the ${limit} bytes expected`);
      pieces.push(value);
      hash?.update(value);
      options.onProgress?.({ received, total });
    }
  } catch (cause) {
    await reader.cancel().catch(() => {}); // the first failure is the one to report
    throw failed(cause);
  }
  if (expected !== undefined && received < expected) {
    throw new AppError(
      'model/truncated',
      `${name} ended after ${received} of ${expected} bytes. Try again; the download was cut short.`,
      { detail: { ...detail, received, expected } },
    );
  }
  const got = hash?.digest('hex');
  if (got !== undefined && got !== options.sha256?.toLowerCase()) {
    throw wrongFile(`its SHA-256 is ${got}, expected ${options.sha256}`);
  }
  const whole = new Uint8Array(received);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return bufferSource(whole, name);

  function wrongFile(why: string): AppError {
    return new AppError(
      'model/hash',
      `${name} from ${url} is not the file this version expects: ${why}. Reload, or clear the browser's cache.`,
      { detail: { ...detail, received, expected, sha256: options.sha256 } },
    );
  }
}

/** Whether a body begins like a web page. */
export const looksLikeHtml = (bytes: Uint8Array): boolean =>
  /^\s*<(!doctype|html|head|body)\b/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, 64)));
