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
