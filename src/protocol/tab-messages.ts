// What the tabs of this site say to each other about the one engine. Another version of the page may be open in another tab.

import { AppError } from '../core/errors.ts';
import { Fields } from './fields.ts';

/** Where a film is that another tab makes. */
export interface MakingElsewhere {
  /** Its name in the queue; null if it is not from there. */
  readonly job: string | null;
  readonly title: string;
  /** The segment that is being made, counted from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Of the whole film, 0 … 1. */
  readonly fraction: number;
  /** The queue does not go on after this one. */
  readonly paused: boolean;
}

/**
 * `who`: whoever makes a film is asked to say so. `changed`: the queue or the kept films; `made` names a job of the queue that was
 * finished. `pause` and `cancel`, of what is being made: to whoever works the queue.
 */
export type TabMessage =
  | { readonly type: 'who' }
  | { readonly type: 'changed'; readonly made?: string }
  | { readonly type: 'pause'; readonly paused: boolean }
  | { readonly type: 'cancel' }
  | { readonly type: 'making'; readonly making: MakingElsewhere };

/** A title is the beginning of somebody's words. */
const MAX_TITLE = 200;
const MAX_COUNT = 10_000;

/** @returns null for what is not one of ours. */
export function parseTabMessage(value: unknown): TabMessage | null {
  try {
    const from = new Fields(value, 'message', 'internal/invariant');
    const type = from.choice('type', ['who', 'changed', 'pause', 'cancel', 'making']);
    if (type === 'pause') return { type, paused: from.flag('paused') };
    const made = from.optional('made', (name) => from.text(name, 40));
    if (type === 'changed' && made !== undefined) return { type, made };
    return type === 'making' ? { type, making: parseMaking(from.raw('making')) } : { type };
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function parseMaking(value: unknown): MakingElsewhere {
  const from = new Fields(value, 'making', 'internal/invariant');
  return {
    job: from.raw('job') === null ? null : from.text('job', 40),
    title: from.text('title', 100 * MAX_TITLE).slice(0, MAX_TITLE),
    index: from.number('index', { min: 0, max: MAX_COUNT, whole: true }),
    count: from.number('count', { min: 1, max: MAX_COUNT, whole: true }),
    fraction: from.number('fraction', { min: 0, max: 1 }),
    paused: from.flag('paused'),
  };
}
