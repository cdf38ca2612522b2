import type { VNode } from 'preact';
import type { MODEL_PARTS, ModelShelf } from '../state/model-shelf.ts';
import { saveBlob } from './hand-over.ts';
import { useTexts } from './studio-context.tsx';

/** Copies a stored file of a model to the visitor's own folders. */
export function SaveFile(props: {
  readonly shelf: ModelShelf;
  readonly id: string;
  readonly part: (typeof MODEL_PARTS)[number];
  readonly name: string;
}): VNode {
  const { shelf, id, part, name } = props;
  const texts = useTexts();
  const save = async (): Promise<void> => {
    const file = await shelf.exportFile(id, part);
    if (file) saveBlob(file.blob, file.name);
  };
  return (
    <button type="button" class="link" aria-label={texts.models.saveFileAs(name)} onClick={() => void save()}>
      {texts.models.saveFile}
    </button>
  );
}
