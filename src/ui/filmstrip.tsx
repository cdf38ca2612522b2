import type { VNode } from 'preact';
import { titleOf } from '../state/form.ts';
import { useStudio, useTexts } from './studio-context.tsx';

/** The clips of this visit, newest first; there from the second one on. */
export function Filmstrip(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const clips = studio.maker.shelf.clips.value;
  const job = studio.maker.state.value;
  if (clips.length < 2 && !(clips.length === 1 && job.status !== 'done')) return null;
  return (
    <fieldset class="filmstrip" aria-label={texts.stage.clips}>
      {clips.map((clip) => (
        <button
          key={clip.id}
          type="button"
          aria-label={texts.stage.clip(clip.id)}
          aria-pressed={job.status === 'done' && job.clip === clip}
          aria-disabled={job.status === 'running'}
          title={titleOf(clip.request.job)}
          onClick={() => studio.maker.show(clip)}
        >
          <video src={`${clip.url}#t=1`} muted playsInline preload="metadata" tabIndex={-1} />
        </button>
      ))}
    </fieldset>
  );
}
