import { JOB_LOCK, type TakeOverAnswer } from '../protocol/offline.ts';

/** Makes a waiting version the one in use, unless a job runs in some tab: it needs its own version to the end. */
export const takeOver = (worker: ServiceWorkerGlobalScope): Promise<TakeOverAnswer> =>
  worker.navigator.locks.request(JOB_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await worker.skipWaiting();
    return lock ? 'done' : 'busy';
  });
