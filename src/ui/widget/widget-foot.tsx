import type { VNode } from 'preact';
import { Mark } from '../icons.tsx';
import { useWidget, useWidgetTexts } from './widget-context.tsx';

/** Below everything: the way to a tab of one's own, and what is kept where. */
export function WidgetFoot({ studio }: { readonly studio: string }): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const storage = widget.storage.value;
  const ownBytes = widget.ownBytes.value;
  return (
    <footer class="widget-foot">
      <a class="widget-home" href={`${studio}${widget.studioFragment()}`} target="_blank" rel="noopener">
        <Mark />
        {texts.openKindling} <span class="spoken">{texts.opensTab}</span>
      </a>
      <details data-storage={storage.kind}>
        <summary>{texts.storage}</summary>
        <p class="hint">
          {texts.storageKinds[storage.kind]} {ownBytes !== null && texts.ownBytes(ownBytes)}
        </p>
        {storage.canAsk && (
          <button type="button" class="link" onClick={() => void widget.useOwnStorage()}>
            {texts.useOwn}
          </button>
        )}
      </details>
    </footer>
  );
}
