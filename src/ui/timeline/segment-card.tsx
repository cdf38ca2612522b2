import type { VNode } from 'preact';
import { shownSeconds } from '../../core/job.ts';
import type { BoardSegment, SegmentState } from '../../state/board.ts';
import { marksInWords, SegmentMarks } from '../segment-marks.tsx';
import { SegmentPictures } from '../segment-pictures.tsx';
import { useStudio, useTexts } from '../studio-context.tsx';
import { useFilmPlay, useTimelineTexts } from './film-play-context.tsx';

/** Between two cards, and a card's own border, CSS pixels. */
const AROUND = 4 + 2;

/** One segment on the timeline: its pictures, what it is, how it stands. */
export function SegmentCard(props: {
  readonly segment: BoardSegment;
  readonly index: number;
  readonly state: SegmentState;
  readonly isSelected: boolean;
  /** Of the card with the space around it, CSS pixels. */
  readonly width: number;
}): VNode {
  const studio = useStudio();
  const play = useFilmPlay();
  const texts = useTexts();
  const { segment, index, state, isSelected, width } = props;
  const own = useTimelineTexts();
  const time = play.times.value.get(index);
  const isMaking = time?.fraction != null;
  const words = segment.prompt.trim() || (index === 0 ? studio.form.scene.value.trim() : '');
  const { identity, isCurrent, seconds } = play.versions.value[index] ?? {
    identity: null,
    isCurrent: false,
    seconds: segment.seconds,
  };
  const url = (identity !== null && play.strips.urls.value.get(identity)) || null;
  const shape = studio.form.shape.value ?? { width: 16, height: 9 };
  const status = isMaking ? texts.board.making : time ? own.waiting : texts.board.states[state];
  const left = time?.secondsLeft ?? null;
  const until = left === null ? null : isMaking ? own.left(left) : own.readyIn(left);
  const says = until === null ? status : `${status}, ${until}`;
  return (
    <button
      type="button"
      class={`segment ${isMaking ? 'making' : time ? 'waiting' : state}`}
      aria-current={isSelected}
      tabIndex={isSelected ? 0 : -1}
      onClick={() => {
        studio.board.select(index);
        play.seek(play.starts.value[index] ?? 0);
      }}
    >
      <span class="spoken">
        {texts.board.segment(
          index + 1,
          says + marksInWords(segment, studio.language.value),
          words || texts.board.noWords,
          shownSeconds(segment),
        )}
      </span>
      <span class={`segment-strip ${isCurrent ? '' : 'older'}`}>
        <SegmentPictures
          url={url}
          ratio={shape.width / shape.height}
          width={Math.max(1, width - AROUND)}
          share={Math.min(1, shownSeconds(segment) / seconds)}
        />
        {isMaking && <span class="segment-progress" style={{ '--done': time.fraction }} />}
      </span>
      <span class="segment-facts" aria-hidden="true">
        <b>{index + 1}</b>
        <span class="segment-length">{texts.settings.seconds(shownSeconds(segment))}</span>
        <span class="segment-state">{until ?? status}</span>
      </span>
      <span class="segment-words" dir="auto" aria-hidden="true">
        {words || texts.board.noWords}
      </span>
      <SegmentMarks segment={segment} />
    </button>
  );
}
