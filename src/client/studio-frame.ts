import { checkSurroundings, parsePolicy } from '../protocol/embed-policy.ts';
import { findSurroundings } from '../protocol/page-surroundings.ts';
import { loadPolicy } from './load-policy.ts';

/** Whether the studio may run in the frame that it is in: the pages around are our own, or the deployment lists them all. Never rejects. */
export async function studioMayRun(scope: Window): Promise<boolean> {
  const surroundings = findSurroundings(scope as unknown as Parameters<typeof findSurroundings>[0]);
  try {
    checkSurroundings(surroundings, []);
    return true; // our own pages need no list
  } catch {
    // A page of somebody else is around.
  }
  try {
    checkSurroundings(surroundings, parsePolicy(await loadPolicy(scope.location.href)).studioEmbedders);
    return true;
  } catch {
    return false;
  }
}
