import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { copyText } from '../hand-over.ts';
import { CopyIcon } from '../icons.tsx';
import type { PartnersTexts } from './partners-texts.ts';

/** A sample with a button that copies it. */
export function CopyableCode({
  code,
  texts,
}: {
  readonly code: string;
  readonly texts: PartnersTexts;
}): VNode {
  const [copied, setCopied] = useState('');
  return (
    <div class="sample">
      {/* It scrolls sideways: the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <button type="button" class="link" onClick={async () => (await copyText(code)) && setCopied(code)}>
        <CopyIcon />
        {texts.copy}
      </button>
      <span role="status" class="hint">
        {copied === code && texts.copied}
      </span>
    </div>
  );
}
