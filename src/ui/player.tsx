import { Fragment, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { titleOf } from '../state/form.ts';
import type { Clip } from '../state/job-state.ts';
import { Frame } from './frame.tsx';
import { canShare, copyText, shareClip } from './hand-over.ts';
import { AgainIcon, CopyIcon, DownloadIcon, NextIcon, ShareIcon } from './icons.tsx';
import { prefersStill } from './motion.ts';
import { PROMPT_ID } from './prompt-field.tsx';
import { shownVideo, useStudio, useTexts } from './studio-context.tsx';
import { Warnings } from './warnings.tsx';

/** A finished clip and everything that can be done with it. */
export function Player({ clip }: { readonly clip: Clip }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { actions } = texts;
  const { report, request } = clip;
  const copy = async (text: string): Promise<void> => {
    if (await copyText(text)) studio.line.say('copied');
  };
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const own = video.current;
    shownVideo.value = own;
    return () => {
      if (shownVideo.peek() === own) shownVideo.value = null; // the next player may be there already
    };
  }, []);
  return (
    <>
      <Frame shape={report}>
        <video
          ref={video}
          class="clip"
          src={clip.url}
          aria-label={texts.stage.video(titleOf(request.job))}
          loop
          muted
          playsInline
          controls
          autoPlay={!prefersStill()}
        />
      </Frame>
      <div class="below">
        <div class="clip-actions">
          <a class="primary" href={clip.url} download={clip.fileName}>
            <DownloadIcon />
            {actions.download}
          </a>
          <button
            type="button"
            class="secondary"
            aria-disabled={studio.isRunning.value}
            onClick={() => void studio.makeAnother()}
          >
            <AgainIcon />
            {actions.another}
          </button>
          {studio.canGoOn && (
            <button
              type="button"
              class="secondary"
              aria-disabled={studio.isRunning.value}
              onClick={() => {
                studio.goOn();
                document.getElementById(PROMPT_ID)?.focus();
              }}
            >
              <NextIcon />
              {texts.board.goOn}
            </button>
          )}
          {canShare(clip) && (
            <button type="button" class="secondary" onClick={() => void shareClip(clip)}>
              <ShareIcon />
              {actions.share}
            </button>
          )}
        </div>
        <Report clip={clip} />
        <p class="copying">
          <button type="button" class="link" onClick={() => void copy(String(report.seed))}>
            <CopyIcon />
            {actions.copySeed}
          </button>
          <button type="button" class="link" onClick={() => void copy(JSON.stringify(request.job, null, 2))}>
            <CopyIcon />
            {actions.copySettings}
          </button>
          {studio.line.status.value === 'copied' && <span class="hint">{actions.copied}</span>}
        </p>
      </div>
    </>
  );
}

function Report({ clip }: { readonly clip: Clip }): VNode {
  const texts = useTexts();
  const { report } = clip;
  const device = texts.report.devices[report.device](report.adapter, report.threads);
  const facts = [
    `${report.width} × ${report.height}`,
    `${report.fps} fps`,
    texts.report.size((report.bytes / 1e6).toFixed(1)),
    texts.report.seed(report.seed),
  ];
  return (
    <div class="report">
      <p>
        {texts.report.made(device, report.seconds.total)}
        {facts.map((fact) => (
          <Fragment key={fact}>
            {' · '}
            <span class="unbroken">{fact}</span>
          </Fragment>
        ))}
      </p>
      <Warnings warnings={report.warnings} />
    </div>
  );
}
