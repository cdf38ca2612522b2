import type { EmbedStorage } from '../../protocol/embed-api.ts';
import type { Phase } from '../../state/job-state.ts';
import type { Language } from '../../state/language.ts';
import { bytesInWords } from '../texts/texts.ts';

/** Every sentence of the widget in one language, errors apart: those are the studio's. */
export interface WidgetTexts {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly model: string;
  readonly make: string;
  /** Under the button: what a press means. */
  readonly promise: (bytes: number) => string;
  readonly receives: (site: string) => string;
  readonly asks: (site: string) => string;
  /** Seconds and shape of the clip that is asked for. */
  readonly facts: (seconds: number, aspect: string) => string;
  readonly noWords: string;
  readonly firstFrame: string;
  readonly addPicture: string;
  readonly otherPicture: string;
  readonly removePicture: string;
  readonly decline: string;
  readonly cancel: string;
  readonly cancelling: string;
  readonly progress: string;
  readonly preview: string;
  readonly phases: Readonly<Record<Phase, string>>;
  readonly timeLeft: (seconds: number) => string;
  readonly video: (prompt: string) => string;
  readonly download: string;
  readonly again: string;
  readonly handed: (site: string) => string;
  readonly cancelled: string;
  readonly openKindling: string;
  readonly opensTab: string;
  readonly loading: string;
  readonly refused: string;
  readonly refusedHint: string;
  readonly unsupported: string;
  readonly back: string;
  readonly details: string;
  readonly storage: string;
  readonly storageKinds: Readonly<Record<EmbedStorage, string>>;
  readonly useOwn: string;
  readonly ownBytes: (bytes: number) => string;
  /** Spoken by screen readers. */
  readonly status: {
    readonly making: string;
    readonly ready: string;
    readonly failed: string;
    readonly asked: string;
    readonly picture: string;
    readonly problem: string;
  };
}

const EN: WidgetTexts = {
  title: 'Make a clip with Kindling',
  prompt: 'What happens?',
  placeholder: 'an orange cat in a snowy forest, the sun sets',
  model: 'Model',
  make: 'Make the clip',
  promise: (bytes) =>
    `Made on your own device, nothing is uploaded. The first clip loads up to ${bytesInWords(bytes)}.`,
  receives: (site) => `${site} receives the finished clip and its settings.`,
  asks: (site) => `${site} asks for this clip`,
  facts: (seconds, aspect) => `${seconds} s · ${aspect}`,
  noWords: 'A picture, without words',
  firstFrame: 'Picture that the clip begins with',
  addPicture: 'Begin with a picture',
  otherPicture: 'Another picture',
  removePicture: 'Remove it',
  decline: 'No, thanks',
  cancel: 'Cancel',
  cancelling: 'Stopping …',
  progress: 'Progress of the clip',
  preview: 'Preview of the clip',
  phases: {
    prepare: 'Getting ready',
    text: 'Reading your words',
    picture: 'Looking at the picture',
    denoise: 'Imagining',
    decode: 'Painting',
    encode: 'Writing the video',
  },
  timeLeft: (seconds) =>
    seconds < 90
      ? `about ${Math.max(1, Math.round(seconds))} s left`
      : `about ${Math.round(seconds / 60)} min left`,
  video: (prompt) => (prompt ? `Clip: ${prompt}` : 'Clip'),
  download: 'Download',
  again: 'Another one',
  handed: (site) => `${site} has received the clip.`,
  cancelled: 'Cancelled. Nothing was kept.',
  openKindling: 'Open in Kindling',
  opensTab: '(opens a new tab)',
  loading: 'One moment …',
  refused: 'Kindling is not available here',
  refusedHint: 'You can use it in a tab of its own: free, private, without an account.',
  unsupported: 'This browser cannot make clips. A current Chrome, Edge, Firefox or Safari can.',
  back: 'Back',
  details: 'Details',
  storage: 'What is kept here?',
  storageKinds: {
    'first-party': 'This frame shares its storage with Kindling itself.',
    partitioned:
      'Your browser keeps a separate storage for this site: what you keep in Kindling itself is not seen here, and what is kept here is not seen elsewhere.',
    unpartitioned: 'With your permission, this frame uses the storage of Kindling itself.',
    credentialless:
      'This page has asked your browser to forget everything in this frame when it is reloaded.',
    blocked:
      'Your browser lets this frame keep nothing. Clips can be made all the same; save them before you leave.',
  },
  useOwn: 'Use Kindling’s own storage',
  ownBytes: (bytes) => `Kindling keeps ${bytesInWords(bytes)} on this device.`,
  status: {
    making: 'The clip is being made.',
    ready: 'The clip is ready.',
    failed: 'The clip could not be made.',
    asked: 'The page asks for a clip. Press the button to make it.',
    picture: 'The clip will begin with your picture.',
    problem: 'That does not work. The reason stands above the button.',
  },
};

const ZH: WidgetTexts = {
  title: '用 Kindling 制作短片',
  prompt: '会发生什么？',
  placeholder: '雪林里的一只橙色的猫，太阳落山',
  model: '模型',
  make: '制作短片',
  promise: (bytes) => `在你自己的设备上制作，不上传任何内容。第一段短片最多需要载入 ${bytesInWords(bytes)}。`,
  receives: (site) => `${site} 会收到完成的短片及其设置。`,
  asks: (site) => `${site} 想要这段短片`,
  facts: (seconds, aspect) => `${seconds} 秒 · ${aspect}`,
  noWords: '只有图片，没有文字',
  firstFrame: '短片开头的图片',
  addPicture: '以图片开头',
  otherPicture: '换一张图片',
  removePicture: '移除图片',
  decline: '不用了',
  cancel: '取消',
  cancelling: '正在停止……',
  progress: '短片的进度',
  preview: '短片预览',
  phases: {
    prepare: '正在准备',
    text: '正在读文字',
    picture: '正在看图片',
    denoise: '正在想象',
    decode: '正在绘制',
    encode: '正在写入视频',
  },
  timeLeft: (seconds) =>
    seconds < 90 ? `约剩 ${Math.max(1, Math.round(seconds))} 秒` : `约剩 ${Math.round(seconds / 60)} 分钟`,
  video: (prompt) => (prompt ? `短片：${prompt}` : '短片'),
  download: '下载',
  again: '再做一段',
  handed: (site) => `${site} 已收到短片。`,
  cancelled: '已取消，什么都没有保留。',
  openKindling: '在 Kindling 中打开',
  opensTab: '（打开新标签页）',
  loading: '请稍候……',
  refused: 'Kindling 不能在这里使用',
  refusedHint: '可以在单独的标签页里使用：免费、私密、无需账号。',
  unsupported: '这个浏览器不能制作短片。最新版的 Chrome、Edge、Firefox 或 Safari 可以。',
  back: '返回',
  details: '详细信息',
  storage: '这里会保存什么？',
  storageKinds: {
    'first-party': '这个框架与 Kindling 本身使用同一个存储空间。',
    partitioned:
      '浏览器为这个网站单独保存数据：你在 Kindling 里保存的内容这里看不到，这里保存的内容别处也看不到。',
    unpartitioned: '经你许可，这个框架使用 Kindling 本身的存储空间。',
    credentialless: '这个页面要求浏览器在重新加载时忘记框架里的一切。',
    blocked: '浏览器不允许这个框架保存任何内容。短片仍可制作，请在离开前保存。',
  },
  useOwn: '使用 Kindling 自己的存储空间',
  ownBytes: (bytes) => `Kindling 在这台设备上保存了 ${bytesInWords(bytes)}。`,
  status: {
    making: '正在制作短片。',
    ready: '短片已完成。',
    failed: '短片没有做成。',
    asked: '页面想要一段短片。按下按钮即可制作。',
    picture: '短片将以你的图片开头。',
    problem: '这样不行，原因写在按钮上方。',
  },
};

/** The widget's sentences by language. */
export const WIDGET_TEXTS: Readonly<Record<Language, WidgetTexts>> = { en: EN, zh: ZH };
