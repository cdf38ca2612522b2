import type { VNode } from 'preact';
import { useStudio } from './studio-context.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';

/** Which segments have to be made again, and one press that does; nothing while all fit. */
export function MadeAgain(): VNode | null {
  const studio = useStudio();
  const { again } = TAKES_TEXTS[studio.language.value];
  const parts = studio.board.states.value.flatMap((state, i) =>
    state === 'outdated' || state === 'based' ? [i + 1] : [],
  );
  if (parts.length === 0 || studio.isRunning.value) return null;
  return (
    <p class="made-again">
      {again.lead(parts)}{' '}
      <button type="button" class="secondary small" onClick={() => void studio.generate()}>
        {again.press(parts.length)}
      </button>
    </p>
  );
}
