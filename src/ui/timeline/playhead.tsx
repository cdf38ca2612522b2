import { effect } from '@preact/signals';
import type { RefObject, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { clockTime } from '../texts/timeline-texts.ts';
import { useFilmPlay, useTimelineTexts } from './film-play-context.tsx';

/** Times that are written on the rail, seconds apart. */
const TICKS = [0.5, 1, 2, 5, 10, 15, 30, 60] as const;
/** Room that a time needs, CSS pixels. */
const TICK_WIDTH = 52;
/** Arrows step by so much; with Shift by a frame at 30 per second. */
const ARROW_SECONDS = 1;
const FRAME_SECONDS = 1 / 30;
/** While it plays, the line is brought back into view with so much before it, CSS pixels. */
const AHEAD = 48;

/** The rail with the times, on which the playhead is moved. @param scale CSS pixels a second. */
export function PlayRail({ scale }: { readonly scale: number }): VNode {
  const play = useFilmPlay();
  const texts = useTimelineTexts();
  const total = play.total.value;
  const seconds = Math.min(total, play.time.value);
  const rail = useRef<HTMLDivElement>(null);
  const goTo = (event: PointerEvent): void => {
    const { left } = rail.current!.getBoundingClientRect();
    play.seek((event.clientX - left) / scale);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? FRAME_SECONDS : ARROW_SECONDS;
    const here = play.segmentAt(seconds);
    const { starts } = play;
    if (event.key === ' ') play.toggle();
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') play.seek(seconds - step);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') play.seek(seconds + step);
    else if (event.key === 'PageUp') play.seek(starts.value[Math.max(0, here - 1)]!);
    else if (event.key === 'PageDown') play.seek(starts.value[here + 1] ?? total);
    else if (event.key === 'Home') play.seek(0);
    else if (event.key === 'End') play.seek(total);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={rail}
      class="play-rail"
      role="slider"
      tabIndex={0}
      aria-label={texts.playhead}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.round(seconds * 10) / 10}
      aria-valuetext={texts.position(play.segmentAt(seconds) + 1, clockTime(seconds), clockTime(total))}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        rail.current?.setPointerCapture(event.pointerId);
        goTo(event);
      }}
      onPointerMove={(event) => rail.current?.hasPointerCapture(event.pointerId) && goTo(event)}
    >
      <Ticks scale={scale} />
    </div>
  );
}

function Ticks({ scale }: { readonly scale: number }): VNode {
  const total = useFilmPlay().total.value;
  const step = TICKS.find((seconds) => seconds * scale >= TICK_WIDTH) ?? 120;
  const count = Math.floor(total / step - 0.2) + 1;
  return (
    <>
      {Array.from({ length: Math.max(1, count) }, (_, i) => (
        <span key={i * step} class="tick" aria-hidden="true" style={{ left: `${i * step * scale}px` }}>
          {step < 1 ? (i * step).toFixed(1) : clockTime(i * step)}
        </span>
      ))}
    </>
  );
}

/** The line over all strips. @param view what it is kept in. */
export function PlayLine(props: {
  readonly scale: number;
  readonly view: RefObject<HTMLElement | null>;
}): VNode {
  const play = useFilmPlay();
  const { scale, view } = props;
  useEffect(
    () =>
      effect(() => {
        const x = play.time.value * scale;
        if (!play.isPlaying.value || !view.current) return;
        const { scrollLeft, clientWidth } = view.current;
        if (x < scrollLeft || x > scrollLeft + clientWidth - 4) view.current.scrollLeft = x - AHEAD;
      }),
    [play, scale, view],
  );
  const x = Math.min(play.total.value, play.time.value) * scale;
  return <div class="play-line" aria-hidden="true" style={{ transform: `translateX(${x.toFixed(2)}px)` }} />;
}
