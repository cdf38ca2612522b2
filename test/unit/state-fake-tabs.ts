import type { Tabs } from '../../src/client/tabs.ts';
import { parseTabMessage, type TabMessage } from '../../src/protocol/tab-messages.ts';

/** The tabs of one browser without a browser: a lock and a channel among pages of the same process. */
export class FakeBrowser {
  readonly #listeners = new Map<object, (message: TabMessage) => void>();
  #leader: object | null = null;
  #waiting: (() => void)[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  /** Opens a further tab. `die` ends it as a crash does: its lock is free, and it says nothing more. */
  open(): Tabs & { die(): void } {
    const self = {};
    const end = (): void => {
      if (this.#leader !== self) return;
      this.#leader = null;
      for (const go of this.#waiting.splice(0)) go();
    };
    return {
      lead: async (work) => {
        if (this.#leader) return false;
        this.#leader = self;
        try {
          await work();
        } finally {
          end();
        }
        return true;
      },
      isLed: async () => this.#leader !== null,
      free: async () => {
        if (this.#leader) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      },
      alone: (work) => {
        const result = this.#tail.then(work);
        this.#tail = result.catch(() => {});
        return result;
      },
      say: (message) => {
        const copy = parseTabMessage(structuredClone(message));
        for (const [tab, hear] of this.#listeners) if (tab !== self && copy) setTimeout(() => hear(copy), 0);
      },
      listen: (callback) => void this.#listeners.set(self, callback),
      close: () => void this.#listeners.delete(self),
      die: () => {
        this.#listeners.delete(self);
        end();
      },
    };
  }
}
