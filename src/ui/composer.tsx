import type { VNode } from 'preact';
import { Advanced } from './advanced.tsx';
import { AspectPicker } from './aspect-picker.tsx';
import { CameraField } from './camera-field.tsx';
import { LengthField } from './length-field.tsx';
import { Messages } from './messages.tsx';
import { PictureWell } from './picture-well.tsx';
import { PromptField } from './prompt-field.tsx';
import { SceneField } from './scene-field.tsx';
import { SeedField } from './seed-field.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Identifier of the button that starts a clip; focus returns to it. */
export const GENERATE_ID = 'generate';

/** Everything that is asked before a clip is made. */
export function Composer(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const queue = studio.queue.value;
  const isTaken = queue ? queue.isTaken.value : studio.isRunning.value;
  const words = studio.board.isFilm.value ? texts.board : texts.actions;
  return (
    <form
      class="composer"
      aria-label={texts.page.composer}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void studio.generate();
      }}
    >
      <SceneField />
      <PromptField />
      <PictureWell />
      <AspectPicker />
      <div class="triple">
        <LengthField />
        <CameraField />
        <SeedField />
      </div>
      <Advanced />
      <div class="go">
        <Messages />
        {/* Stays focusable while a clip is made, so that the keyboard does not lose its place. */}
        <button id={GENERATE_ID} class="primary large" type="submit" aria-disabled={isTaken && !queue}>
          {isTaken && queue ? texts.actions.enqueue : words.generate}
        </button>
      </div>
      <p class="promise">
        {texts.page.promise} <kbd>{texts.actions.shortcut}</kbd>
      </p>
    </form>
  );
}
