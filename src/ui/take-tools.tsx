import type { ComponentType, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { MOST_TAKES } from '../state/kept-extras.ts';
import { chooseTake, takeRefusal, takeState, takesOf } from '../state/takes.ts';
import { useStudio } from './studio-context.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';

/** The takes of the selected segment: which one is in use, another one, and all side by side. */
export function TakeTools(): VNode {
  const studio = useStudio();
  const { board, form, language } = studio;
  const texts = TAKES_TEXTS[language.value].takes;
  const takes = takesOf(board);
  const current = board.segments.value[board.selected.value]!.id;
  const why = takeRefusal(board);
  const hint = { new: texts.newHint, locked: texts.lockedHint, most: texts.mostHint(MOST_TAKES) };
  const canMake = why === null && !studio.isRunning.value;
  return (
    <div class="take-tools">
      {takes.length > 1 &&
        takes.map((take) => {
          const isInUse = take.id === current;
          const state = texts.states[takeState(board, take, form.picture.value?.file ?? null)];
          return (
            <button
              key={take.id}
              type="button"
              class="secondary small"
              aria-pressed={isInUse}
              aria-label={
                isInUse ? `${texts.take(take.take)}, ${texts.inUse}` : texts.choose(take.take, state)
              }
              onClick={() => chooseTake(board, take.id)}
            >
              {texts.take(take.take)}
            </button>
          );
        })}
      <button
        type="button"
        class="secondary small"
        aria-disabled={!canMake}
        aria-describedby="take-hint"
        onClick={() => canMake && void studio.makeTake()}
      >
        {texts.another}
      </button>
      {takes.length > 1 && <CompareButton />}
      {why && (
        <p id="take-hint" class="hint">
          {hint[why]}
        </p>
      )}
    </div>
  );
}

/** Opens the comparison, whose code is fetched then. */
function CompareButton(): VNode {
  const studio = useStudio();
  const [Dialog, setDialog] = useState<ComponentType<{ readonly onClose: () => void }> | null>(null);
  return (
    <>
      <button
        type="button"
        class="secondary small"
        aria-haspopup="dialog"
        onClick={() =>
          import('./compare-dialog.tsx').then(
            ({ CompareDialog }) => setDialog(() => CompareDialog),
            (error: unknown) => studio.refuse(error),
          )
        }
      >
        {TAKES_TEXTS[studio.language.value].takes.compare}
      </button>
      {Dialog && <Dialog onClose={() => setDialog(null)} />}
    </>
  );
}
