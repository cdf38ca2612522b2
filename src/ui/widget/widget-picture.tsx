import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CloseIcon, PictureIcon } from '../icons.tsx';
import { pastedFile } from '../pasted-file.ts';
import { useWidget, useWidgetTexts } from './widget-context.tsx';

const ACCEPT = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

/** Where the visitor adds a picture: chosen, dropped anywhere on the frame, or pasted. */
export function WidgetPictureField(): VNode {
  const widget = useWidget();
  const texts = useWidgetTexts();
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const picture = widget.picture.value;
  useEffect(() => takeFiles((file) => void widget.addPicture(file)), [widget]);
  return (
    <div class="widget-actions">
      <input
        ref={input}
        class="spoken"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        accept={ACCEPT}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ''; // choosing the same file again must count
          if (file) void widget.addPicture(file);
        }}
      />
      <button ref={button} type="button" class="secondary" onClick={() => input.current?.click()}>
        <PictureIcon />
        {picture ? texts.otherPicture : texts.addPicture}
      </button>
      {picture && (
        <button
          type="button"
          class="secondary"
          onClick={() => {
            widget.removePicture();
            button.current?.focus(); // this one is gone
          }}
        >
          <CloseIcon />
          {texts.removePicture}
        </button>
      )}
    </div>
  );
}

/** Hands on files that are dropped or pasted anywhere on the page; says in the page that one hovers. @returns ends it. */
function takeFiles(use: (file: File) => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const page = document.documentElement;
  const hovers = (does: boolean): void => void page.classList.toggle('drop-here', does);
  const carriesFiles = ({ dataTransfer }: DragEvent): boolean =>
    dataTransfer?.types.includes('Files') === true;
  const onOver = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hovers(true);
  };
  const onLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) hovers(false); // every element under the pointer sends its own
  };
  const onDrop = (event: DragEvent): void => {
    hovers(false);
    if (!carriesFiles(event)) return; // words dropped on the field are the browser's business
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) use(file);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const file = pastedFile(event.clipboardData);
    if (!file) return;
    event.preventDefault();
    use(file);
  };
  document.addEventListener('dragover', onOver, { signal });
  document.addEventListener('dragleave', onLeave, { signal });
  document.addEventListener('drop', onDrop, { signal });
  document.addEventListener('paste', onPaste, { signal });
  return () => {
    stop.abort();
    hovers(false);
  };
}
