/** The areas an error can come from; the part of a code before the slash. */
export const ERROR_AREAS = [
  'unsupported',
  'input',
  'network',
  'model',
  'storage',
  'gpu',
  'encode',
  'worker',
  'embed',
  'internal',
] as const;

/** One of {@link ERROR_AREAS}. */
export type ErrorArea = (typeof ERROR_AREAS)[number];

/** Every error code of the application. Interface texts are a `Record<ErrorCode, …>`, so a new code without a text does not compile. */
export const ERROR_CODES = [
  'unsupported/webcodecs',
  'unsupported/wasm',
  'unsupported/webgpu',
  'unsupported/browser',
  'input/prompt-empty',
  'input/prompt-too-long',
  'input/prompt-characters',
  'input/picture-unreadable',
  'input/picture-too-small',
  'input/picture-too-large',
  'input/picture-unsupported',
  'input/aspect',
  'input/size',
  'input/seconds',
  'input/cut',
  'input/fps',
  'input/steps',
  'input/guidance',
  'input/shift',
  'input/seed',
  'input/job',
  'input/no-job-in-file',
  'input/argument',
  'input/report',
  'input/address',
  'input/model-parts',
  'network/failed',
  'network/status',
  'network/page',
  'network/range',
  'network/changed',
  'model/unknown',
  'model/unsupported',
  'model/format',
  'model/truncated',
  'model/tensor-missing',
  'model/tensor-extra',
  'model/tensor-shape',
  'model/tensor-range',
  'model/tensor-type',
  'model/hash',
  'model/tokenizer',
  'storage/write',
  'storage/read',
  'storage/full',
  'storage/in-use',
  'storage/memory-only',
  'gpu/self-test',
  'gpu/lost',
  'gpu/out-of-memory',
  'gpu/failed',
  'encode/no-codec',
  'encode/failed',
  'worker/crashed',
  'worker/busy',
  'worker/queue-full',
  'worker/start',
  'embed/refused',
  'embed/policy',
  'embed/timeout',
  'embed/message',
  'embed/declined',
  'embed/limit',
  'embed/label',
  'embed/no-clip',
  'embed/gone',
  'internal/invariant',
  'internal/runtime',
] as const;

/** One of {@link ERROR_CODES}: `area/what`. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What can travel with an error besides its message. */
export interface AppErrorOptions {
  /** Plain data for programs (nearest legal values, names, sizes); survives structured cloning. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** The platform's error, kept for the console. */
  readonly cause?: unknown;
}

/**
 * The one error class. The message says what was asked, why not, and what would work.
 * Platform errors become an AppError in the one file that talks to that platform.
 * Cancelling is not an error: it stays a DOMException or Error named `AbortError`.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  /** Stable, for programs; the area before the slash decides exit codes and cards. */
  readonly code: ErrorCode;
  /** Plain data for programs, possibly empty. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
  }
}

/** True for a cancelled operation, wherever it was cancelled. By name: across a worker boundary it is no longer a DOMException. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The area of a code: `gpu/lost` → `gpu`. */
export const errorArea = (code: ErrorCode): ErrorArea => code.slice(0, code.indexOf('/')) as ErrorArea;

/**
 * Checks something that only our own mistake can break.
 * @throws {AppError} `internal/invariant`.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AppError('internal/invariant', message);
}

/** Closes a switch over a union: a case that was forgotten does not compile. */
export function assertNever(value: never): never {
  throw new AppError('internal/invariant', `unexpected value: ${JSON.stringify(value)}`);
}
