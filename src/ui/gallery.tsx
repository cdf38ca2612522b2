import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useStudio, useTexts } from './studio-context.tsx';

/** Opens the list of kept films; there once one is kept. */
export function GalleryButton(): VNode | null {
  const { gallery } = useStudio();
  const { gallery: texts } = useTexts();
  const count = gallery.films.value.length;
  if (count === 0) return null;
  return (
    <p class="gallery-button">
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => void gallery.show()}>
        {texts.open(count)}
      </button>
    </p>
  );
}

/** The list itself, whose code is fetched when it is first opened. */
export function Gallery(): VNode | null {
  const { gallery } = useStudio();
  const loaded = useMemo(() => signal<ComponentType | null>(null), []);
  const isOpen = gallery.isShown.value;
  useEffect(() => {
    if (isOpen && !loaded.value)
      import('./gallery-dialog.tsx').then(
        ({ GalleryDialog }) => {
          loaded.value = GalleryDialog;
        },
        (error: unknown) => gallery.fail(error),
      );
  }, [isOpen, loaded, gallery]);
  const Dialog = loaded.value;
  return isOpen && Dialog ? <Dialog /> : null;
}
