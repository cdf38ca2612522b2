import type { VNode } from 'preact';
import type { ShelfEntry } from '../state/model-shelf.ts';
import { planOf } from '../state/model-verdict.ts';
import { useStudio } from './studio-context.tsx';
import { MEMORY_TEXTS } from './texts/memory-texts.ts';
import { bytesInWords } from './texts/texts.ts';

const STAGES = ['text', 'condition', 'denoise', 'decode'] as const;

/** What each stage of a clip takes on a graphics card; only one is there at a time. */
export function MemoryStages({ model }: { readonly model: ShelfEntry['model'] }): VNode {
  const texts = MEMORY_TEXTS[useStudio().language.value];
  const plan = planOf(model);
  return (
    <details class="model-files">
      <summary>{texts.title}</summary>
      {STAGES.filter((stage) => plan[stage].total > 0).map((stage) => (
        <p key={stage} class="model-file">
          <span>{texts.stages[stage]}</span>
          <span>{bytesInWords(plan[stage].total)}</span>
        </p>
      ))}
      <p class="hint">{texts.note}</p>
    </details>
  );
}
