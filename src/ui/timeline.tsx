import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { shownSeconds } from '../core/job.ts';
import type { BoardSegment, SegmentState } from '../state/board.ts';
import { PROMPT_ID } from './prompt-field.tsx';
import { marksInWords, SegmentMarks } from './segment-marks.tsx';
import { SegmentPictures } from './segment-pictures.tsx';
import { SegmentTools } from './segment-tools.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** The segments of a storyboard in order, and what can be done with the selected one. */
export function Timeline(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { board } = studio;
  const list = useRef<HTMLOListElement>(null);
  const selected = board.selected.value;
  const takesFocus = useRef(false);
  const order = board.segments.value.map(({ id }) => id).join();
  // After the list has been drawn anew: what was pressed may be another's place by then.
  useLayoutEffect(() => {
    const chosen = list.current?.children[selected];
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (takesFocus.current) chosen?.querySelector('button')?.focus();
    takesFocus.current = false;
  }, [selected, order]);
  const job = studio.maker.state.value;
  const running = job.status === 'running' ? job.segment.index : null;
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined && event.altKey) board.move(by);
    else if (by !== undefined) board.select(selected + by);
    else if (event.key === 'Home') board.select(0);
    else if (event.key === 'End') board.select(board.segments.value.length - 1);
    else if (event.key === 'Delete') board.remove();
    else return;
    event.preventDefault();
    takesFocus.current = true;
  };
  return (
    <section class="timeline" aria-label={texts.board.label}>
      <ol ref={list} onKeyDown={onKeyDown}>
        {board.segments.value.map((segment, index) => (
          <li key={segment.id} style={{ '--seconds': shownSeconds(segment) }}>
            <SegmentButton
              segment={segment}
              index={index}
              state={board.states.value[index] ?? 'new'}
              isSelected={index === selected}
              isMaking={index === running}
            />
          </li>
        ))}
      </ol>
      <Tools />
      <SegmentTools />
    </section>
  );
}

function SegmentButton(props: {
  readonly segment: BoardSegment;
  readonly index: number;
  readonly state: SegmentState;
  readonly isSelected: boolean;
  readonly isMaking: boolean;
}): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { segment, index, state, isSelected, isMaking } = props;
  const words = segment.prompt.trim() || (index === 0 ? studio.form.scene.value.trim() : '');
  const status = isMaking ? texts.board.making : texts.board.states[state];
  return (
    <button
      type="button"
      class={`segment ${isMaking ? 'making' : state}`}
      aria-current={isSelected}
      aria-label={texts.board.segment(
        index + 1,
        status + marksInWords(segment, studio.language.value),
        words || texts.board.noWords,
        shownSeconds(segment),
      )}
      tabIndex={isSelected ? 0 : -1}
      onClick={() => {
        studio.board.select(index);
        studio.showSegment(index);
      }}
    >
      <SegmentPictures index={index} />
      <span class="segment-facts">
        <b>{index + 1}</b>
        <span>{texts.settings.seconds(shownSeconds(segment))}</span>
        <span class="segment-state">{status}</span>
      </span>
      <span class="segment-words" dir="auto">
        {words || texts.board.noWords}
      </span>
      <SegmentMarks segment={segment} />
    </button>
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
