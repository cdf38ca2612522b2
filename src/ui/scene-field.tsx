import type { VNode } from 'preact';
import { capField, MAX_FIELD_LENGTH } from '../state/form.ts';
import { useStudio, useTexts } from './studio-context.tsx';

/** What is there in every segment; there is none for a plain clip. */
export function SceneField(): VNode | null {
  const { form, board } = useStudio();
  const texts = useTexts();
  if (!board.isFilm.value && form.scene.value === '') return null;
  return (
    <div class="field">
      <label for="scene">{texts.board.scene}</label>
      <textarea
        id="scene"
        rows={2}
        dir="auto"
        maxLength={MAX_FIELD_LENGTH}
        placeholder={texts.board.scenePlaceholder}
        value={form.scene.value}
        onInput={(event) => {
          form.scene.value = capField(event.currentTarget.value);
        }}
      />
    </div>
  );
}
