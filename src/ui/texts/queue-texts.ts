import type { Language } from '../../state/language.ts';

/** What the queue says. */
export interface QueueTexts {
  readonly title: string;
  /** Jobs that wait, and why they do not start by themselves. */
  readonly waiting: (count: number) => string;
  readonly restored: string;
  readonly failed: string;
  readonly asked: string;
  readonly pausing: string;
  readonly stopped: string;
  readonly pause: string;
  readonly goOn: string;
  readonly earlier: (title: string) => string;
  readonly later: (title: string) => string;
  readonly remove: (title: string) => string;
  readonly noWords: string;
  readonly facts: (parts: number, seconds: number, model: string) => string;
  readonly elsewhere: string;
  readonly elsewhereHint: string;
  readonly progress: string;
  /** In the list of all that is kept. */
  readonly kept: string;
}

/** In every language of the page. */
export const QUEUE_TEXTS: Readonly<Record<Language, QueueTexts>> = {
  en: {
    title: 'Queue',
    waiting: (count) => `${count} waiting. The next one starts by itself.`,
    restored: 'These were waiting when the page was closed. Nothing starts until you press “Go on”.',
    failed: 'Paused: one of these could not be made. “Go on” tries it again, or remove it.',
    asked: 'Paused. Nothing starts until you press “Go on”.',
    pausing: 'Pauses when the film at work is done.',
    stopped: 'Nothing of this is being made.',
    pause: 'Pause the queue',
    goOn: 'Go on',
    earlier: (title) => `Earlier: ${title}`,
    later: (title) => `Later: ${title}`,
    remove: (title) => `Remove from the queue: ${title}`,
    noWords: 'From a picture alone',
    facts: (parts, seconds, model) => `${parts > 1 ? `${parts} parts · ` : ''}${seconds} s · ${model}`,
    elsewhere: 'Another tab of Kindling is at work',
    elsewhereHint: 'One film is made at a time. What you ask for here waits in the same queue.',
    progress: 'Progress in the other tab',
    kept: 'What waits to be made, with its pictures. It is removed in the queue itself.',
  },
  zh: {
    title: '队列',
    waiting: (count) => `${count} 个任务在等候，会自动依次开始。`,
    restored: '页面关闭时，这些任务还在等候。按“继续”之后才会开始。',
    failed: '已暂停：其中一个任务没能完成。按“继续”再试一次，或将它移除。',
    asked: '已暂停。按“继续”之后才会开始。',
    pausing: '正在制作的影片完成后暂停。',
    stopped: '目前没有在制作这些任务。',
    pause: '暂停队列',
    goOn: '继续',
    earlier: (title) => `提前：${title}`,
    later: (title) => `推后：${title}`,
    remove: (title) => `移出队列：${title}`,
    noWords: '只用图片',
    facts: (parts, seconds, model) => `${parts > 1 ? `${parts} 段 · ` : ''}${seconds} 秒 · ${model}`,
    elsewhere: 'Kindling 的另一个标签页正在制作',
    elsewhereHint: '一次只制作一部影片。在这里提交的任务会排进同一个队列。',
    progress: '另一个标签页的进度',
    kept: '等候制作的任务和它们的图片。请在队列里移除。',
  },
};
