import type { VNode } from 'preact';
import { type AppError, assertNever } from '../core/errors.ts';
import type { Studio } from '../state/studio.ts';
import { ERROR_ACTIONS, type ErrorAction } from './error-actions.ts';
import { ErrorWords } from './error-words.tsx';
import { choosePicture } from './picture-well.tsx';
import { PROMPT_ID } from './prompt-field.tsx';
import { lateViews, useStudio, useTexts } from './studio-context.tsx';

/** What went wrong, in words, and the one thing that helps. */
export function ErrorCard(props: { readonly error: AppError; readonly onDismiss: () => void }): VNode {
  const { error, onDismiss } = props;
  const studio = useStudio();
  const texts = useTexts();
  const NoRoom = lateViews.value?.NoRoom;
  if (NoRoom && error.code === 'storage/full') return <NoRoom {...props} />;
  const { title } = texts.errors[error.code];
  const action = actionOf(error);
  return (
    <div class="card error" data-code={error.code}>
      <h2>{title}</h2>
      <ErrorWords error={error} />
      <div class="card-actions">
        <button type="button" class="secondary" onClick={() => act(studio, error, onDismiss)}>
          {texts.errorActions[action]}
        </button>
        {action !== 'dismiss' && (
          <button type="button" class="link" onClick={onDismiss}>
            {texts.actions.dismiss}
          </button>
        )}
      </div>
    </div>
  );
}

/** What stands in a file cannot be mended here. */
const actionOf = ({ code, detail }: AppError): ErrorAction =>
  detail.opened ? 'dismiss' : ERROR_ACTIONS[code];

function act(studio: Studio, error: AppError, onDismiss: () => void): void {
  const action = actionOf(error);
  switch (action) {
    case 'edit-prompt':
      document.getElementById(PROMPT_ID)?.focus();
      return;
    case 'choose-picture':
      choosePicture();
      return;
    case 'use-legal':
      studio.board.useLegal(error);
      onDismiss();
      return;
    case 'try-again':
      void studio.tryAgain(error);
      return;
    case 'use-wasm':
      void studio.tryAgain(error, 'wasm');
      return;
    case 'reload':
      location.reload();
      return;
    case 'dismiss':
      onDismiss();
      return;
    default:
      assertNever(action);
  }
}
