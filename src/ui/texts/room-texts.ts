import type { Language } from '../../state/language.ts';
import { bytesInWords } from './texts.ts';

/** What is said when there is no room left on the device. */
export interface RoomTexts {
  readonly title: string;
  readonly needed: (bytes: number) => string;
  readonly free: (bytes: number) => string;
  /** It counts more as free than is needed, and could not write all the same. */
  readonly deviceFull: (bytes: number) => string;
  readonly kept: string;
  readonly makeRoom: string;
  readonly goOn: string;
}

/** In every language of the page. */
export const ROOM_TEXTS: Readonly<Record<Language, RoomTexts>> = {
  en: {
    title: 'Paused: no room left on this device',
    needed: (bytes) => `About ${bytesInWords(bytes)} more are needed here.`,
    free: (bytes) => `The browser counts ${bytesInWords(bytes)} as free.`,
    deviceFull: (bytes) =>
      `The browser counts ${bytesInWords(bytes)} as free and could not write all the same: the device itself may be full.`,
    kept: 'What was made is kept. Free some space, then go on: it goes on where it stopped.',
    makeRoom: 'Free space',
    goOn: 'Go on',
  },
  zh: {
    title: '已暂停：设备上没有空间了',
    needed: (bytes) => `这里大约还需要 ${bytesInWords(bytes)}。`,
    free: (bytes) => `浏览器报告的可用空间为 ${bytesInWords(bytes)}。`,
    deviceFull: (bytes) =>
      `浏览器报告的可用空间为 ${bytesInWords(bytes)}，但仍然无法写入：可能是设备本身满了。`,
    kept: '已经做好的部分都保留着。腾出一些空间，再按“继续”，就会从停下的地方接着做。',
    makeRoom: '腾出空间',
    goOn: '继续',
  },
};
