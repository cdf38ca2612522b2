import type { VNode } from 'preact';
import type { AppError } from '../../core/errors.ts';
import { ERRORS_EN } from '../texts/errors-en.ts';
import { ERRORS_ZH } from '../texts/errors-zh.ts';
import { fillDetail } from '../texts/texts.ts';
import { useWidget, useWidgetTexts } from './widget-context.tsx';

/** What went wrong, in the visitor's language where there is a sentence for it. */
export function WidgetProblem({ error }: { readonly error: AppError }): VNode {
  const texts = useWidgetTexts();
  const { title, text } = (useWidget().language === 'zh' ? ERRORS_ZH : ERRORS_EN)[error.code];
  return (
    <div class="card error" data-code={error.code}>
      <h2>{title}</h2>
      {text === null ? (
        <p lang="en">{error.message}</p>
      ) : (
        <>
          <p>{fillDetail(text, error.detail)}</p>
          <details>
            <summary>{texts.details}</summary>
            <p lang="en">{error.message}</p>
          </details>
        </>
      )}
    </div>
  );
}
