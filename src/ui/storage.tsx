import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { KeptStorage } from '../state/kept-storage.ts';
import { useLife, useTexts } from './studio-context.tsx';

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
  const loaded = useMemo(() => signal<ComponentType<{ readonly storage: KeptStorage }> | null>(null), []);
  const isOpen = storage?.isShown.value === true;
  useEffect(() => {
    if (isOpen && !loaded.value)
      import('./storage-dialog.tsx').then(
        ({ StorageDialog }) => {
          loaded.value = StorageDialog;
        },
        (error: unknown) => storage.fail(error),
      );
  }, [isOpen, loaded, storage]);
  const Dialog = loaded.value;
  return isOpen && Dialog ? <Dialog storage={storage} /> : null;
}
