// One ranged GET, and every way in which a server answers it badly.
import { AppError, isAbort } from '../core/errors.ts';
import { looksLikeHtml } from './byte-source.ts';

/** What a server said about a range. */
export interface RangeAnswer {
  /** Where the body begins in the file: what was asked, or 0 from a server that ignores ranges. */
  readonly start: number;
  /** Size of the whole file; null where the server does not let it be read. */
  readonly total: number | null;
  /** Names this version of the file; null where the server does not let it be read. */
  readonly etag: string | null;
  /** The body, piece by piece. Ends early if the connection is lost: count. Throws `network/failed`; rejects with AbortError. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody will read. */
  cancel(): Promise<void>;
}

/** How soon a request that failed is worth repeating. Kept in an error's `detail.retry`. */
export type Retry = 'soon' | 'few' | 'never';

/** Options of {@link requestRange}. */
export interface RangeOptions {
  /** For messages. */
  readonly name: string;
  readonly signal?: AbortSignal;
  /** Give up on a connection that brings nothing for this long. */
  readonly stallMs: number;
  readonly fetch?: typeof fetch;
}

/**
 * Asks for the bytes from `start` up to and without `end`. Sends `Range` and nothing else: any other header makes browsers ask
 * for permission first, which the file servers behind model hubs refuse.
 * @throws {AppError} `network/failed`, `network/status`, `network/page`, `network/range`, each with `detail.retry` and, where the server
 * asks for patience, `detail.retryAfter` in seconds; rejects with the signal's reason.
 */
export async function requestRange(
  url: string,
  start: number,
  end: number,
  options: RangeOptions,
): Promise<RangeAnswer> {
  const { name, signal } = options;
  const stall = new StallTimer(options.stallMs);
  const detail = { file: name, url, start };
  const failed = (cause: unknown): unknown => {
    if (signal?.aborted) return signal.reason;
    if (cause instanceof AppError) return cause;
    if (isAbort(cause) && !stall.fired) return cause;
    const why = stall.fired
      ? `the server sent nothing for ${Math.round(options.stallMs / 1000)} seconds`
      : 'the connection failed';
    return new AppError(
      'network/failed',
      `${name} stopped: ${why}. What has arrived is kept; check the network, then continue.`,
      { cause, detail: { ...detail, retry: 'soon' satisfies Retry } },
    );
  };

  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(url, {
      headers: { Range: `bytes=${start}-${end - 1}` },
      signal: AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
      cache: 'no-store', // gigabytes do not belong into the browser's cache beside our own store
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    stall.stop();
    throw failed(cause);
  }
  stall.restart();
  const refusal = refusalOf(response, name, detail);
  if (refusal) {
    stall.stop();
    await response.body?.cancel().catch(() => {}); // the refusal is what the caller needs to hear about
    throw refusal;
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const length = lengthOf(response);
  const whole = response.status === 200;
  const given = range ? Number(range[1]) : whole ? 0 : start;
  if (given !== start && given !== 0) {
    stall.stop();
    await response.body?.cancel().catch(() => {});
    throw new AppError(
      'network/range',
      `${name}: the server was asked for the bytes from ${start} on and sent those from ${given} on. Choose another address, or import the file.`,
      { detail: { ...detail, given, retry: 'few' satisfies Retry } },
    );
  }
  const cancel = async (): Promise<void> => {
    stall.stop();
    await response.body?.cancel().catch(() => {}); // closed already
  };
  return { start: given, total: totalOf(), etag: response.headers.get('etag'), pieces: pieces(), cancel };

  function totalOf(): number | null {
    if (range) return range[2] === '*' ? null : Number(range[2]);
    if (whole) return length;
    // Shorter than asked: the file ends here.
    return length !== null && length < end - start ? start + length : null;
  }

  async function* pieces(): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      let first = given === 0;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        signal?.throwIfAborted();
        stall.restart();
        if (first && looksLikeHtml(value)) throw pageError(name, detail);
        first = false;
        yield value;
      }
    } catch (cause) {
      throw failed(cause);
    } finally {
      stall.stop();
      await reader.cancel().catch(() => {}); // a server that goes on sending is told to stop
    }
  }
}

/** The size of the body in bytes; null if it was compressed on the way or not told. */
function lengthOf(response: Response): number | null {
  const length = response.headers.get('content-length');
  if (length === null || response.headers.get('content-encoding')) return null;
  return /^\d+$/.test(length) ? Number(length) : null;
}

function refusalOf(
  response: Response,
  name: string,
  detail: Readonly<Record<string, unknown>>,
): AppError | null {
  const { status } = response;
  if (status === 206 || status === 200) {
    return /^text\/html\b/i.test(response.headers.get('content-type') ?? '') ? pageError(name, detail) : null;
  }
  const refuse = (what: string, help: string, retry: Retry): AppError =>
    new AppError('network/status', `${name}: the server ${what} (status ${status}). ${help}`, {
      detail: { ...detail, status, retry, ...retryAfter(response) },
    });
  if (status === 416) {
    return new AppError(
      'network/range',
      `${name}: the server's file is shorter than the one that was begun. Choose another mirror, or delete the model and download it again.`,
      { detail: { ...detail, status, retry: 'never' satisfies Retry } },
    );
  }
  if (status === 401 || status === 403)
    return refuse(
      'refuses access',
      'Try again, choose another mirror in the settings, or import the file.',
      'few',
    );
  if (status === 404 || status === 410)
    return refuse(
      'does not have this file',
      'Choose another mirror in the settings, or import the file.',
      'never',
    );
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return refuse('is busy', 'What has arrived is kept; continue in a few minutes.', 'soon');
  return refuse('gave no file', 'Choose another mirror in the settings, or import the file.', 'never');
}

const pageError = (name: string, detail: Readonly<Record<string, unknown>>): AppError =>
  new AppError(
    'network/page',
    `${name}: a web page came instead of the file. If this network asks for a login, open any web page first; otherwise choose another mirror in the settings.`,
    { detail: { ...detail, retry: 'few' satisfies Retry } },
  );

/** `Retry-After` in seconds, at most ten minutes. A date is taken as a minute: clocks differ. */
function retryAfter(response: Response): { retryAfter?: number } {
  const header = response.headers.get('retry-after');
  if (!header) return {};
  return { retryAfter: /^\d+$/.test(header) ? Math.min(600, Number(header)) : 60 };
}

/** Aborts its signal when it was not restarted for a while. */
class StallTimer {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  fired = false;

  constructor(ms: number) {
    this.#ms = ms;
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.fired = true;
      this.#controller.abort();
    }, this.#ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
