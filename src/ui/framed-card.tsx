import type { VNode } from 'preact';
import type { Language } from '../state/language.ts';
import { Mark } from './icons.tsx';

const TEXTS: Readonly<
  Record<Language, { readonly title: string; readonly text: string; readonly open: string }>
> = {
  en: {
    title: 'Kindling does not run inside another page',
    text: 'So that nobody else can lead your clicks, the studio opens in a tab of its own.',
    open: 'Open in Kindling',
  },
  zh: {
    title: 'Kindling 不在其他页面中运行',
    text: '为了不让别人引导你的点击，工作室会在单独的标签页中打开。',
    open: '在 Kindling 中打开',
  },
};

/** All that the studio shows inside somebody else's page. */
export function FramedCard(props: { readonly language: Language; readonly address: string }): VNode {
  const { title, text, open } = TEXTS[props.language];
  return (
    <main class="framed">
      <div class="card">
        <Mark />
        <h3>{title}</h3>
        <p>{text}</p>
        <p class="card-actions">
          <a class="primary" href={props.address} target="_blank" rel="noopener">
            {open}
          </a>
        </p>
      </div>
    </main>
  );
}
