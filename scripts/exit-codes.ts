import { AppError, type ErrorArea, errorArea, isAbort } from '../src/core/errors.ts';

/** How `npm run generate` ends for each area of errors; the README has this table. */
export const EXIT_CODES: Readonly<Record<ErrorArea, number>> = {
  input: 2,
  unsupported: 3,
  network: 4,
  model: 5,
  storage: 6,
  gpu: 7,
  encode: 8,
  worker: 9,
  internal: 10,
  embed: 11, // cannot happen without a partner's page
};

/** Ended by Ctrl+C or a request to terminate: 128 + SIGINT, as shells count it. */
export const EXIT_CANCELLED = 130;

/** The exit code for whatever a command threw: the area's, {@link EXIT_CANCELLED} for an AbortError, else `internal`. */
export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) return EXIT_CANCELLED;
  return EXIT_CODES[error instanceof AppError ? errorArea(error.code) : 'internal'];
}
