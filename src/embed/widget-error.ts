import { AppError, type ErrorCode } from '../core/errors.ts';

/** An error of the widget's with its stable code. */
export const embedError = (
  code: string,
  message: string,
  detail: Readonly<Record<string, unknown>> = {},
): AppError => new AppError(code as ErrorCode, message, { detail }); // a newer widget may have codes that this page does not know

/** What a cancelled job rejects with. */
export const embedAbort = (): DOMException => new DOMException('The clip was cancelled.', 'AbortError');
