/** Runs asynchronous jobs one after another. A failed job fails alone: the next one does not inherit it. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Queues a job. Settles as the job does. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => {});
    return result;
  }
}

/** Lets waiting messages in (a cancel, for one) before going on. A macrotask without a timer: hidden tabs slow timers down. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
