import type { VNode } from 'preact';
import type { AppError } from '../core/errors.ts';
import { ErrorWords } from './error-words.tsx';
import { useTexts } from './studio-context.tsx';

/** What stopped a download, a check or an import. What helps is the button below it: go on, remove, import. */
export function ModelProblem(props: { readonly error: AppError; readonly onDismiss: () => void }): VNode {
  const { error, onDismiss } = props;
  const texts = useTexts();
  const { title } = texts.errors[error.code];
  return (
    <div class="card error" role="alert" data-code={error.code}>
      <h4>{title}</h4>
      <ErrorWords error={error} />
      <button type="button" class="link" onClick={onDismiss}>
        {texts.actions.dismiss}
      </button>
    </div>
  );
}
