import { AppError } from '../core/errors.ts';

/**
 * Fetches the deployment's policy, which lies beside the page and nowhere else.
 * @param page address of the page.
 * @returns as it is written, to be parsed.
 * @throws {AppError} `embed/policy` if it cannot be read.
 */
export async function loadPolicy(page: string): Promise<unknown> {
  const address = new URL('./embed-policy.json', page);
  try {
    const answer = await fetch(address, { cache: 'no-cache' });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()) as unknown;
  } catch (cause) {
    const message = `embed-policy.json could not be read from ${address.origin}, so nobody is let in.`;
    throw new AppError('embed/policy', message, { cause });
  }
}
