import type { VNode } from 'preact';
import { CutField } from './cut-field.tsx';
import { MadeAgain } from './made-again.tsx';
import { useStudio } from './studio-context.tsx';
import { TakeTools } from './take-tools.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';

/** What can be done with the selected segment beyond its place among the others. */
export function SegmentTools(): VNode {
  const { board, language } = useStudio();
  const texts = TAKES_TEXTS[language.value];
  return (
    <section class="segment-tools" aria-label={texts.label(board.selected.value + 1)}>
      <MadeAgain />
      <TakeTools />
      <CutField />
    </section>
  );
}
