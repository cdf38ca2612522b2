import type { VNode } from 'preact';
import { shownSeconds } from '../core/job.ts';
import type { BoardSegment } from '../state/board.ts';
import type { Language } from '../state/language.ts';
import { LockIcon } from './lock-icon.tsx';
import { useStudio } from './studio-context.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';

/** What is special about a segment, in words: its seed is kept, its end is cut, there are takes of it. */
export function marksInWords(segment: BoardSegment, language: Language): string {
  const texts = TAKES_TEXTS[language];
  const { seedLocked, keepSeconds, take, takes } = segment;
  return [
    ...(seedLocked ? [texts.locked] : []),
    ...(keepSeconds === undefined ? [] : [texts.cutTo(shownSeconds(segment))]),
    ...(takes.length === 0 ? [] : [texts.takeOf(take, takes.length + 1)]),
  ]
    .map((mark) => `, ${mark}`)
    .join('');
}

/** The same on the segment's card; nothing where nothing is special. */
export function SegmentMarks({ segment }: { readonly segment: BoardSegment }): VNode | null {
  const texts = TAKES_TEXTS[useStudio().language.value];
  const { seedLocked, keepSeconds, take, takes } = segment;
  if (!seedLocked && keepSeconds === undefined && takes.length === 0) return null;
  return (
    <span class="segment-marks">
      {takes.length > 0 && <span>{texts.takeOf(take, takes.length + 1)}</span>}
      {keepSeconds !== undefined && <span>{texts.cutTo(keepSeconds)}</span>}
      {seedLocked && (
        <span>
          <LockIcon /> {texts.locked}
        </span>
      )}
    </span>
  );
}
