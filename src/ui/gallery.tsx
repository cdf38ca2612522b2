import type { VNode } from 'preact';
import { useStudio, useTexts } from './studio-context.tsx';
import { useLazy } from './use-lazy.ts';

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
  const dialog = useLazy(
    gallery.isShown.value,
    () => import('./gallery-dialog.tsx'),
    (error) => gallery.fail(error),
  );
  return dialog && <dialog.GalleryDialog />;
}
