import type { VNode } from 'preact';
import { useLife, useTexts } from './studio-context.tsx';
import { useLazy } from './use-lazy.ts';

/** Opens the list of what is kept. */
export function StorageButton(): VNode {
  const life = useLife();
  const { storage: texts } = useTexts();
  return (
    <button type="button" class="link" aria-haspopup="dialog" onClick={() => void life?.storage.show()}>
      {texts.open}
    </button>
  );
}

/** The list itself, whose code is fetched when it is first opened. */
export function Storage(): VNode | null {
  const storage = useLife()?.storage;
  const dialog = useLazy(
    storage?.isShown.value === true,
    () => import('./storage-dialog.tsx'),
    (error) => storage?.fail(error),
  );
  return dialog && storage ? <dialog.StorageDialog storage={storage} /> : null;
}
