import { expect, test } from 'vitest';
import { holdBoard } from '../../src/client/board-lock.ts';

type Locks = NonNullable<Parameters<typeof holdBoard>[0]>;

/** Web Locks with one name, as far as they are asked for here. */
function fakeLocks() {
  const waiting: (() => void)[] = [];
  let isHeld = false;
  const request = ((_: string, { signal }: { readonly signal?: AbortSignal }, work: () => Promise<unknown>) =>
    new Promise((resolve, reject) => {
      const grant = (): void => {
        isHeld = true;
        resolve(work());
      };
      if (!isHeld) return grant();
      waiting.push(grant);
      signal?.addEventListener('abort', () => {
        waiting.splice(waiting.indexOf(grant), 1);
        reject(signal.reason);
      });
    })) as Locks['request'];
  return { request, release: () => waiting.shift()?.() };
}

test('one tab holds the board; another one does not, once it has waited', async () => {
  const locks = fakeLocks();
  expect(await holdBoard(locks, 20)).toBe(true);
  expect(await holdBoard(locks, 20)).toBe(false);
});

test('a page that is loaded anew waits for the one before it', async () => {
  const locks = fakeLocks();
  await holdBoard(locks, 20);
  const anew = holdBoard(locks, 5000);
  locks.release();
  expect(await anew).toBe(true);
});

test('where there are no locks every page keeps its board', async () => {
  expect(await holdBoard(undefined)).toBe(true);
  const request = () => Promise.reject(new DOMException('an opaque origin', 'SecurityError'));
  expect(await holdBoard({ request: request as Locks['request'] })).toBe(true);
});
