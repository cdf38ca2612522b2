import type { Language } from '../../state/language.ts';
import { durationInWords } from './durations.ts';

/** What the timeline says; fetched with it. */
export interface TimelineTexts {
  readonly play: string;
  readonly pause: string;
  readonly playhead: string;
  /** @param at and `of` as `0:12`. */
  readonly position: (segment: number, at: string, of: string) => string;
  readonly closer: string;
  readonly wider: string;
  readonly whole: string;
  readonly close: string;
  readonly film: string;
  readonly waiting: string;
  /** A part that is being made is finished in so many seconds. */
  readonly left: (seconds: number) => string;
  /** A part that waits is finished in so many seconds. */
  readonly readyIn: (seconds: number) => string;
  /** @param segments counted from 1. */
  readonly missing: (segments: readonly number[]) => string;
  readonly notMade: (segment: number) => string;
  /** Parts that are shown as they were before something changed. */
  readonly older: (segments: readonly number[]) => string;
  readonly help: string;
}

/** `1, 2, 5–9`: runs of three and more are joined. */
export function rangesInWords(numbers: readonly number[], separator: string): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .flatMap(([from, to]) =>
      to - from === 1 ? [`${from}`, `${to}`] : [from === to ? `${from}` : `${from}–${to}`],
    )
    .join(separator);
}

/** In every language of the page. */
export const TIMELINE_TEXTS: Readonly<Record<Language, TimelineTexts>> = {
  en: {
    play: 'Play the film',
    pause: 'Pause',
    playhead: 'Playhead',
    position: (segment, at, of) => `Part ${segment}, ${at} of ${of}`,
    closer: 'Larger',
    wider: 'Smaller',
    whole: 'All in view',
    close: 'Close the player',
    film: 'The storyboard as a film',
    waiting: 'waiting',
    left: (seconds) => `${durationInWords(seconds, 'en')} left`,
    readyIn: (seconds) => `ready in ${durationInWords(seconds, 'en')}`,
    missing: (segments) =>
      segments.length === 1
        ? `Part ${segments[0]} has no pictures yet and is skipped.`
        : `Parts ${rangesInWords(segments, ', ')} have no pictures yet and are skipped.`,
    notMade: (segment) => `Part ${segment} has no pictures yet`,
    older: (segments) =>
      segments.length === 1
        ? `Part ${segments[0]} is shown as it was before the change.`
        : `Parts ${rangesInWords(segments, ', ')} are shown as they were before the change.`,
    help: 'Space plays, arrows choose a part, Alt with arrows moves it, Delete removes it.',
  },
  zh: {
    play: '播放影片',
    pause: '暂停',
    playhead: '播放位置',
    position: (segment, at, of) => `第 ${segment} 段，${at}，全长 ${of}`,
    closer: '放大',
    wider: '缩小',
    whole: '显示全部',
    close: '关闭播放',
    film: '整部分镜影片',
    waiting: '等待中',
    left: (seconds) => `还需 ${durationInWords(seconds, 'zh')}`,
    readyIn: (seconds) => `${durationInWords(seconds, 'zh')}后完成`,
    missing: (segments) => `第 ${rangesInWords(segments, '、')} 段还没有画面，播放时跳过。`,
    notMade: (segment) => `第 ${segment} 段还没有画面`,
    older: (segments) => `第 ${rangesInWords(segments, '、')} 段显示的是改动之前的画面。`,
    help: '空格键播放，方向键选择，Alt 加方向键移动，Delete 键删除。',
  },
};

/** `0:05`, `1:05`, `12:00`: as players say it. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds + 1e-3);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
