import type { VNode } from 'preact';
import type { AppError } from '../core/errors.ts';
import { useTexts } from './studio-context.tsx';
import { fillDetail } from './texts/texts.ts';

/** What stopped a download, a check or an import. What helps is the button below it: go on, remove, import. */
export function ModelProblem(props: { readonly error: AppError; readonly onDismiss: () => void }): VNode {
  const { error, onDismiss } = props;
  const texts = useTexts();
  const { title, text } = texts.errors[error.code];
  return (
    <div class="card error" role="alert" data-code={error.code}>
      <h4>{title}</h4>
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
      <button type="button" class="link" onClick={onDismiss}>
        {texts.actions.dismiss}
      </button>
    </div>
  );
}
