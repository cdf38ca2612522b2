import { expose } from 'comlink';
import type { WorkerLike } from '../../src/client/worker-connection.ts';
import type { EngineApi } from '../../src/protocol/engine-api.ts';

/** A Worker's place taken by a message channel: everything is really serialised, only the thread is missing. */
export class ChannelWorker {
  /** The page's side. */
  readonly worker: WorkerLike;
  /** The Worker was ended. */
  terminated = false;
  readonly #failures = new EventTarget();

  constructor(api: EngineApi) {
    const { port1, port2 } = new MessageChannel();
    expose(api, port2 as never);
    const target = (type: string) => (type === 'message' ? port1 : this.#failures) as EventTarget;
    this.worker = {
      postMessage: (message: unknown, transfer: never) => port1.postMessage(message, transfer),
      addEventListener: (type: string, listener: never, options: never) =>
        target(type).addEventListener(type, listener, options),
      removeEventListener: (type: string, listener: never) =>
        target(type).removeEventListener(type, listener),
      terminate: () => {
        this.terminated = true;
        port1.close();
        port2.close();
      },
      start: () => port1.start(),
    } as unknown as WorkerLike;
  }

  /** What the browser says when a script throws (with a message) or does not load (without one). */
  fail(message?: string): void {
    this.#failures.dispatchEvent(Object.assign(new Event('error'), message === undefined ? {} : { message }));
  }

  /** What the browser says when a message cannot be read. */
  garble(): void {
    this.#failures.dispatchEvent(new Event('messageerror'));
  }
}
