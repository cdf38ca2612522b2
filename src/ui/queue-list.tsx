import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { shownSeconds, titleOf } from '../core/job.ts';
import type { JobQueue, MakingElsewhere, QueuedJob } from '../state/job-queue.ts';
import { ErrorWords } from './error-words.tsx';
import { CloseIcon } from './icons.tsx';
import { PROMPT_ID } from './prompt-field.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { QUEUE_TEXTS, type QueueTexts } from './texts/queue-texts.ts';

/** The jobs that wait, in order, and what another tab is at. */
export function QueueList(): VNode | null {
  const queue = useStudio().queue.value;
  return queue && (queue.jobs.value.length > 0 || queue.elsewhere.value) ? <Shown queue={queue} /> : null;
}

function Shown({ queue }: { readonly queue: JobQueue }): VNode {
  const texts = QUEUE_TEXTS[useStudio().language.value];
  const jobs = queue.jobs.value;
  const elsewhere = queue.elsewhere.value;
  const isStopped = !queue.isTaken.value || (elsewhere ? elsewhere.paused : queue.pause.value !== null);
  const list = useRef<HTMLOListElement>(null);
  /** Where the focus belongs once the list has been drawn anew: the job and the name of its button. */
  const focus = useRef<readonly [id: string, action: string] | null>(null);
  const order = jobs.map(({ id }) => id).join();
  useLayoutEffect(() => {
    const [id, action] = focus.current ?? [];
    focus.current = null;
    const item = list.current?.querySelector(`[data-job="${id}"]`);
    item?.querySelector<HTMLElement>(`[data-action="${action}"]`)?.focus();
  }, [order]);
  return (
    <section class="queue" aria-label={texts.title}>
      {elsewhere && <Elsewhere queue={queue} making={elsewhere} texts={texts} />}
      {jobs.length > 0 && (
        <>
          <div class="queue-head">
            <h2>{texts.title}</h2>
            <button
              type="button"
              class="secondary small"
              onClick={() => (isStopped ? void queue.goOn() : queue.pauseNow())}
            >
              {isStopped ? texts.goOn : texts.pause}
            </button>
          </div>
          <p class="hint" data-queue={queue.pause.value}>
            {reason(queue, texts)}
          </p>
          <ol ref={list}>
            {jobs.map((job, index) => (
              <Waiting
                key={job.id}
                queue={queue}
                job={job}
                isFirst={index === 0}
                isLast={index + 1 === jobs.length}
                onMove={(action) => {
                  focus.current = [job.id, action];
                }}
                onRemove={() => {
                  const next = jobs[index + 1] ?? jobs[index - 1];
                  focus.current = next ? [next.id, 'remove'] : null;
                  if (!next) document.getElementById(PROMPT_ID)?.focus({ preventScroll: true }); // the list goes with it
                  void queue.remove(job.id);
                }}
                texts={texts}
              />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function reason(queue: JobQueue, texts: QueueTexts): string {
  const elsewhere = queue.elsewhere.value;
  const pause = queue.pause.value;
  if (queue.isTaken.value) {
    if (elsewhere ? elsewhere.paused : pause === 'asked') return texts.pausing;
    if (pause === null || elsewhere) return texts.waiting(queue.jobs.value.length);
  }
  return pause === null ? texts.stopped : texts[pause];
}

function Waiting(props: {
  readonly queue: JobQueue;
  readonly job: QueuedJob;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onMove: (action: string) => void;
  readonly onRemove: () => void;
  readonly texts: QueueTexts;
}): VNode {
  const { queue, job, isFirst, isLast, onMove, onRemove, texts } = props;
  const { errors } = useTexts();
  const { segments } = job.job;
  const title = titleOf(job.job) || texts.noWords;
  const seconds = segments.reduce((sum, segment) => sum + shownSeconds(segment), 0);
  const problem = queue.problems.value.get(job.id);
  const move = (action: string, by: number): void => {
    onMove(action);
    void queue.move(job.id, by);
  };
  return (
    <li data-job={job.id}>
      <div class="queue-job">
        <span class="queue-title" dir="auto">
          {title}
        </span>
        <span class="hint">{texts.facts(segments.length, Math.round(10 * seconds) / 10, job.modelName)}</span>
      </div>
      <span class="queue-tools">
        <button
          type="button"
          class="round"
          data-action="earlier"
          aria-label={texts.earlier(title)}
          aria-disabled={isFirst}
          onClick={() => !isFirst && move('earlier', -1)}
        >
          <span aria-hidden="true">↑</span>
        </button>
        <button
          type="button"
          class="round"
          data-action="later"
          aria-label={texts.later(title)}
          aria-disabled={isLast}
          onClick={() => !isLast && move('later', 1)}
        >
          <span aria-hidden="true">↓</span>
        </button>
        <button
          type="button"
          class="round"
          data-action="remove"
          aria-label={texts.remove(title)}
          onClick={onRemove}
        >
          <CloseIcon />
        </button>
      </span>
      {problem && (
        <div class="queue-problem" data-problem={problem.code}>
          <b>{errors[problem.code].title}</b>
          <ErrorWords error={problem} />
        </div>
      )}
    </li>
  );
}

function Elsewhere(props: {
  readonly queue: JobQueue;
  readonly making: MakingElsewhere;
  readonly texts: QueueTexts;
}): VNode {
  const { queue, making, texts } = props;
  const { board, actions } = useTexts();
  const { job, title, index, count, fraction } = making;
  const name = `${job} ${title}`;
  /** The film whose end was asked for; the next one in that tab is another. */
  const [stopping, setStopping] = useState<string | null>(null);
  const isStopping = stopping === name;
  const percent = `${Math.round(100 * fraction)} %`;
  return (
    <div class="card queue-elsewhere">
      <h2>{texts.elsewhere}</h2>
      {title && <p dir="auto">{title}</p>}
      <progress aria-label={texts.progress} max={1} value={fraction} />
      <p class="phase">{count > 1 ? `${board.progress(index + 1, count)} · ${percent}` : percent}</p>
      <p class="hint">{texts.elsewhereHint}</p>
      {title && (
        <button
          type="button"
          class="secondary small"
          aria-disabled={isStopping}
          onClick={() => {
            if (isStopping) return;
            setStopping(name);
            queue.cancelElsewhere();
          }}
        >
          {isStopping ? actions.cancelling : actions.cancel}
        </button>
      )}
    </div>
  );
}
