// One engine over all tabs: a Web Lock says who makes films and whether that tab still lives, a channel what it is at.

import { parseTabMessage, type TabMessage } from '../protocol/tab-messages.ts';

/** The other tabs of this site. The application state knows only this. */
export interface Tabs {
  /**
   * Runs `work` as the one tab that makes films.
   * @returns false, with nothing run, if another tab does.
   */
  lead(work: () => Promise<void>): Promise<boolean>;
  /** Another tab, or this one, makes films. */
  isLed(): Promise<boolean>;
  /** Settles when no tab makes films any more, however it ended. Rejects with AbortError. */
  free(signal: AbortSignal): Promise<void>;
  /** Runs `work` while no other tab changes the queue. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Tells all other tabs. */
  say(message: TabMessage): void;
  /** Calls back with what other tabs say, until the tabs are closed. */
  listen(callback: (message: TabMessage) => void): void;
  close(): void;
}

const LEAD_LOCK = 'kindling-engine';
const QUEUE_LOCK = 'kindling-queue';
const CHANNEL = 'kindling-tabs';
/** A tab that has just been closed gives its lock back within this. */
const LEAD_MS = 1000;

/** Opens the way to the other tabs. Where a browser has none, this tab is alone. */
export async function openTabs(locks: LockManager | undefined = globalThis.navigator?.locks): Promise<Tabs> {
  try {
    if (!locks) return oneTab();
    await locks.query(); // rejects in frames without an origin of their own
  } catch {
    return oneTab();
  }
  const channel = new BroadcastChannel(CHANNEL);
  return {
    async lead(work) {
      let begun = false;
      try {
        await locks.request(LEAD_LOCK, { signal: AbortSignal.timeout(LEAD_MS) }, () => {
          begun = true;
          return work();
        });
      } catch (error) {
        if (begun) throw error;
      }
      return begun;
    },
    isLed: async () => (await locks.query()).held?.some(({ name }) => name === LEAD_LOCK) === true,
    async free(signal) {
      await locks.request(LEAD_LOCK, { mode: 'shared', signal }, () => {});
    },
    alone: async (work) => await locks.request(QUEUE_LOCK, work),
    say: (message) => channel.postMessage(message),
    listen(callback) {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = parseTabMessage(data);
        if (message) callback(message);
      };
    },
    close: () => channel.close(),
  };
}

function oneTab(): Tabs {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    async lead(work) {
      await work();
      return true;
    },
    isLed: async () => false,
    free: async () => {},
    alone<T>(work: () => Promise<T>): Promise<T> {
      const result = tail.then(work);
      tail = result.catch(() => {}); // the next one must not inherit this failure
      return result;
    },
    say: () => {},
    listen: () => {},
    close: () => {},
  };
}
