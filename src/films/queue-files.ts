// Where jobs wait for their turn on this device: one folder a job, with what was asked for and its picture, and one list of their order. A
// job is gone with its folder, so that nothing has to be written to take one out: there may be no room for it.

import { parseQueuedJob, type QueuedJob, queuedJobText } from '../protocol/queued-job.ts';
import { openFolderFiles, storageError } from './folder-files.ts';

const FOLDER = 'queue';
const JOB = 'job.json';
const PICTURE = 'picture';
/** The folder beside the jobs that holds their order. */
const LIST = 'list';
const ORDER = 'order.json';

/** The jobs of this site on this device. One tab at a time may call what changes them. */
export interface QueueFiles {
  /** In order. What is damaged is left out. */
  list(): Promise<readonly QueuedJob[]>;
  /** A copy of the job's picture; null if there is none. */
  picture(id: string): Promise<Blob | null>;
  /** Adds a job behind all others. @throws {AppError} `storage/full` · `storage/write`. */
  add(job: QueuedJob, picture: Blob | null): Promise<void>;
  /** Puts the jobs in this order; those that are not named come last. @throws {AppError} as `add`. */
  order(ids: readonly string[]): Promise<void>;
  /** Nothing happens if it is gone. */
  remove(id: string): Promise<void>;
}

/** Bytes of all that waits, its pictures and what is left of jobs of other versions included. */
export const queueBytes = async (): Promise<number> =>
  (await (await openFolderFiles(FOLDER))?.bytes(LIST)) ?? 0;

/** Opens the folder. @returns null where nothing can be kept. */
export async function openQueueFiles(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<QueueFiles | null> {
  const all = await openFolderFiles(FOLDER, storage);
  if (!all) return null;
  const json = async (folder: string, name: string): Promise<unknown> => {
    const file = await all.read(folder, name);
    return file && (JSON.parse(await file.text()) as unknown);
  };
  const jobOf = async (id: string): Promise<QueuedJob | null> => {
    try {
      return parseQueuedJob(id, await json(id, JOB));
    } catch {
      return null; // of another version, or cut off
    }
  };
  const kept = async (): Promise<readonly string[]> => {
    try {
      const ids = await json(LIST, ORDER);
      return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    } catch {
      return [];
    }
  };
  return {
    async list() {
      const jobs: QueuedJob[] = [];
      for (const id of (await all.folders()).filter((name) => name !== LIST)) {
        const job = await jobOf(id);
        if (job) jobs.push(job);
      }
      return inOrder(jobs, await kept());
    },
    async picture(id) {
      const file = await all.read(id, PICTURE);
      return file ? new Blob([await file.arrayBuffer()], { type: file.type }) : null;
    },
    async add(job, picture) {
      try {
        if (picture) await all.write(job.id, PICTURE, picture);
        await all.write(job.id, JOB, queuedJobText(job)); // last: a folder without it is no job
      } catch (cause) {
        await all.remove(job.id).catch(() => {}); // the first failure is the one to report
        throw writeError(cause);
      }
    },
    async order(ids) {
      await all.write(LIST, ORDER, JSON.stringify(ids)).catch((cause: unknown) => {
        throw writeError(cause);
      });
    },
    remove: (id) => all.remove(id),
  };
}

/** The same for a window that keeps nothing: gone with the page. */
export function memoryQueueFiles(): QueueFiles {
  const jobs = new Map<string, { readonly job: QueuedJob; readonly picture: Blob | null }>();
  let kept: readonly string[] = [];
  return {
    list: async () =>
      inOrder(
        [...jobs.values()].map(({ job }) => job),
        kept,
      ),
    picture: async (id) => jobs.get(id)?.picture ?? null,
    async add(job, picture) {
      jobs.set(job.id, { job, picture });
    },
    async order(ids) {
      kept = ids;
    },
    async remove(id) {
      jobs.delete(id);
    },
  };
}

function inOrder(jobs: readonly QueuedJob[], ids: readonly string[]): readonly QueuedJob[] {
  const place = ({ id }: QueuedJob): number => (ids.includes(id) ? ids.indexOf(id) : ids.length);
  return [...jobs].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
}

const writeError = (cause: unknown): unknown =>
  storageError(
    cause,
    'The queue',
    'Delete clips or models here, or free space on the device, then press again.',
  );
