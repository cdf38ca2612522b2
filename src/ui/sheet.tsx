import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CloseIcon } from './icons.tsx';

/** A list that lies over the page until it is closed: by its button, Escape or a press beside it. */
export function Sheet(props: {
  /** Begins the identifiers of its parts. */
  readonly id: string;
  readonly title: string;
  readonly close: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): VNode {
  const { id, title, close, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.setAttribute('closedby', 'any'); // where the browser knows it
    shown?.showModal();
    return () => shown?.close(); // gives the focus back, however the list is put away
  }, []);
  return (
    <dialog ref={dialog} class="models" aria-labelledby={`${id}-title`} onClose={onClose}>
      <div class="models-sheet">
        <header class="models-head">
          <h2 id={`${id}-title`}>{title}</h2>
          <button type="button" class="round" aria-label={close} onClick={() => dialog.current?.close()}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
