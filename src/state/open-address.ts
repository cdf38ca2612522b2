import { jobTextFromFragment } from '../protocol/job-address.ts';
import type { Studio } from './studio.ts';

/**
 * Sets the studio from the job in an address, as from a job file: nothing is started, and what cannot be read is said beside
 * the form. Never rejects.
 * @param fragment of the address, with its `#`; one without a job changes nothing.
 */
export async function openFragment(studio: Studio, fragment: string): Promise<void> {
  let text: string | null = '';
  try {
    text = jobTextFromFragment(fragment);
  } catch {
    // Damaged: an empty job file is refused in the same words.
  }
  if (text !== null) await studio.open(new Blob([text], { type: 'application/json' }), 'job.json');
}
