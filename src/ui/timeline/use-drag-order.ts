import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** A finger that rests so long takes the part; before that it scrolls. */
const LONG_PRESS_MS = 400;
/** A hand trembles: less is no movement, CSS pixels. */
const TREMBLE = 6;
/** Near the edge of the view it scrolls by so much at every movement, CSS pixels. */
const EDGE = 32;
const EDGE_STEP = 14;

interface Drag {
  readonly item: HTMLElement;
  readonly from: number;
  readonly pointer: number;
  readonly x: number;
  readonly scroll: number;
  to: number;
  isMoving: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Lets the items of a list be put in another order: dragged by the mouse, or by a finger that has rested on one.
 * @param onDrop called once at the end if the place is another. The list is then to be drawn anew.
 */
export function useDragOrder(
  list: RefObject<HTMLElement | null>,
  view: RefObject<HTMLElement | null>,
  onDrop: (from: number, to: number) => void,
): void {
  useEffect(() => {
    if (!list.current || !view.current) return;
    return listen(list.current, view.current, onDrop);
  }, [list, view, onDrop]);
}

function listen(
  list: HTMLElement,
  view: HTMLElement,
  onDrop: (from: number, to: number) => void,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let drag: Drag | null = null;
  const items = (): HTMLElement[] => [...list.children] as HTMLElement[];

  const begin = (): void => {
    if (!drag) return;
    drag.isMoving = true;
    drag.item.classList.add('dragged');
    list.classList.add('ordering');
    if (list.isConnected) drag.item.setPointerCapture(drag.pointer);
  };
  const move = (x: number): void => {
    if (!drag) return;
    const { item, from } = drag;
    const edges = view.getBoundingClientRect();
    if (x < edges.left + EDGE) view.scrollLeft -= EDGE_STEP;
    if (x > edges.right - EDGE) view.scrollLeft += EDGE_STEP;
    const by = x - drag.x + view.scrollLeft - drag.scroll;
    const middle = item.offsetLeft + item.offsetWidth / 2 + by;
    const others = items().filter((one) => one !== item);
    drag.to = others.filter((one) => one.offsetLeft + one.offsetWidth / 2 < middle).length;
    item.style.transform = `translateX(${by}px)`;
    others.forEach((one, place) => {
      const shift = place >= from && place < drag!.to ? -1 : place < from && place >= drag!.to ? 1 : 0;
      one.style.transform = shift === 0 ? '' : `translateX(${shift * item.offsetWidth}px)`;
    });
  };
  const end = (isDropped: boolean): void => {
    if (!drag) return;
    clearTimeout(drag.timer);
    const { from, to, isMoving, item } = drag;
    drag = null;
    if (!isMoving) return;
    item.classList.remove('dragged');
    list.classList.remove('ordering');
    for (const one of items()) one.style.transform = '';
    // The press that ends a drag chooses nothing.
    const swallow = (event: Event): void => event.stopPropagation();
    list.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => list.removeEventListener('click', swallow, { capture: true }));
    if (isDropped && to !== from) onDrop(from, to);
  };

  list.addEventListener(
    'pointerdown',
    (event) => {
      const item = items().find((one) => one.contains(event.target as Node));
      if (drag || !item || event.button !== 0 || !event.isPrimary) return;
      const from = items().indexOf(item);
      const [pointer, x, scroll] = [event.pointerId, event.clientX, view.scrollLeft];
      const timer = event.pointerType === 'mouse' ? undefined : setTimeout(begin, LONG_PRESS_MS);
      drag = { item, from, to: from, pointer, x, scroll, isMoving: false, timer };
    },
    { signal },
  );
  list.addEventListener(
    'pointermove',
    (event) => {
      if (!drag || event.pointerId !== drag.pointer) return;
      const far = Math.abs(event.clientX - drag.x) > TREMBLE;
      if (!drag.isMoving && far && drag.timer === undefined) begin();
      else if (!drag.isMoving && far) end(false); // it scrolls
      if (drag?.isMoving) move(event.clientX);
    },
    { signal },
  );
  list.addEventListener('pointerup', () => end(true), { signal });
  list.addEventListener('pointercancel', () => end(false), { signal });
  const hold = (event: Event): void => {
    if (drag?.isMoving) event.preventDefault();
  };
  // Scrolling, and the menu of a long press, would take the finger away.
  list.addEventListener('touchmove', hold, { signal, passive: false });
  list.addEventListener('contextmenu', hold, { signal });
  list.addEventListener('dragstart', (event) => event.preventDefault(), { signal });
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !drag?.isMoving) return;
      event.preventDefault(); // nothing else is cancelled by it
      end(false);
    },
    { signal, capture: true },
  );
  return () => {
    end(false);
    stop.abort();
  };
}
