import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { clipOutlook, type OutlookModel } from '../state/clip-outlook.ts';
import { useStudio } from './studio-context.tsx';
import { OUTLOOK_TEXTS, outlookInWords } from './texts/outlook-texts.ts';

/** How long a clip of a model takes here and how that is known, or a way to find out. */
export function ClipOutlook({ model }: { readonly model: OutlookModel }): VNode {
  const studio = useStudio();
  const language = studio.language.value;
  const [, look] = useState(0);
  useEffect(() => {
    // The page that measures is another tab: what it keeps is heard of here.
    const again = (): void => look((times) => times + 1);
    addEventListener('storage', again);
    return () => removeEventListener('storage', again);
  }, []);
  const outlook = clipOutlook(model, studio.gpu.value, studio.store);
  return (
    <p class="hint" data-outlook={outlook.kind}>
      {outlookInWords(outlook, model.limits.seconds.default, language)}{' '}
      {outlook.kind === 'unmeasured' && (
        <a href="./bench.html" target="_blank" rel="noopener">
          {OUTLOOK_TEXTS[language].measure}
        </a>
      )}
    </p>
  );
}
