import type { Language } from '../../state/language.ts';
import { bytesInWords } from './texts.ts';

/** What the list of films says besides what is said before it is opened. */
export interface GalleryTexts {
  readonly more: string;
  readonly moreOf: (title: string) => string;
  readonly again: string;
  readonly againHint: string;
  readonly anew: string;
  readonly goOn: string;
  readonly lastPicture: string;
  readonly share: string;
  readonly made: (date: string, model: string) => string;
  readonly settings: (steps: number, guidance: number, aspect: string, fps: number) => string;
  readonly part: (part: number, words: string, seconds: number, seed: number) => string;
  readonly picture: string;
  readonly reading: string;
  readonly free: (bytes: number) => string;
  readonly short: string;
  readonly shortText: string;
  /** @param clips that could not be kept. */
  readonly waiting: (clips: number) => string;
  readonly offer: (films: number, bytes: number) => string;
  readonly really: (films: number, bytes: number) => string;
  readonly keepThem: string;
  readonly all: string;
}

/** In every language of the page. */
export const GALLERY_TEXTS: Readonly<Record<Language, GalleryTexts>> = {
  en: {
    more: 'More',
    moreOf: (title) => `More: ${title}`,
    again: 'Make it again',
    againHint: 'With the same seeds: the same film, if the model is the same.',
    anew: 'Make it with other seeds',
    goOn: 'Go on from its end',
    lastPicture: 'Begin with its last picture',
    share: 'Share',
    made: (date, model) => `Made on ${date} with ${model}.`,
    settings: (steps, guidance, aspect, fps) =>
      `${aspect}, ${fps} frames a second, ${steps} ${steps === 1 ? 'step' : 'steps'}, guidance ${guidance}`,
    part: (part, words, seconds, seed) => `${part}. ${words || '–'} (${seconds} s, seed ${seed})`,
    picture: 'It begins with a picture.',
    reading: 'Reading …',
    free: (bytes) => `There is room for about ${bytesInWords(bytes)} more.`,
    short: 'Space is running short',
    shortText:
      'These are the oldest films here. Download what you want to keep; nothing is deleted unless you say so.',
    waiting: (clips) =>
      `${clips === 1 ? 'The last clip has' : `${clips} clips have`} not been kept yet: as soon as there is room, that happens by itself.`,
    offer: (films, bytes) =>
      films === 1
        ? `Delete the oldest (${bytesInWords(bytes)})`
        : `Delete these ${films} (${bytesInWords(bytes)})`,
    really: (films, bytes) =>
      `Delete ${films === 1 ? 'it' : `all ${films}`} for good and free ${bytesInWords(bytes)}`,
    keepThem: 'Keep them',
    all: 'All your films',
  },
  zh: {
    more: '更多',
    moreOf: (title) => `更多：${title}`,
    again: '再做一遍',
    againHint: '使用相同的种子：模型不变，影片也不变。',
    anew: '换种子再做',
    goOn: '从结尾接着拍',
    lastPicture: '以最后一帧开头',
    share: '分享',
    made: (date, model) => `${date}用 ${model} 制作。`,
    settings: (steps, guidance, aspect, fps) =>
      `${aspect}，每秒 ${fps} 帧，${steps} 步，引导强度 ${guidance}`,
    part: (part, words, seconds, seed) => `${part}. ${words || '（无文字）'}（${seconds} 秒，种子 ${seed}）`,
    picture: '以一张图片开头。',
    reading: '正在读取……',
    free: (bytes) => `大约还能保存 ${bytesInWords(bytes)}。`,
    short: '空间快用完了',
    shortText: '下面是这里最早的影片。想留下的请先下载；未经你同意，什么都不会删除。',
    waiting: (clips) => `有 ${clips} 部影片还没有保存：一有空间就会自动保存。`,
    offer: (films, bytes) =>
      films === 1
        ? `删除最早的一部（${bytesInWords(bytes)}）`
        : `删除这 ${films} 部（${bytesInWords(bytes)}）`,
    really: (films, bytes) => `永久删除 ${films} 部，腾出 ${bytesInWords(bytes)}`,
    keepThem: '保留',
    all: '所有影片',
  },
};
