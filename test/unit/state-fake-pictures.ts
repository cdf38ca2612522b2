import { readFileSync } from 'node:fs';
import { vi } from 'vitest';

/** Decoding that Node does not have: every picture comes out in the size that was asked for. Undone by `vi.unstubAllGlobals()`. */
export function stubDecoding(): void {
  vi.stubGlobal('createImageBitmap', async (_: Blob, options: { readonly resizeWidth: number }) => ({
    width: options.resizeWidth,
    height: options.resizeWidth,
    close: () => {},
  }));
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => null;
      convertToBlob = async () => new Blob(['small']);
    },
  );
}

/** A picture of the fixtures. */
export const pictureFile = (name: string, type = ''): Blob =>
  new Blob([readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url))], { type });

/** A file that is read only when it is told to. */
export function slowly(file: Blob): { readonly file: Blob; readonly go: () => void } {
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const slice = file.slice.bind(file);
  const slow = Object.assign(file, {
    slice: (...range: Parameters<Blob['slice']>) => {
      const part = slice(...range);
      const read = part.arrayBuffer.bind(part);
      return Object.assign(part, { arrayBuffer: () => gate.then(read) });
    },
  });
  return { file: slow, go: () => go() };
}
