import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { pastedFile } from './pasted-file.ts';
import { useStudio, useTexts } from './studio-context.tsx';

const carriesFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes('Files') === true;

/** Takes files dropped or pasted anywhere on the page; shows where they will land while they hover. */
export function DropZone(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const isOver = useMemo(() => signal(false), []);
  useEffect(() => {
    let depth = 0; // every element under the pointer sends its own enter and leave
    const set = (next: number): void => {
      depth = Math.max(0, next);
      isOver.value = depth > 0;
    };
    const onEnter = (event: DragEvent): void => {
      if (carriesFiles(event.dataTransfer)) set(depth + 1);
    };
    const onLeave = (event: DragEvent): void => {
      if (carriesFiles(event.dataTransfer)) set(depth - 1);
    };
    const onOver = (event: DragEvent): void => {
      if (carriesFiles(event.dataTransfer)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      set(0);
      if (!carriesFiles(event.dataTransfer)) return; // words dropped on a field are the browser's business
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file && !document.querySelector('dialog[open]')) void studio.open(file, file.name);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const file = pastedFile(event.clipboardData);
      // What lies over the page has fields of its own.
      if (!file || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      void studio.open(file, file.name);
    };
    const stop = new AbortController();
    const { signal: until } = stop;
    document.addEventListener('dragenter', onEnter, { signal: until });
    document.addEventListener('dragleave', onLeave, { signal: until });
    document.addEventListener('dragover', onOver, { signal: until });
    document.addEventListener('drop', onDrop, { signal: until });
    document.addEventListener('paste', onPaste, { signal: until });
    return () => stop.abort();
  }, [studio, isOver]);
  return isOver.value ? (
    <div class="drop-zone" aria-hidden="true">
      <p>{texts.picture.drop}</p>
    </div>
  ) : null;
}
