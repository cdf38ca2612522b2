/** A page that never rests must not wait forever, ms. */
const PATIENCE_MS = 3000;

/** Calls back once the page has been painted and has nothing to do. Returns what calls it off. */
export function whenIdle(callback: () => void): () => void {
  // Safari has no idle callbacks.
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(callback, 500);
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(callback, { timeout: PATIENCE_MS });
  return () => cancelIdleCallback(request);
}
