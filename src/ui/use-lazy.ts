import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/**
 * What is fetched only once it is needed: a component, say.
 * @param fetch is called once; after a failure again when it is next needed.
 * @returns null until it is there, and while it is not needed.
 */
export function useLazy<T>(
  isNeeded: boolean,
  fetch: () => Promise<T>,
  onFail: (error: unknown) => void,
): T | null {
  const loaded = useMemo(() => signal<{ readonly it: T } | null>(null), []);
  useEffect(() => {
    if (isNeeded && !loaded.value)
      fetch().then((it) => {
        loaded.value = { it };
      }, onFail);
  }, [isNeeded, loaded]); // the functions are new each time and do the same
  return isNeeded ? (loaded.value?.it ?? null) : null;
}
