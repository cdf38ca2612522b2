// Closes the holes that Comlink leaves at the Worker's edge. Both sides import this file before their first call.

import { type Remote, releaseProxy, type TransferHandler, transfer, transferHandlers } from 'comlink';
import { AppError, ERROR_CODES, type ErrorCode, isAbort } from '../core/errors.ts';
import type { GenerateEvent, WireError } from './engine-api.ts';

/** What is sent in place of a thrown value: plain data that every structured clone carries. */
export type WireThrow =
  | { readonly kind: 'abort'; readonly message: string }
  | { readonly kind: 'app'; readonly error: WireError };

const isErrorCode = (code: unknown): code is ErrorCode => ERROR_CODES.some((known) => known === code);

/** Keeps of `detail` what can cross: one function in it must not cost the whole error. */
function cloneable(detail: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(detail);
  } catch {
    return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, String(value)]));
  }
}

/** Turns anything thrown into plain data. What is neither an AppError nor a cancelled operation becomes `internal/runtime`. */
export function toWireThrow(thrown: unknown): WireThrow {
  if (isAbort(thrown)) return { kind: 'abort', message: (thrown as Error).message };
  if (thrown instanceof AppError) {
    const { code, message, detail } = thrown;
    return { kind: 'app', error: { code, message, detail: cloneable(detail) } };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return { kind: 'app', error: { code: 'internal/runtime', message, detail: { name } } };
}

/** The error that {@link toWireThrow} took apart: an AppError, or an Error named `AbortError`. Never throws. */
export function fromWireThrow(wire: WireThrow): Error {
  if (wire.kind === 'abort') return Object.assign(new Error(wire.message), { name: 'AbortError' });
  const { code, message, detail } = wire.error;
  return new AppError(isErrorCode(code) ? code : 'internal/runtime', message, { detail });
}

const platformThrow = transferHandlers.get('throw') as TransferHandler<{ readonly value: unknown }, unknown>;

// Comlink's own handler keeps name, message and stack only; the code and the detail would be lost.
const appThrow: TransferHandler<{ readonly value: unknown }, WireThrow> = {
  canHandle: (value): value is { readonly value: unknown } => platformThrow.canHandle(value),
  serialize: ({ value }) => [toWireThrow(value), []],
  deserialize(wire) {
    throw fromWireThrow(wire);
  },
};
transferHandlers.set('throw', appThrow);

/**
 * Marks an event's pixel buffers as handed over instead of copied. Call it on each event in the Worker just before the
 * callback: `onEvent(handOver(event))`.
 */
export function handOver(event: GenerateEvent): GenerateEvent {
  return event.type === 'preview'
    ? transfer(
        event,
        event.preview.frames.map((frame) => frame.buffer),
      )
    : event;
}

/**
 * Closes the message port behind a callback that came through Comlink's `proxy()`; without it every job leaves a port open.
 * The Worker calls it once in `finally`. Anything else (a plain function, in tests) is left as it is.
 */
export function releaseCallback(callback: unknown): void {
  if (typeof callback !== 'function') return;
  const release = (callback as Partial<Remote<() => void>>)[releaseProxy];
  if (typeof release === 'function') release();
}
