import { type ReadonlySignal, signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';

/** Mean width of a part before anybody has zoomed, CSS pixels: two pictures and its words. */
const DEFAULT_PART = 152;
/** At the largest every picture of a strip is seen. */
const LARGEST_PART = 720;
/** Left and right of the first and the last part, CSS pixels; as in the style sheet. */
const AROUND = 16;
/** How far one press goes. */
const STEP = 1.6;
/** Of a wheel's pixel: a notch of a mouse is about one press. */
const PER_WHEEL_PIXEL = 0.004;

/** How large the timeline is drawn. */
export interface Zoom {
  /** CSS pixels a second. */
  readonly scale: number;
  readonly canGrow: boolean;
  readonly canShrink: boolean;
  grow(): void;
  shrink(): void;
  /** All parts in view. */
  fit(): void;
}

/**
 * Zooms what scrolls in `view`: by presses, by the wheel with Ctrl, by two fingers. What is in the middle, or under the pointer, stays there.
 * @param seconds of the whole board. @param count of its parts, at least 1.
 */
export function useZoom(view: RefObject<HTMLElement | null>, seconds: number, count: number): Zoom {
  const state = useMemo(() => new ZoomState(), []);
  const smallest = Math.max(1, state.viewWidth.value) / count;
  const largest = Math.max(smallest, LARGEST_PART);
  const part = Math.min(largest, Math.max(smallest, state.part.value));
  const scale = (part * count) / seconds;
  state.set(scale, smallest, largest);
  useEffect(() => (view.current ? state.listen(view.current) : undefined), [state, view]);
  useLayoutEffect(() => state.keepPlace(view.current), [scale]);
  return {
    scale,
    canGrow: part < largest - 0.5,
    canShrink: part > smallest + 0.5,
    grow: () => state.by(STEP, view.current),
    shrink: () => state.by(1 / STEP, view.current),
    fit: () => state.by(0, view.current),
  };
}

class ZoomState {
  readonly #part = signal(DEFAULT_PART);
  readonly #viewWidth = signal(0);
  readonly part: ReadonlySignal<number> = this.#part;
  readonly viewWidth: ReadonlySignal<number> = this.#viewWidth;
  #now = { scale: 1, smallest: 1, largest: 1 };
  /** What is to stay where it is: seconds, and CSS pixels from the left edge of the view. */
  #anchor: { readonly seconds: number; readonly left: number } | null = null;

  set(scale: number, smallest: number, largest: number): void {
    this.#now = { scale, smallest, largest };
  }

  by(factor: number, view: HTMLElement | null, left = (view?.clientWidth ?? 0) / 2): void {
    const { scale, smallest, largest } = this.#now;
    const part = Math.min(largest, Math.max(smallest, this.#part.peek())); // two presses may come before it is drawn
    if (view) this.#anchor = { seconds: (view.scrollLeft + left) / scale, left };
    this.#part.value = Math.min(largest, Math.max(smallest, part * factor));
  }

  keepPlace(view: HTMLElement | null): void {
    if (view && this.#anchor) view.scrollLeft = this.#anchor.seconds * this.#now.scale - this.#anchor.left;
    this.#anchor = null;
  }

  listen(view: HTMLElement): () => void {
    const stop = new AbortController();
    const { signal: aborted } = stop;
    const leftOf = (x: number): number => x - view.getBoundingClientRect().left;
    const options = { passive: false, signal: aborted } as const;
    view.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault(); // the page's own zoom
        this.by(Math.exp(-event.deltaY * PER_WHEEL_PIXEL), view, leftOf(event.clientX));
      },
      options,
    );
    let distance = 0;
    const measure = ({ touches: [a, b] }: TouchEvent): { apart: number; middle: number } | null =>
      a && b
        ? {
            apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
            middle: leftOf((a.clientX + b.clientX) / 2),
          }
        : null;
    view.addEventListener(
      'touchstart',
      (event) => {
        distance = measure(event)?.apart ?? 0;
      },
      options,
    );
    view.addEventListener(
      'touchmove',
      (event) => {
        const fingers = measure(event);
        if (!fingers || distance === 0) return;
        event.preventDefault();
        this.by(fingers.apart / distance, view, fingers.middle);
        distance = fingers.apart;
      },
      options,
    );
    const sizes = new ResizeObserver(() => {
      this.#viewWidth.value = view.clientWidth - AROUND;
    });
    sizes.observe(view);
    this.#viewWidth.value = view.clientWidth - AROUND;
    return () => {
      stop.abort();
      sizes.disconnect();
    };
  }
}
