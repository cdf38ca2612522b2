import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type CutRange, cutRange, cutSeconds } from '../state/cut-range.ts';
import { useStudio, useTexts } from './studio-context.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';

/** Cuts the end of the selected segment; there once it is made, or while it is cut. */
export function CutField(): VNode | null {
  const studio = useStudio();
  const { board, form, manifest } = studio;
  const index = board.selected.value;
  const segment = board.segments.value[index]!;
  const range = cutRange(segment.seconds, manifest.limits.continuation, form.fps.value);
  const isCut = segment.keepSeconds !== undefined;
  if (!range || !(isCut || board.states.value[index] === 'made')) return null;
  return <CutSlider key={segment.id} range={range} />;
}

function CutSlider({ range }: { readonly range: CutRange }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { cut } = TAKES_TEXTS[studio.language.value];
  const { board } = studio;
  const segment = board.segments.value[board.selected.value]!;
  const { seconds, keepSeconds } = segment;
  /** Where the thumb is while it is moved: the board changes, by a step that can be undone, when it is let go. */
  const [draft, setDraft] = useState<number | null>(null);
  const all = range.last + 1;
  const steps = draft ?? (keepSeconds === undefined ? all : Math.round(keepSeconds / range.step));
  const kept = steps >= all ? seconds : cutSeconds(range, steps);
  const said = steps >= all ? cut.all(seconds) : cut.kept(kept, seconds);
  return (
    <div class="cut-field">
      <div class="field">
        <div class="field-head">
          <label for="cut">{cut.label}</label>
          <output for="cut">{said}</output>
        </div>
        <input
          id="cut"
          type="range"
          min={range.first}
          max={all}
          step={1}
          aria-valuetext={said}
          aria-describedby="cut-hint"
          value={steps}
          onInput={(event) => setDraft(event.currentTarget.valueAsNumber)}
          onChange={(event) => {
            const chosen = event.currentTarget.valueAsNumber;
            setDraft(null);
            board.cut(chosen >= all ? null : cutSeconds(range, chosen));
          }}
        />
        <p id="cut-hint" class="hint">
          {cut.hint}{' '}
          {keepSeconds !== undefined && (
            <button type="button" class="link" onClick={() => board.cut(null)}>
              {cut.lift}
            </button>
          )}
        </p>
      </div>
      <LastPicture seconds={kept} label={`${cut.picture} (${texts.settings.seconds(kept)})`} />
    </div>
  );
}

/** The picture with which the selected segment would end, from a film of this visit that shows it all; nothing without one. */
function LastPicture(props: { readonly seconds: number; readonly label: string }): VNode | null {
  const studio = useStudio();
  const { board, form } = studio;
  const index = board.selected.value;
  const video = useRef<HTMLVideoElement>(null);
  const film = studio.inFilms(board.identities.value[index], board.segments.value[index]!.seconds);
  const time = film ? film.start + props.seconds - 0.5 / form.fps.value : 0;
  useEffect(() => {
    if (video.current) video.current.currentTime = time;
  }, [film?.clip.url, time]);
  if (!film) return null;
  return (
    <video
      ref={video}
      class="cut-picture"
      src={film.clip.url}
      muted
      playsInline
      preload="auto"
      aria-label={props.label}
      tabIndex={-1}
    />
  );
}
