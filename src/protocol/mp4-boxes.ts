// An MP4 file is a tree of boxes: size, four-letter type, content (ISO/IEC 14496-12 §4.2). This file walks one
// level of that tree in bytes that anybody may have written: every step moves forward, and steps are counted.

/** One box: where its content lies in the source. */
export interface Mp4Box {
  /** Four letters, or four bytes as Latin-1 characters. */
  readonly type: string;
  /** The type as a number: items of an `ilst` are named by an index. */
  readonly code: number;
  /** Position of the box's first byte. */
  readonly start: number;
  /** Position of the content's first byte. */
  readonly content: number;
  /** Position after the last byte, cut to the parent's end. */
  readonly end: number;
  /** False if the box says that it is longer than its parent: the file was cut off. */
  readonly whole: boolean;
}

/** Bytes that can be read at any position, from memory or from a file. */
export interface Mp4Source {
  readonly size: number;
  /** Reads up to `length` bytes at `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** How many boxes may still be looked at; shared by all levels of one search. */
export interface Mp4Budget {
  boxes: number;
}

const WINDOW_BYTES = 65_536; // neighbouring headers come from one read

/** Reads from a file through a small window, or from memory without copying. */
export function mp4Source(source: Blob | Uint8Array): Mp4Source {
  if (source instanceof Uint8Array) {
    return {
      size: source.length,
      read: async (position, length) => source.subarray(position, Math.min(source.length, position + length)),
    };
  }
  let window = new Uint8Array(0);
  let windowStart = 0;
  const fetch = async (position: number, length: number): Promise<Uint8Array<ArrayBuffer>> =>
    new Uint8Array(await source.slice(position, position + length).arrayBuffer());
  return {
    size: source.size,
    read: async (position, length) => {
      if (length > WINDOW_BYTES) return fetch(position, length);
      const end = Math.min(source.size, position + length);
      if (position < windowStart || end > windowStart + window.length) {
        window = await fetch(position, WINDOW_BYTES);
        windowStart = position;
      }
      return window.subarray(position - windowStart, end - windowStart);
    },
  };
}

const HEADER_BYTES = 16; // size, type and, if the size is 1, a 64-bit size

/** Reads the header of a box from its first bytes, or null if there is none: too few bytes, or a size smaller than the header. */
export function parseBoxHeader(bytes: Uint8Array, start: number, parentEnd: number): Mp4Box | null {
  if (bytes.length < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size32 = view.getUint32(0);
  let header = 8;
  let size = size32;
  if (size32 === 1) {
    if (bytes.length < HEADER_BYTES) return null;
    header = HEADER_BYTES;
    // Above 2^53 the sum is not exact, but then it is beyond any file, and cut below.
    size = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  } else if (size32 === 0) {
    size = parentEnd - start; // "to the end"
  }
  if (size < header || start + header > parentEnd) return null;
  const end = Math.min(start + size, parentEnd);
  const type = String.fromCharCode(...bytes.subarray(4, 8));
  return { type, code: view.getUint32(4), start, content: start + header, end, whole: end - start === size };
}

/**
 * Lists the boxes between two positions, in order, until something is not a box or the budget is spent.
 * @param budget counted down by one per box.
 */
export async function* mp4Boxes(
  source: Mp4Source,
  start: number,
  end: number,
  budget: Mp4Budget,
): AsyncGenerator<Mp4Box, void, undefined> {
  let position = start;
  while (position + 8 <= end && budget.boxes > 0) {
    budget.boxes--;
    const bytes = await source.read(position, Math.min(HEADER_BYTES, end - position));
    const box = parseBoxHeader(bytes, position, end);
    if (!box) return;
    yield box;
    position = box.end; // at least 8 further: parseBoxHeader refuses smaller sizes
  }
}
