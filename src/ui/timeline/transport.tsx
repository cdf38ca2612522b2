import type { ComponentChildren, VNode } from 'preact';
import { clockTime } from '../texts/timeline-texts.ts';
import { useFilmPlay, useTimelineTexts } from './film-play-context.tsx';
import type { Zoom } from './zoom.ts';

/** Playing and zooming, and what cannot be played. */
export function Transport({ zoom }: { readonly zoom: Zoom }): VNode {
  const play = useFilmPlay();
  const texts = useTimelineTexts();
  const isPlaying = play.isPlaying.value;
  return (
    <div class="transport">
      <Press
        label={isPlaying ? texts.pause : texts.play}
        isPossible={play.canPlay.value}
        press={() => play.toggle()}
      >
        {isPlaying ? (
          <path class="solid" d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" />
        ) : (
          <path class="solid" d="M8 5l11 7-11 7z" />
        )}
      </Press>
      <Clock />
      {play.isOpen.value && (
        <Press label={texts.close} isPossible press={() => play.close()}>
          <path d="M6 6l12 12M18 6L6 18" />
        </Press>
      )}
      <span class="transport-gap" />
      <Press label={texts.wider} isPossible={zoom.canShrink} press={zoom.shrink}>
        <path d="M6 12h12" />
      </Press>
      <Press label={texts.closer} isPossible={zoom.canGrow} press={zoom.grow}>
        <path d="M6 12h12M12 6v12" />
      </Press>
      <Press label={texts.whole} isPossible={zoom.canShrink} press={zoom.fit}>
        <path d="M4 6v12M20 6v12M8 12h8M10.5 9.5L8 12l2.5 2.5M13.5 9.5L16 12l-2.5 2.5" />
      </Press>
    </div>
  );
}

function Press(props: {
  readonly label: string;
  readonly isPossible: boolean;
  readonly press: () => void;
  readonly children: ComponentChildren;
}): VNode {
  const { label, isPossible, press, children } = props;
  return (
    <button
      type="button"
      class="transport-button"
      aria-label={label}
      title={label}
      aria-disabled={!isPossible}
      onClick={() => isPossible && press()}
    >
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        {children}
      </svg>
    </button>
  );
}

/** The slider says the same to screen readers. */
function Clock(): VNode {
  const play = useFilmPlay();
  const at = Math.min(play.total.value, play.time.value);
  return (
    <span class="transport-clock" aria-hidden="true">
      <b>{clockTime(at)}</b> / {clockTime(play.total.value)}
    </span>
  );
}

/** What is left out while the film is played, and what is shown as it was. */
export function Gaps(): VNode | null {
  const play = useFilmPlay();
  const texts = useTimelineTexts();
  if (!play.canPlay.value) return null;
  const missing = play.missing.value.map((index) => index + 1);
  const older = play.versions.value.flatMap(({ identity, isCurrent }, index) =>
    identity !== null && !isCurrent && !missing.includes(index + 1) ? [index + 1] : [],
  );
  const words = [
    ...(missing.length > 0 ? [texts.missing(missing)] : []),
    ...(older.length > 0 ? [texts.older(older)] : []),
  ];
  return words.length > 0 ? <p class="hint timeline-gaps">{words.join(' ')}</p> : null;
}
