// A job in the part of an address behind `#`, which browsers send to no server: how a frame hands it to a tab.
import { AppError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';

const NAME = 'job=';
/** Longest fragment that is read; a job of 500 characters has some 3,000. */
const MAX_LENGTH = 100_000;

/** The fragment, with its `#`. A picture stays behind: only that there is one is said. */
export function jobToFragment(job: Job): string {
  const bytes = new TextEncoder().encode(JSON.stringify(job));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `#${NAME}${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * The JSON text in a fragment, not parsed yet: anybody may have written the address.
 * @returns null if the fragment holds no job.
 * @throws {AppError} `input/job` if it is too long or damaged.
 */
export function jobTextFromFragment(fragment: string): string | null {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith(NAME)) return null;
  const base64 = text.slice(NAME.length).replaceAll('-', '+').replaceAll('_', '/');
  try {
    if (base64.length > MAX_LENGTH) throw new Error(`${base64.length} characters`);
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('input/job', 'The settings in the address are damaged or were cut off.', { cause });
  }
}
