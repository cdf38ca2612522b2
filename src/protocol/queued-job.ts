// A job that waits for its turn, as it is kept on the device: anything may have happened to it since it was written.

import type { Job } from '../core/job.ts';
import type { DeviceChoice, GenerateRequest } from './engine-api.ts';
import { Fields } from './fields.ts';
import { parseJob } from './job-file.ts';

/** Most jobs that wait: more than anybody watches, and each is read at every change. */
export const MAX_QUEUED = 50;

/** A job that waits; its picture lies beside it. */
export interface QueuedJob {
  /** 1 to 40 characters of `a-z 0-9 -`; later ones sort behind earlier ones. */
  readonly id: string;
  readonly job: Job;
  /** What the model is called: it may be gone when the turn comes. */
  readonly modelName: string;
  readonly device: DeviceChoice;
  readonly visibleLabel: boolean;
  /** The storyboard that it is made for, as in {@link GenerateRequest.board}. */
  readonly board?: string;
  /** The beginning of a storyboard only: no film to keep. */
  readonly isPart: boolean;
}

const VERSION = 1;
/** Not the page's own list: it would become a file of its own, fetched before the first press. */
const DEVICES: Readonly<Record<DeviceChoice, true>> = { auto: true, webgpu: true, wasm: true };

/** What is written of a job; its name is the folder's. */
export const queuedJobText = ({ id: _, ...queued }: QueuedJob): string =>
  JSON.stringify({ version: VERSION, ...queued });

/**
 * Reads what {@link queuedJobText} wrote.
 * @throws {AppError} `input/job` for anything else.
 */
export function parseQueuedJob(id: string, value: unknown): QueuedJob {
  const from = new Fields(value, 'queued', 'input/job');
  from.number('version', { min: VERSION, max: VERSION });
  const board = from.optional('board', (name) => from.text(name, 80));
  return {
    id,
    job: parseJob(from.raw('job')),
    modelName: from.text('modelName', 200),
    device: from.choice('device', Object.keys(DEVICES) as DeviceChoice[]),
    visibleLabel: from.flag('visibleLabel'),
    ...(board !== undefined && { board }),
    isPart: from.optional('isPart', (name) => from.flag(name)) ?? false, // absent: a whole one
  };
}
