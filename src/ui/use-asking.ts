import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/**
 * A question in the place of the button that was pressed. The focus goes to what replaces it, to and fro: to what carries `data-asks`
 * inside of `place`. That is the answer which deletes nothing: a key that is held down presses again.
 */
export function useAsking(): {
  readonly isAsking: boolean;
  readonly setAsking: (isAsking: boolean) => void;
  readonly place: RefObject<HTMLDivElement | null>;
} {
  const [isAsking, setAsking] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const was = useRef(false);
  useLayoutEffect(() => {
    if (was.current !== isAsking) place.current?.querySelector<HTMLElement>('[data-asks]')?.focus();
    was.current = isAsking;
  }, [isAsking]);
  return { isAsking, setAsking, place };
}

/** Gives the focus to the head of the list that stands open, if what had it went with what was done. */
export async function keepFocus(work: () => unknown): Promise<void> {
  await work();
  requestAnimationFrame(() => {
    if (!document.activeElement?.closest('dialog'))
      document.querySelector<HTMLElement>('dialog[open] .models-head button')?.focus();
  });
}
