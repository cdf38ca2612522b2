import type { ComponentChildren, VNode } from 'preact';
import { assertNever } from '../../core/errors.ts';
import type { Clip, RunningJob } from '../../state/job-state.ts';
import type { AskedJob } from '../../state/widget.ts';
import { Frame } from '../frame.tsx';
import { AgainIcon, DownloadIcon, SparkIcon } from '../icons.tsx';
import { prefersStill } from '../motion.ts';
import { Poster } from '../poster.tsx';
import { siteName, useWidget, useWidgetTexts } from './widget-context.tsx';
import { WidgetPictureField } from './widget-picture.tsx';
import { WidgetPreview } from './widget-preview.tsx';
import { WidgetProblem } from './widget-problem.tsx';

const PROMPT_ID = 'prompt';

/** The picture and what can be done about it, whatever the clip is doing. */
export function WidgetStage(): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const asked = widget.asked.value;
  const job = widget.maker.state.value;
  if (asked && job.status !== 'running') return <Asked asked={asked} />;
  switch (job.status) {
    case 'idle':
      return <Invitation />;
    case 'running':
      return <Making job={job} />;
    case 'done':
      return <Made clip={job.clip} />;
    case 'failed':
      return (
        <Invitation>
          <WidgetProblem error={job.error} />
        </Invitation>
      );
    case 'cancelled':
      return (
        <Invitation>
          <p class="hint">{texts.cancelled}</p>
        </Invitation>
      );
    default:
      return assertNever(job);
  }
}

/** The poster with the words and the button: nothing is loaded until it is pressed. */
function Invitation({ children }: { readonly children?: ComponentChildren }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const problem = widget.problem.value;
  const isPossible = widget.capabilities.value.supported;
  const host = widget.host.value;
  const picture = widget.picture.value;
  return (
    <>
      <Frame shape={useWidgetShape()}>
        {picture ? (
          <img class="asked-picture" src={picture.thumbnailUrl} alt={texts.firstFrame} />
        ) : (
          <Poster />
        )}
      </Frame>
      <form
        class="widget-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isPossible) void widget.start();
        }}
      >
        <label for={PROMPT_ID}>{texts.prompt}</label>
        <textarea
          id={PROMPT_ID}
          rows={2}
          value={widget.prompt.value}
          placeholder={texts.placeholder}
          onInput={(event) => widget.setPrompt(event.currentTarget.value)}
        />
        {widget.takesPicture && <WidgetPictureField />}
        <ModelChoice />
        {children}
        {problem && <WidgetProblem error={problem} />}
        <button type="submit" class="primary large" aria-disabled={!isPossible} data-next>
          <SparkIcon />
          {texts.make}
        </button>
        {isPossible ? <Consent host={host} /> : <p class="hint wrong">{texts.unsupported}</p>}
      </form>
    </>
  );
}

/** Only where there is a choice: after the visitor has let the frame use downloads. */
function ModelChoice(): VNode | null {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const { models } = widget;
  if (models.length < 2) return null;
  return (
    <div class="field">
      <label for="model">{texts.model}</label>
      <select
        id="model"
        value={widget.model.value ?? models[0]?.id ?? ''}
        onChange={(event) => widget.chooseModel(event.currentTarget.value)}
      >
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Consent({ host }: { readonly host: string | null }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  return (
    <p class="hint">
      {texts.promise(widget.bytesNeeded)} {host !== null && texts.receives(siteName(host))}
    </p>
  );
}

/** A job of the page: shown in full, made only if the visitor wants it. */
function Asked({ asked }: { readonly asked: AskedJob }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const host = widget.host.value;
  const { job } = asked.order;
  const [segment] = job.segments;
  return (
    <>
      <Frame shape={useWidgetShape(job.aspect)}>
        {asked.picture ? (
          <img class="asked-picture" src={asked.picture.thumbnailUrl} alt={texts.firstFrame} />
        ) : (
          <Poster />
        )}
      </Frame>
      <div class="widget-form">
        <h2 class="asked-title">{texts.asks(siteName(host ?? ''))}</h2>
        <blockquote class="asked-prompt">{segment?.prompt || texts.noWords}</blockquote>
        <p class="hint">{texts.facts(segment?.seconds ?? 0, job.aspect)}</p>
        <div class="widget-actions">
          <button type="button" class="primary" data-next onClick={() => void widget.start()}>
            <SparkIcon />
            {texts.make}
          </button>
          <button type="button" class="secondary" onClick={() => widget.decline()}>
            {texts.decline}
          </button>
        </div>
        <Consent host={host} />
      </div>
    </>
  );
}

function Making({ job }: { readonly job: RunningJob }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const left = job.secondsLeft === null ? '' : ` · ${texts.timeLeft(job.secondsLeft)}`;
  return (
    <>
      <Frame shape={job.shape}>
        <WidgetPreview job={job} />
        <div class="sheen" />
      </Frame>
      <div class="widget-form">
        <progress aria-label={texts.progress} max={1} value={job.fraction} />
        <p class="phase">
          {texts.phases[job.phase]}
          {left}
        </p>
        <button
          type="button"
          class="secondary"
          aria-disabled={job.cancelling}
          data-next
          onClick={() => widget.maker.cancel()}
        >
          {job.cancelling ? texts.cancelling : texts.cancel}
        </button>
      </div>
    </>
  );
}

function Made({ clip }: { readonly clip: Clip }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const host = widget.host.value;
  return (
    <>
      <Frame shape={clip.report}>
        <video
          class="clip"
          src={clip.url}
          aria-label={texts.video(clip.request.job.segments[0]?.prompt ?? '')}
          loop
          muted
          playsInline
          controls
          autoPlay={!prefersStill()}
        />
      </Frame>
      <div class="widget-form">
        <div class="widget-actions">
          <a class="primary" href={clip.url} download={clip.fileName} data-next>
            <DownloadIcon />
            {texts.download}
          </a>
          <button type="button" class="secondary" onClick={() => widget.startOver()}>
            <AgainIcon />
            {texts.again}
          </button>
        </div>
        {host !== null && <p class="hint">{texts.handed(siteName(host))}</p>}
      </div>
    </>
  );
}

/** Width and height of the frame for a ratio, or for what the address asks. */
export function useWidgetShape(aspect?: string): { readonly width: number; readonly height: number } {
  const widget = useWidget();
  const [width = 16, height = 9] = (aspect ?? widget.aspect ?? '16:9').split(':').map(Number);
  const ratio = width / height;
  return ratio >= 9 / 21 && ratio <= 21 / 9 ? { width, height } : { width: 16, height: 9 };
}
