import type { Surroundings } from './embed-policy.ts';

/** The parts of a window that tell what is around it. */
export interface FramedScope {
  /** `ancestorOrigins`: Chromium and Safari. */
  readonly location: { readonly origin: string; readonly ancestorOrigins?: ArrayLike<string> };
  readonly document: { readonly referrer: string };
  readonly parent: unknown;
}

/**
 * What pages are around this one. Where the browser does not list them, the address that the frame was opened from names
 * the nearest, if that page lets it.
 */
export function findSurroundings(scope: FramedScope): Surroundings {
  const { origin: own, ancestorOrigins } = scope.location;
  if (scope.parent === scope) return { own, ancestors: [] };
  if (ancestorOrigins) return { own, ancestors: Array.from(ancestorOrigins) };
  try {
    return { own, ancestors: [new URL(scope.document.referrer).origin] };
  } catch {
    return { own, ancestors: [null] };
  }
}
