import type { ClipOutlook } from '../../state/clip-outlook.ts';
import type { Language } from '../../state/language.ts';
import { durationInWords } from './durations.ts';

/** What the list of models says about how long a clip takes here. */
export interface OutlookTexts {
  /** @param clipSeconds length of the clip. */
  readonly says: Readonly<{
    [Kind in ClipOutlook['kind']]: (
      outlook: Extract<ClipOutlook, { kind: Kind }>,
      clipSeconds: number,
    ) => string;
  }>;
  readonly measure: string;
}

/** In every language of the page. */
export const OUTLOOK_TEXTS: Readonly<Record<Language, OutlookTexts>> = {
  en: {
    says: {
      made: ({ seconds, device }, clip) =>
        `A clip of ${clip} s takes about ${durationInWords(seconds, 'en')} here, as the last one did ${
          device === 'webgpu' ? 'on the graphics card' : 'on the processor'
        }.`,
      reckoned: ({ seconds, basis, adapter }, clip) =>
        `A clip of ${clip} s takes ${basis === 'blocks' ? 'about' : 'at least'} ${durationInWords(seconds, 'en')} of denoising here, from the speed measured on this device (${adapter}). Reading the model and painting the frames come on top.`,
      unmeasured: () => 'How long a clip takes here was not measured yet.',
      'after-a-clip': () => 'How long a clip takes here was not measured yet; the first one will tell.',
    },
    measure: 'Measure this device',
  },
  zh: {
    says: {
      made: ({ seconds, device }, clip) =>
        `在这里制作 ${clip} 秒的短片大约需要 ${durationInWords(seconds, 'zh')}：上一段${
          device === 'webgpu' ? '用显卡' : '用处理器'
        }制作时就是这样。`,
      reckoned: ({ seconds, basis, adapter }, clip) =>
        `在这里为 ${clip} 秒的短片去噪${basis === 'blocks' ? '大约' : '至少'}需要 ${durationInWords(seconds, 'zh')}，根据这台设备（${adapter}）实测的速度估算。读取模型和绘制画面的时间另计。`,
      unmeasured: () => '还没有测量过在这里制作一段短片需要多久。',
      'after-a-clip': () => '还没有测量过在这里制作一段短片需要多久；做完第一段就知道了。',
    },
    measure: '测量这台设备',
  },
};

/** The sentence for an outlook. */
export function outlookInWords(outlook: ClipOutlook, clipSeconds: number, language: Language): string {
  const { says } = OUTLOOK_TEXTS[language];
  switch (outlook.kind) {
    case 'made':
      return says.made(outlook, clipSeconds);
    case 'reckoned':
      return says.reckoned(outlook, clipSeconds);
    case 'unmeasured':
      return says.unmeasured(outlook, clipSeconds);
    case 'after-a-clip':
      return says['after-a-clip'](outlook, clipSeconds);
  }
}
