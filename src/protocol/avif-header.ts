import { type Mp4Box, parseBoxHeader } from './mp4-boxes.ts';

const MAX_BOXES = 2_000; // a picture in 100 tiles has some 300

/**
 * The size of an AVIF picture: the largest that any of its items (picture, alpha, tiles, thumbnail) declares
 * (`ispe` in `meta/iprp/ipco`, ISO/IEC 23008-12 §6.5.3).
 * @returns null if none is found.
 */
export function avifSize(bytes: Uint8Array): { width: number; height: number } | null {
  const budget = { boxes: MAX_BOXES };
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = { width: 0, height: 0 };
  const walk = (start: number, end: number, path: readonly string[]): void => {
    for (const box of boxesIn(bytes, start, end, budget)) {
      if (box.type !== path[0]) continue;
      if (path.length > 1) {
        walk(box.content + (box.type === 'meta' ? 4 : 0), box.end, path.slice(1));
      } else if (box.end - box.content >= 12) {
        size.width = Math.max(size.width, data.getUint32(box.content + 4));
        size.height = Math.max(size.height, data.getUint32(box.content + 8));
      }
    }
  };
  walk(0, bytes.length, ['meta', 'iprp', 'ipco', 'ispe']);
  return size.width > 0 && size.height > 0 ? size : null;
}

function* boxesIn(
  bytes: Uint8Array,
  start: number,
  end: number,
  budget: { boxes: number },
): Generator<Mp4Box, void> {
  for (let position = start; position + 8 <= end && budget.boxes > 0; ) {
    budget.boxes--;
    const box = parseBoxHeader(bytes.subarray(position, position + 16), position, end);
    if (!box) return;
    yield box;
    position = box.end;
  }
}
