import type { Language } from '../../state/language.ts';

/** What the list of models says about memory, stage by stage. */
export interface MemoryTexts {
  readonly title: string;
  readonly stages: Readonly<Record<'text' | 'condition' | 'denoise' | 'decode', string>>;
  readonly note: string;
}

/** In every language of the page. */
export const MEMORY_TEXTS: Readonly<Record<Language, MemoryTexts>> = {
  en: {
    title: 'Memory on the graphics card',
    stages: {
      text: 'Reading the words',
      condition: 'Looking at a picture',
      denoise: 'Denoising, with previews',
      decode: 'Painting the frames',
    },
    note: 'One after the other: each is gone before the next begins, so the largest counts. Reckoned for a card with half precision (f16); what the driver needs comes on top.',
  },
  zh: {
    title: '显存占用',
    stages: {
      text: '理解文字',
      condition: '查看图片',
      denoise: '去噪（含预览）',
      decode: '绘制画面',
    },
    note: '各阶段依次进行：前一个释放之后才开始下一个，因此只看最大的一项。按支持半精度（f16）的显卡计算，驱动程序所需的显存另计。',
  },
};
