// The muxer writes tracks only. Metadata goes where ffmpeg and the labelling rules look for it: `moov/udta/meta` with
// handler `mdta`, names in `keys`, values in `ilst` (QuickTime File Format, "Metadata").

/** A metadata value: a name and its text. */
export interface Mp4Value {
  readonly key: string;
  readonly text: string;
}

const utf8 = new TextEncoder();

function bytes(...parts: readonly (Uint8Array | string | number)[]): Uint8Array<ArrayBuffer> {
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return utf8.encode(part);
    if (typeof part !== 'number') return part;
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, part);
    return word;
  });
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}

/** A box: size, type, content. Numbers are 32-bit words; a numeric type is an index. */
function box(
  type: string | number,
  ...content: readonly (Uint8Array | string | number)[]
): Uint8Array<ArrayBuffer> {
  const inside = bytes(...content);
  return bytes(inside.length + 8, type, inside);
}

const UTF8_TEXT = 1; // "well-known type" of a data box

/** The `udta` box that holds these values, in order. */
export function metadataBox(values: readonly Mp4Value[]): Uint8Array<ArrayBuffer> {
  const handler = box('hdlr', 0, 0, 'mdta', 0, 0, 0, new Uint8Array(1));
  const keys = box('keys', 0, values.length, ...values.map(({ key }) => box('mdta', key)));
  const items = values.map(({ text }, i) => box(i + 1, box('data', UTF8_TEXT, 0, text)));
  return box('udta', box('meta', 0, handler, keys, box('ilst', ...items)));
}
