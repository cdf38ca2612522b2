import type { VNode } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { shownSeconds } from '../core/job.ts';
import { FilmPlay } from '../state/film-play.ts';
import { PROMPT_ID } from './prompt-field.tsx';
import { SegmentTools } from './segment-tools.tsx';
import { shownVideo, useStudio, useTexts } from './studio-context.tsx';
import { FilmPlayContext, useFilmPlay, useTimelineTexts } from './timeline/film-play-context.tsx';
import { FilmScreen } from './timeline/film-screen.tsx';
import { followStage } from './timeline/follow-stage.ts';
import { PlayLine, PlayRail } from './timeline/playhead.tsx';
import { SegmentCard } from './timeline/segment-card.tsx';
import { Gaps, Transport } from './timeline/transport.tsx';
import { useDragOrder } from './timeline/use-drag-order.ts';
import { useFilmStrips } from './timeline/use-film-strips.ts';
import { useZoom } from './timeline/zoom.ts';

/** The segments of a storyboard as one film, and what can be done with the selected one. */
export function Timeline(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const play = useMemo(() => new FilmPlay(studio), [studio]);
  useEffect(() => () => play.dispose(), [play]);
  useFilmStrips(play);
  const video = shownVideo.value;
  const isLed = play.isLedByStage.value;
  useEffect(() => (video && isLed ? followStage(play, video) : undefined), [play, video, isLed]);
  return (
    <FilmPlayContext.Provider value={play}>
      {play.isOpen.value && <FilmScreen />}
      <section class="timeline" aria-label={texts.board.label}>
        <Track />
        <Gaps />
        <Tools />
        <SegmentTools />
      </section>
    </FilmPlayContext.Provider>
  );
}

function Track(): VNode {
  const { board } = useStudio();
  const play = useFilmPlay();
  const texts = useTimelineTexts();
  const view = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const segments = board.segments.value;
  const selected = board.selected.value;
  const takesFocus = useRef(false);
  const order = segments.map(({ id }) => id).join();
  const zoom = useZoom(view, play.total.value, segments.length);
  // After the list has been drawn anew: what was pressed may be another's place by then.
  useLayoutEffect(() => {
    const chosen = list.current?.children[selected];
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (takesFocus.current) chosen?.querySelector('button')?.focus({ preventScroll: true });
    takesFocus.current = false;
  }, [selected, order]);
  const onDrop = useCallback(
    (from: number, to: number): void => {
      board.select(from);
      board.move(to - from);
    },
    [board],
  );
  useDragOrder(list, view, onDrop);
  const choose = (index: number): void => {
    if (!segments[index]) return;
    board.select(index);
    play.place(play.starts.value[index]!);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined && event.altKey) board.move(by);
    else if (by !== undefined) choose(selected + by);
    else if (event.key === 'Home') choose(0);
    else if (event.key === 'End') choose(segments.length - 1);
    // The key that Macs call delete is named Backspace.
    else if (event.key === 'Delete' || event.key === 'Backspace') board.remove();
    else if (event.key === ' ') play.toggle();
    else return;
    event.preventDefault();
    takesFocus.current = event.key !== ' ';
  };
  return (
    <>
      <Transport zoom={zoom} />
      <div ref={view} class="timeline-view">
        <div class="timeline-track" style={{ width: `${play.total.value * zoom.scale}px` }}>
          <PlayRail scale={zoom.scale} />
          <ol
            ref={list}
            onKeyDown={onKeyDown}
            // Some browsers press a button when the space bar is let go.
            onKeyUp={(event) => event.key === ' ' && event.preventDefault()}
            title={texts.help}
          >
            {segments.map((segment, index) => (
              <li key={segment.id} style={{ width: `${shownSeconds(segment) * zoom.scale}px` }}>
                <SegmentCard
                  segment={segment}
                  index={index}
                  state={board.states.value[index] ?? 'new'}
                  isSelected={index === selected}
                  width={shownSeconds(segment) * zoom.scale}
                />
              </li>
            ))}
          </ol>
          <PlayLine scale={zoom.scale} view={view} />
        </div>
      </div>
    </>
  );
}

function Tools(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { board } = studio;
  const { tools } = texts.board;
  const count = board.segments.value.length;
  const at = board.selected.value;
  const tool = (label: string, isPossible: boolean, press: () => void): VNode => (
    <button
      type="button"
      class="secondary small"
      aria-disabled={!isPossible}
      onClick={() => isPossible && press()}
    >
      {label}
    </button>
  );
  const addNext = (): void => {
    board.add();
    document.getElementById(PROMPT_ID)?.focus();
  };
  return (
    <div class="timeline-tools">
      {tool(tools.add, board.canAdd.value && studio.canGoOn, addNext)}
      {tool(tools.duplicate, board.canAdd.value && studio.canGoOn, () => board.duplicate())}
      {tool(tools.earlier, at > 0, () => board.move(-1))}
      {tool(tools.later, at + 1 < count, () => board.move(1))}
      {tool(tools.remove, count > 1, () => board.remove())}
      {tool(tools.undo, board.canUndo.value, () => board.undo())}
      {tool(tools.redo, board.canRedo.value, () => board.redo())}
      {tool(tools.startOver, count > 1, () => board.startOver())}
      <p class="hint">{texts.board.total(count, board.seconds.value)}</p>
    </div>
  );
}
