import type { SegmentState } from '../../state/board.ts';
import type { Language } from '../../state/language.ts';

/** What is said below the segments about the selected one: its end, its takes, and what hangs on it. */
export interface TakesTexts {
  /** Names the place. */
  readonly label: (part: number) => string;
  /** Beside the words of a card, where they are so. */
  readonly locked: string;
  readonly cutTo: (seconds: number) => string;
  readonly takeOf: (take: number, count: number) => string;
  readonly cut: {
    readonly label: string;
    readonly all: (seconds: number) => string;
    readonly kept: (kept: number, seconds: number) => string;
    readonly lift: string;
    readonly hint: string;
    readonly picture: string;
  };
  readonly again: {
    readonly lead: (parts: readonly number[]) => string;
    readonly press: (parts: number) => string;
  };
  readonly takes: {
    readonly label: string;
    readonly take: (number: number) => string;
    readonly choose: (number: number, state: string) => string;
    readonly inUse: string;
    readonly another: string;
    readonly lockedHint: string;
    readonly newHint: string;
    readonly mostHint: (most: number) => string;
    readonly compare: string;
    readonly states: Readonly<Record<SegmentState, string>>;
  };
  readonly compare: {
    readonly title: (part: number) => string;
    readonly close: string;
    readonly play: string;
    readonly pause: string;
    readonly place: string;
    readonly show: (number: number) => string;
    readonly video: (number: number, words: string) => string;
    readonly use: (number: number) => string;
    readonly useShort: string;
    readonly remove: (number: number) => string;
    readonly removeShort: string;
    readonly seed: (seed: number) => string;
    readonly preparing: string;
    readonly busy: string;
    readonly notMade: string;
    readonly notKept: string;
    readonly failed: string;
  };
}

const list = (numbers: readonly number[], and: string, comma: string): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(comma)}${and}${numbers.at(-1)}`;

/** In every language of the page. */
export const TAKES_TEXTS: Readonly<Record<Language, TakesTexts>> = {
  en: {
    label: (part) => `Part ${part}`,
    locked: 'seed kept',
    cutTo: (seconds) => `cut to ${seconds} s`,
    takeOf: (take, count) => `take ${take} of ${count}`,
    cut: {
      label: 'Cut the end',
      all: (seconds) => `all ${seconds} s are shown`,
      kept: (kept, seconds) => `the first ${kept} of ${seconds} s are shown`,
      lift: 'Show all of it',
      hint: 'What is cut off stays made: the next part goes on from the cut.',
      picture: 'The last picture before the cut',
    },
    again: {
      lead: (parts) =>
        parts.length === 1
          ? `Part ${parts[0]} no longer fits: it has changed, or goes on from what has.`
          : `Parts ${list(parts, ' and ', ', ')} no longer fit: they have changed, or go on from what has.`,
      press: (parts) => (parts === 1 ? 'Make it again' : `Make these ${parts} again`),
    },
    takes: {
      label: 'Takes',
      take: (number) => `Take ${number}`,
      choose: (number, state) => `Use take ${number} (${state})`,
      inUse: 'in use',
      another: 'Another take',
      lockedHint: 'Its seed is kept: change the words, or let the seed go, for another take.',
      newHint: 'Once this part is made, you can make other takes of it and compare them.',
      mostHint: (most) => `There are ${most} takes: delete one to make another.`,
      compare: 'Compare side by side',
      states: { new: 'not made yet', made: 'made', outdated: 'to be made again', based: 'to be made again' },
    },
    compare: {
      title: (part) => `Takes of part ${part}`,
      close: 'Close the takes',
      play: 'Play',
      pause: 'Pause',
      place: 'Place in the takes',
      show: (number) => `Show take ${number}`,
      video: (number, words) => (words ? `Take ${number}: ${words}` : `Take ${number}`),
      use: (number) => `Use take ${number}`,
      useShort: 'Use this take',
      remove: (number) => `Delete take ${number}`,
      removeShort: 'Delete',
      seed: (seed) => `seed ${seed}`,
      preparing: 'Getting it from what is kept …',
      busy: 'It is shown when the film in the making is done.',
      notMade: 'Not made as it stands: use this take and make it again to see it.',
      notKept: 'It was made, but is not kept any more: use this take and make it again to see it.',
      failed: 'It could not be shown.',
    },
  },
  zh: {
    label: (part) => `第 ${part} 段`,
    locked: '种子已固定',
    cutTo: (seconds) => `剪至 ${seconds} 秒`,
    takeOf: (take, count) => `第 ${take} 版，共 ${count} 版`,
    cut: {
      label: '剪去结尾',
      all: (seconds) => `全部 ${seconds} 秒都播放`,
      kept: (kept, seconds) => `只播放 ${seconds} 秒中的前 ${kept} 秒`,
      lift: '恢复全部',
      hint: '剪去的部分仍然保留，下一段从剪切处接着往下。',
      picture: '剪切前的最后一个画面',
    },
    again: {
      lead: (parts) =>
        `第 ${list(parts, '、', '、')} 段需要更新：${parts.length === 1 ? '它' : '它们'}已改动，或接着改动过的片段。`,
      press: (parts) => (parts === 1 ? '重新制作这一段' : `重新制作这 ${parts} 段`),
    },
    takes: {
      label: '版本',
      take: (number) => `第 ${number} 版`,
      choose: (number, state) => `使用第 ${number} 版（${state}）`,
      inUse: '使用中',
      another: '再做一版',
      lockedHint: '种子已固定：改动文字或取消固定后，才能再做一版。',
      newHint: '这一段做好之后，可以再做几版，并排比较。',
      mostHint: (most) => `已有 ${most} 版：请先删除一版。`,
      compare: '并排比较',
      states: { new: '尚未制作', made: '已制作', outdated: '需重新制作', based: '需重新制作' },
    },
    compare: {
      title: (part) => `第 ${part} 段的各个版本`,
      close: '关闭版本比较',
      play: '播放',
      pause: '暂停',
      place: '播放位置',
      show: (number) => `显示第 ${number} 版`,
      video: (number, words) => (words ? `第 ${number} 版：${words}` : `第 ${number} 版`),
      use: (number) => `使用第 ${number} 版`,
      useShort: '使用这一版',
      remove: (number) => `删除第 ${number} 版`,
      removeShort: '删除',
      seed: (seed) => `种子 ${seed}`,
      preparing: '正在从已保存的内容中取出……',
      busy: '正在制作的影片完成后即可显示。',
      notMade: '按现在的样子尚未制作：使用这一版并重新制作后即可查看。',
      notKept: '曾经做好，但已不再保留：使用这一版并重新制作后即可查看。',
      failed: '无法显示。',
    },
  },
};
