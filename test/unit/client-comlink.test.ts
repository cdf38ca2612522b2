import { expose, proxy, releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError, isAbort } from '../../src/core/errors.ts';
import { fromWireThrow, handOver, releaseCallback, toWireThrow } from '../../src/protocol/comlink.ts';
import type { GenerateEvent } from '../../src/protocol/engine-api.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Exposes an object at one end of a channel and returns it as seen from the other. */
function across<T extends object>(api: T) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  expose(api, port2 as never);
  return wrap<T>(port1 as never);
}

describe('errors across the Worker boundary', () => {
  test('an AppError keeps code, message and detail', async () => {
    const remote = across({
      fail(): void {
        throw new AppError('input/steps', 'too many steps', { detail: { nearest: [50], asked: 99 } });
      },
    });
    const error = await remote.fail().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'input/steps',
      message: 'too many steps',
      detail: { nearest: [50], asked: 99 },
    });
  });

  test('a cancelled operation is recognised by its name', async () => {
    const remote = across({
      stop: (): Promise<void> => Promise.reject(new DOMException('stopped', 'AbortError')),
    });
    expect(isAbort(await remote.stop().catch((thrown: unknown) => thrown))).toBe(true);
  });

  test('anything else becomes internal/runtime and keeps its message', () => {
    expect(fromWireThrow(toWireThrow(new RangeError('no such thing')))).toMatchObject({
      code: 'internal/runtime',
      message: 'no such thing',
      detail: { name: 'RangeError' },
    });
    expect(fromWireThrow(toWireThrow('just words'))).toMatchObject({ message: 'just words' });
  });

  test('a detail that cannot be cloned does not cost the error', () => {
    const wire = toWireThrow(new AppError('gpu/failed', 'm', { detail: { f: () => 1, n: 2 } }));
    expect(() => structuredClone(wire)).not.toThrow();
    expect(fromWireThrow(wire)).toMatchObject({ code: 'gpu/failed', detail: { n: '2' } });
  });

  test('an unknown code is not believed', () => {
    const wire = { kind: 'app', error: { code: 'evil/code', message: 'm', detail: {} } };
    expect(fromWireThrow(wire as never)).toMatchObject({ code: 'internal/runtime' });
  });
});

test('the pixels of a preview are handed over, other events are left alone', async () => {
  const frame = new Uint8ClampedArray(16);
  const preview: GenerateEvent = {
    type: 'preview',
    preview: { width: 2, height: 2, fps: 8, step: 1, frames: [frame] },
  };
  const remote = across({ take: (event: GenerateEvent) => event.type });
  expect(await remote.take(handOver(preview))).toBe('preview');
  expect(frame.byteLength).toBe(0);
  const device: GenerateEvent = { type: 'device', device: 'wasm', adapter: null, reason: null };
  expect(handOver(device)).toBe(device);
});

test('a callback is released, and a plain function is left alone', async () => {
  let released: unknown = 'not yet';
  const remote = across({
    async use(callback: (n: number) => void) {
      await callback(1);
      releaseCallback(callback);
      released = await Promise.resolve()
        .then(() => callback(2))
        .catch((error: unknown) => (error as Error).message);
    },
  });
  const heard: number[] = [];
  await remote.use(proxy((n: number) => void heard.push(n)));
  expect(heard).toEqual([1]);
  expect(released).toMatch(/released/);
  expect(() => releaseCallback(() => {})).not.toThrow();
  remote[releaseProxy]();
});
