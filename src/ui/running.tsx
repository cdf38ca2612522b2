import type { VNode } from 'preact';
import type { RunningJob } from '../state/job-state.ts';
import { Frame } from './frame.tsx';
import { Poster } from './poster.tsx';
import { PreviewCanvas } from './preview-canvas.tsx';
import { useLife, useStudio, useTexts } from './studio-context.tsx';
import { Warnings } from './warnings.tsx';

/** A clip on its way: what it is becoming, how far it is, and a way out. */
export function Running({ job }: { readonly job: RunningJob }): VNode {
  const studio = useStudio();
  const life = useLife();
  const texts = useTexts();
  const { stage } = texts;
  const picture = studio.form.picture.value;
  const firstFrame = picture && picture.file === job.request.picture ? picture : null;
  const { steps } = job.request.job;
  const step = Math.min(steps, Math.floor((job.done / Math.max(1, job.total)) * steps) + 1);
  const { index, count, from } = job.segment;
  // Of a film each part comes out of the blur anew; parts are taken for equally long.
  const developed = count === 1 ? job.fraction : Math.min(1, (job.fraction - from) * count);
  const parts = [
    count === 1 ? null : texts.board.progress(index + 1, count),
    job.phase === 'picture' && index > 0 ? stage.pickingUp : stage.phases[job.phase],
    job.phase === 'denoise' && count === 1 ? stage.step(step, steps) : null,
    job.secondsLeft === null ? null : stage.timeLeft(job.secondsLeft),
  ];
  return (
    <>
      <Frame shape={job.shape}>
        {job.preview ? (
          <PreviewCanvas preview={job.preview} fraction={developed} />
        ) : firstFrame ? (
          <img
            class={`first-frame ${job.request.job.segments[0]?.picture?.fit ?? ''}`}
            src={firstFrame.thumbnailUrl}
            alt=""
          />
        ) : (
          <Poster />
        )}
        <div class="sheen" />
      </Frame>
      <div class="below running-facts">
        <progress aria-label={stage.progress} max={1} value={job.fraction} />
        <p class="phase">{parts.filter((part) => part !== null).join(' · ')}</p>
        <button
          type="button"
          class="secondary"
          aria-disabled={job.cancelling}
          onClick={() => studio.cancel()}
        >
          {job.cancelling ? texts.actions.cancelling : texts.actions.cancel} <kbd>Esc</kbd>
        </button>
        <Warnings warnings={job.warnings} />
        {life?.canAskForNotices.value && (
          <button type="button" class="link tell-me" onClick={() => void life.askForNotices()}>
            {texts.life.tellMe}
          </button>
        )}
      </div>
    </>
  );
}
