// Who may write and who may read a stored file, in this tab and in others.

/** Holds names, shared by readers or alone by a writer, across all tabs of the site where the browser has Web Locks. */
export interface FileLocks {
  /**
   * Runs `work` while the name is held.
   * @param options.wait whether to wait for it; otherwise null is given back at once if it is not free.
   * @returns what `work` gives; rejects with the signal's reason while waiting.
   */
  hold<T>(
    name: string,
    mode: LockMode,
    options: { readonly wait: boolean; readonly signal?: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T | null>;
}

/** Web Locks, or locks of this page alone where there are none: it has no store that others share then. */
export function fileLocks(manager: LockManager | undefined = globalThis.navigator?.locks): FileLocks {
  if (!manager) return pageLocks();
  return {
    async hold(name, mode, { wait, signal }, work) {
      // A signal and `ifAvailable` exclude each other.
      const how: LockOptions = wait ? { mode, ...(signal && { signal }) } : { mode, ifAvailable: true };
      return await manager.request(name, how, (lock) => (lock ? work() : null));
    },
  };
}

interface Queue {
  readers: number;
  writing: boolean;
  waiting: (() => void)[];
}

/** The same for one page. Fair enough: whoever waits is asked again in order. */
export function pageLocks(): FileLocks {
  const queues = new Map<string, Queue>();
  return {
    async hold(name, mode, { wait, signal }, work) {
      const queue = queues.get(name) ?? { readers: 0, writing: false, waiting: [] };
      queues.set(name, queue);
      while (queue.writing || (mode === 'exclusive' && queue.readers > 0)) {
        if (!wait) return null;
        signal?.throwIfAborted();
        await new Promise<void>((resolve, reject) => {
          queue.waiting.push(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        });
      }
      if (mode === 'exclusive') queue.writing = true;
      else queue.readers++;
      try {
        return await work();
      } finally {
        if (mode === 'exclusive') queue.writing = false;
        else queue.readers--;
        for (const ask of queue.waiting.splice(0)) ask();
      }
    },
  };
}
