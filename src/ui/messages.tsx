import type { VNode } from 'preact';
import type { Notice } from '../state/notices.ts';
import { ErrorCard } from './error-card.tsx';
import { CloseIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import type { Texts } from './texts/texts.ts';

/**
 * What belongs beside the form: what is wrong with it, or what a file brought. Above the button, so that it is seen; one
 * at a time, so that the form is seen as well.
 */
export function Messages(): VNode {
  const studio = useStudio();
  const problem = studio.problem.value;
  const notice = studio.notice.value;
  return (
    <div class="messages">
      {problem ? (
        <ErrorCard error={problem} onDismiss={() => studio.dismissProblem()} />
      ) : (
        notice && <NoticeCard notice={notice} />
      )}
    </div>
  );
}

const sentence = <Id extends Notice['id']>(texts: Texts, notice: Extract<Notice, { id: Id }>): string =>
  (texts.notices[notice.id as Id] as (notice: Extract<Notice, { id: Id }>) => string)(notice);

function NoticeCard({ notice }: { readonly notice: Notice }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  return (
    <div class="card notice" data-notice={notice.id}>
      <p>{sentence(texts, notice)}</p>
      <button
        type="button"
        class="round"
        aria-label={texts.actions.dismiss}
        onClick={() => studio.dismissNotice()}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
