import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useStudio, useTexts } from './studio-context.tsx';

/** Opens the list of models; says which one is in use. */
export function ModelsButton(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  return (
    <button
      type="button"
      class="chip models-button"
      aria-haspopup="dialog"
      onClick={() => void studio.chooseModel()}
    >
      {texts.models.open(studio.manifest.name)}
    </button>
  );
}

/** The list itself, whose code is fetched when it is first opened. */
export function Models(): VNode | null {
  const studio = useStudio();
  const loaded = useMemo(() => signal<ComponentType | null>(null), []);
  const isOpen = studio.isChoosingModel.value;
  useEffect(() => {
    if (isOpen && !loaded.value)
      import('./models-dialog.tsx').then(
        ({ ModelsDialog }) => {
          loaded.value = ModelsDialog;
        },
        (error: unknown) => studio.failToChooseModel(error),
      );
  }, [isOpen, loaded, studio]);
  const Dialog = loaded.value;
  return isOpen && Dialog ? <Dialog /> : null;
}
