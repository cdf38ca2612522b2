import type { Language } from '../../state/language.ts';

/** What the list of storyboards says. */
export interface BoardsTexts {
  /** On the button. @param others besides the one on the page. */
  readonly open: (others: number) => string;
  readonly title: string;
  readonly intro: string;
  readonly close: string;
  readonly here: string;
  readonly untitled: string;
  readonly name: string;
  readonly branch: (segments: number) => string;
  readonly branchHint: string;
  readonly show: string;
  readonly showIt: (title: string) => string;
  readonly save: string;
  readonly saveIt: (title: string) => string;
  readonly remove: string;
  readonly removeIt: (title: string) => string;
  readonly reallyRemove: string;
  readonly keep: string;
  readonly begin: string;
  readonly openFile: string;
  readonly busy: string;
  /** In the list of all that is kept. */
  readonly kept: string;
}

/** In every language of the page. */
export const BOARDS_TEXTS: Readonly<Record<Language, BoardsTexts>> = {
  en: {
    open: (others) => (others === 0 ? 'Storyboards' : `Storyboards (${others + 1})`),
    title: 'Storyboards',
    intro: 'Each stays on this device as you leave it, until you delete it.',
    close: 'Close the list of storyboards',
    here: 'On the page',
    untitled: 'No words yet',
    name: 'Name',
    branch: (segments) => (segments === 1 ? 'Branch off after part 1' : `Branch off after part ${segments}`),
    branchHint: 'A new storyboard begins with the parts up to the chosen one. Nothing of them is made again.',
    show: 'Open',
    showIt: (title) => `Open: ${title}`,
    save: 'Save as a file',
    saveIt: (title) => `Save as a file: ${title}`,
    remove: 'Delete',
    removeIt: (title) => `Delete: ${title}`,
    reallyRemove: 'Delete for good',
    keep: 'Keep it',
    begin: 'New storyboard',
    openFile: 'Open a file …',
    busy: 'While a film is made its storyboard stays on the page.',
    kept: 'Their words and pictures. “Storyboards” below the player lists and deletes them.',
  },
  zh: {
    open: (others) => (others === 0 ? '我的分镜' : `我的分镜（${others + 1}）`),
    title: '我的分镜',
    intro: '每份分镜都会照原样保存在这台设备上，直到你删除它。',
    close: '关闭分镜列表',
    here: '正在编辑',
    untitled: '还没有文字',
    name: '名称',
    branch: (segments) => `从第 ${segments} 段另起分支`,
    branchHint: '新分镜从开头到所选的这一段，这些段都不用重新制作。',
    show: '打开',
    showIt: (title) => `打开：${title}`,
    save: '存为文件',
    saveIt: (title) => `存为文件：${title}`,
    remove: '删除',
    removeIt: (title) => `删除：${title}`,
    reallyRemove: '永久删除',
    keep: '保留',
    begin: '新建分镜',
    openFile: '打开文件……',
    busy: '制作影片时，它的分镜会留在页面上。',
    kept: '分镜的文字和图片。在播放器下方的“我的分镜”里可以查看和删除。',
  },
};
