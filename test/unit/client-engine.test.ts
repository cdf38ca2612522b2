import { afterEach, describe, expect, test } from 'vitest';
import { EngineClient, type EngineClientOptions } from '../../src/client/engine-client.ts';
import { AppError, isAbort } from '../../src/core/errors.ts';
import { releaseCallback } from '../../src/protocol/comlink.ts';
import type { EngineApi, GenerateEvent } from '../../src/protocol/engine-api.ts';
import { ChannelWorker } from './client-channel-worker.ts';
import { report, request, until } from './state-fixtures.ts';

const PROGRESS: GenerateEvent = { type: 'progress', phase: 'denoise', done: 1, total: 4, secondsLeft: 3 };

/** An engine that waits in the middle of a job until it is cancelled or told to go on. */
class WaitingEngine implements EngineApi {
  readonly jobs: string[] = [];
  cancelled = 0;
  deaf = false;
  finish: () => void = () => {};
  /** Ends the job with an error of the engine. */
  readonly fail = (error: Error): void => this.#stop(error);
  #stop: (error: Error) => void = () => {};

  capabilities = async () => ({ gpu: null, webCodecs: true, isolated: false, threads: 1 });

  async generate(id: string, _: unknown, onEvent: (event: GenerateEvent) => void) {
    this.jobs.push(id);
    try {
      onEvent(PROGRESS);
      await new Promise<void>((resolve, reject) => {
        this.finish = resolve;
        this.#stop = reject;
      });
      return { file: new Blob(['clip']), report: report() };
    } finally {
      releaseCallback(onEvent);
    }
  }

  async cancel() {
    this.cancelled++;
    if (!this.deaf) this.#stop(new DOMException('stopped', 'AbortError'));
  }
}

const clients: EngineClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

function start(options: EngineClientOptions = {}) {
  const engines: WaitingEngine[] = [];
  const workers: ChannelWorker[] = [];
  const client = new EngineClient(() => {
    const engine = new WaitingEngine();
    const worker = new ChannelWorker(engine);
    engines.push(engine);
    workers.push(worker);
    return worker.worker;
  }, options);
  clients.push(client);
  return { client, engines, workers };
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('the engine client', () => {
  test('starts no Worker before it is asked for something, and keeps the one it has', async () => {
    const { client, workers } = start();
    expect(workers).toHaveLength(0);
    expect(await client.capabilities()).toMatchObject({ threads: 1 });
    await client.capabilities();
    expect(workers).toHaveLength(1);
  });

  test('makes a clip and passes the events on', async () => {
    const { client, engines } = start();
    const events: GenerateEvent[] = [];
    const clip = client.generate(request(), { onEvent: (event) => events.push(event) });
    await until(() => events.length === 1);
    engines[0]!.finish();
    expect((await clip).report.seed).toBe(7);
    expect(events).toEqual([PROGRESS]);
  });

  test('refuses a second clip while one is made, and makes it afterwards', async () => {
    const { client, engines } = start();
    const first = client.generate(request());
    expect(await caught(client.generate(request()))).toMatchObject({ code: 'worker/busy' });
    await until(() => engines[0]?.jobs.length === 1);
    engines[0]!.finish();
    await first;
    const second = client.generate(request());
    await until(() => engines[0]?.jobs.length === 2);
    engines[0]!.finish();
    await second;
    expect(new Set(engines[0]!.jobs).size).toBe(2);
  });

  test('cancelled before the start, it starts no Worker', async () => {
    const { client, workers } = start();
    expect(isAbort(await caught(client.generate(request(), { signal: AbortSignal.abort() })))).toBe(true);
    expect(workers).toHaveLength(0);
  });

  test('cancelled in the middle, it stops the job and keeps the Worker', async () => {
    const { client, engines, workers } = start();
    const abort = new AbortController();
    const clip = caught(client.generate(request(), { signal: abort.signal }));
    await until(() => engines[0]?.jobs.length === 1);
    abort.abort();
    expect(isAbort(await clip)).toBe(true);
    expect(engines[0]!.cancelled).toBe(1);
    expect(workers[0]!.terminated).toBe(false);
  });

  test('a Worker that does not listen to the cancel is terminated, and the job still ends as cancelled', async () => {
    const { client, engines, workers } = start({ cancelGraceMs: 30 });
    const abort = new AbortController();
    const clip = caught(client.generate(request(), { signal: abort.signal }));
    await until(() => engines[0]?.jobs.length === 1);
    engines[0]!.deaf = true;
    abort.abort();
    expect(isAbort(await clip)).toBe(true);
    expect(workers[0]!.terminated).toBe(true);
    await client.capabilities();
    expect(workers).toHaveLength(2);
  });

  test('cancelled after the end, nothing happens', async () => {
    const { client, engines } = start();
    const abort = new AbortController();
    const clip = client.generate(request(), { signal: abort.signal });
    await until(() => engines[0]?.jobs.length === 1);
    engines[0]!.finish();
    await clip;
    abort.abort();
    expect(engines[0]!.cancelled).toBe(0);
  });

  test('a Worker that dies rejects its job, and the next job gets a fresh one', async () => {
    const { client, engines, workers } = start();
    const clip = caught(client.generate(request()));
    await until(() => engines[0]?.jobs.length === 1);
    workers[0]!.fail('out of memory');
    const error = await clip;
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'worker/crashed',
      message: expect.stringContaining('out of memory'),
    });
    expect(workers[0]!.terminated).toBe(true);
    const next = client.generate(request());
    await until(() => engines[1]?.jobs.length === 1);
    engines[1]!.finish();
    expect((await next).report.seed).toBe(7);
  });

  test.each(['internal/runtime', 'gpu/lost'] as const)(
    'after %s the Worker is replaced: its runtime does not recover from a trap or a lost device',
    async (code) => {
      const { client, engines, workers } = start();
      const clip = caught(client.generate(request()));
      await until(() => engines[0]?.jobs.length === 1);
      engines[0]!.fail(new AppError(code, 'broken'));
      expect(await clip).toMatchObject({ code, message: 'broken' });
      expect(workers[0]!.terminated).toBe(true);
      const next = client.generate(request());
      await until(() => engines[1]?.jobs.length === 1);
      engines[1]!.finish();
      expect((await next).report.seed).toBe(7);
    },
  );

  test('after an error of the job itself the Worker is kept', async () => {
    const { client, engines, workers } = start();
    const clip = caught(client.generate(request()));
    await until(() => engines[0]?.jobs.length === 1);
    engines[0]!.fail(new AppError('model/hash', 'damaged'));
    expect(await clip).toMatchObject({ code: 'model/hash' });
    expect(workers[0]!.terminated).toBe(false);
  });

  test('a Worker that dies after the cancel is of no interest', async () => {
    const { client, engines, workers } = start();
    const abort = new AbortController();
    const clip = caught(client.generate(request(), { signal: abort.signal }));
    await until(() => engines[0]?.jobs.length === 1);
    engines[0]!.deaf = true;
    abort.abort();
    workers[0]!.fail('boom');
    expect(isAbort(await clip)).toBe(true);
  });

  test('a script that does not load and a constructor that throws are worker/start', async () => {
    const { client, workers } = start();
    const asked = caught(client.capabilities());
    workers[0]!.fail();
    expect(await asked).toMatchObject({ code: 'worker/start' });
    const blocked = new EngineClient(() => {
      throw new DOMException('blocked by policy', 'SecurityError');
    });
    clients.push(blocked);
    expect(await caught(blocked.capabilities())).toMatchObject({ code: 'worker/start' });
  });

  test('a message that cannot be read, and disposal, end a job as worker/crashed', async () => {
    const { client, engines, workers } = start();
    const first = caught(client.generate(request()));
    await until(() => engines[0]?.jobs.length === 1);
    workers[0]!.garble();
    expect(await first).toMatchObject({ code: 'worker/crashed' });
    const second = caught(client.generate(request()));
    await until(() => engines[1]?.jobs.length === 1);
    client.dispose();
    expect(await second).toMatchObject({ code: 'worker/crashed' });
  });

  test('an idle Worker is let go after a while, but not while it works', async () => {
    const { client, engines, workers } = start({ idleMs: 40 });
    const clip = client.generate(request());
    await until(() => engines[0]?.jobs.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(workers[0]!.terminated).toBe(false);
    engines[0]!.finish();
    await clip;
    await until(() => workers[0]!.terminated);
  });
});
