import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { assertNever } from '../core/errors.ts';
import { isOnProcessor, type JobState } from '../state/job-state.ts';
import { BoardsPlace } from './boards-place.tsx';
import { GENERATE_ID } from './composer.tsx';
import { ErrorCard } from './error-card.tsx';
import { Filmstrip } from './filmstrip.tsx';
import { Frame } from './frame.tsx';
import { GalleryButton } from './gallery.tsx';
import { LifeCard } from './life-card.tsx';
import { prefersStill } from './motion.ts';
import { loadPlayer, PlayerPlace } from './player-place.tsx';
import { Poster } from './poster.tsx';
import { Running } from './running.tsx';
import { lateViews, useStudio, useTexts } from './studio-context.tsx';
import { SupportCard } from './support-card.tsx';
import { TimelinePlace } from './timeline-place.tsx';

/** Where the clip appears: the frame, and below it what can be said and done about it. */
export function Stage(): VNode {
  const texts = useTexts();
  const studio = useStudio();
  const job = studio.maker.state.value;
  const Queue = lateViews.value?.Queue;
  const section = useRef<HTMLElement>(null);
  useStageFocus(section.current, job.status);
  useEffect(() => {
    if (job.status === 'running') loadPlayer().catch(() => {}); // tried again when there is something to play
  }, [job.status]);
  return (
    <section
      ref={section}
      class={`stage ${job.status} ${isOnProcessor(job) ? 'calm' : ''}`}
      aria-label={texts.page.stage}
      data-status={job.status}
    >
      <StageContent job={job} />
      {Queue && <Queue />}
      <TimelinePlace />
      <BoardsPlace />
      <LifeCard />
      <Filmstrip />
      <GalleryButton />
    </section>
  );
}

function StageContent({ job }: { readonly job: JobState }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  switch (job.status) {
    case 'idle': {
      const shape = studio.form.shape.value ?? { width: 16, height: 9 };
      const { generate } = studio.board.isFilm.value ? texts.board : texts.actions;
      return (
        <>
          <Frame shape={shape}>
            <Poster />
          </Frame>
          <div class="below quiet">
            <p class="lead">{texts.stage.empty}</p>
            <p class="hint">{texts.stage.emptyHint(generate)}</p>
          </div>
          <div class="below">
            <SupportCard />
          </div>
        </>
      );
    }
    case 'running':
      return <Running job={job} />;
    case 'done':
      return <PlayerPlace clip={job.clip} />;
    case 'failed':
      return (
        <>
          <Frame shape={job.shape}>
            <Poster />
          </Frame>
          <div class="below">
            <ErrorCard error={job.error} onDismiss={() => studio.maker.dismiss()} />
          </div>
        </>
      );
    case 'cancelled':
      return (
        <>
          <Frame shape={job.shape}>
            <Poster />
          </Frame>
          <div class="below quiet">
            <p class="lead">{texts.stage.cancelled}</p>
            <p class="hint">{texts.stage.cancelledHint}</p>
          </div>
        </>
      );
    default:
      return assertNever(job);
  }
}

/**
 * Brings the stage into view when a clip starts on a narrow screen, and gives the focus back when the control that had
 * it is gone.
 */
function useStageFocus(section: HTMLElement | null, status: JobState['status']): void {
  useEffect(() => {
    if (!section) return;
    const { top } = section.getBoundingClientRect();
    if (status === 'running' && (top < 0 || top > innerHeight / 2)) {
      section.scrollIntoView({ behavior: prefersStill() ? 'auto' : 'smooth', block: 'start' });
    }
    if (status === 'running' || status === 'idle' || document.activeElement !== document.body) return;
    const next =
      status === 'failed'
        ? section.querySelector<HTMLElement>('.card button')
        : document.getElementById(GENERATE_ID);
    next?.focus({ preventScroll: true });
  }, [section, status]);
}
