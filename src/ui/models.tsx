import type { VNode } from 'preact';
import { useStudio, useTexts } from './studio-context.tsx';
import { useLazy } from './use-lazy.ts';

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
  const dialog = useLazy(
    studio.isChoosingModel.value,
    () => import('./models-dialog.tsx'),
    (error) => studio.failToChooseModel(error),
  );
  return dialog && <dialog.ModelsDialog />;
}
