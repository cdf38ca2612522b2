import type { VNode } from 'preact';
import type { Notice } from '../state/notices.ts';
import { typicalSeconds } from '../state/support.ts';
import { ErrorCard } from './error-card.tsx';
import { CloseIcon, InfoIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import type { Texts } from './texts/texts.ts';

/** What belongs beside the form: what is wrong with it, what a file brought, what this browser has. */
export function Messages(): VNode {
  const studio = useStudio();
  const problem = studio.problem.value;
  const notice = studio.notice.value;
  return (
    <div class="messages">
      {problem && <ErrorCard error={problem} onDismiss={() => studio.dismissProblem()} />}
      {notice && <NoticeCard notice={notice} />}
      <SupportCard />
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

function SupportCard(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const { support } = studio;
  if (support.missing.length > 0) {
    return (
      <div class="card error">
        <h3>{texts.support.missingTitle}</h3>
        {support.missing.map((what) => (
          <p key={what}>{texts.support.missing[what]}</p>
        ))}
      </div>
    );
  }
  if (support.webgpu) return null;
  const last = studio.maker.shelf.clips.value[0]?.report.seconds.total;
  return (
    <div class="card info">
      <InfoIcon />
      <div>
        <h3>{texts.support.noGpuTitle}</h3>
        <p>
          {texts.support.noGpu(typicalSeconds(support))} {!support.threads && texts.support.noThreads}{' '}
          {last !== undefined && texts.support.measured(last)}
        </p>
      </div>
    </div>
  );
}
