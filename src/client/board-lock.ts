const LOCK = 'kindling-board';
/** A page that is being loaded anew gives its lock back within this. */
const WAIT_MS = 1000;

/**
 * Makes this tab the one whose storyboard comes back by itself, until it is closed: two that write the same place would lose words.
 * @returns false if another tab is; true also where there are no locks. Never rejects.
 */
export function holdBoard(
  locks: Pick<LockManager, 'request'> | undefined = globalThis.navigator?.locks,
  waitMs = WAIT_MS,
): Promise<boolean> {
  return new Promise((resolve) => {
    if (!locks) return resolve(true);
    const held = new Promise<never>(() => {}); // for as long as the page is there
    const isHeld = (): Promise<never> => {
      resolve(true);
      return held;
    };
    locks
      .request(LOCK, { signal: AbortSignal.timeout(waitMs) }, isHeld)
      // A frame without an origin of its own has no locks, and no other tab.
      .catch((error: unknown) =>
        resolve(!(error instanceof Error && /^(Timeout|Abort)Error$/.test(error.name))),
      );
  });
}
