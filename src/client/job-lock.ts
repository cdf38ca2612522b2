import { JOB_LOCK } from '../protocol/offline.ts';

/** Runs a job while the service worker knows of it, so that no new version takes over in its midst, whatever tab asks for that. */
export async function whileJobRuns<T>(job: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator ?? {};
  if (!locks) return job();
  let begun = false;
  try {
    return await locks.request(JOB_LOCK, { mode: 'shared' }, () => {
      begun = true;
      return job();
    });
  } catch (error) {
    if (begun) throw error;
    return job(); // a frame without an origin of its own has no locks, and no service worker either
  }
}
