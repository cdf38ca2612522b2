// Puts the finishing touches to the movie box that mp4-muxer 5.2.2 wrote at the file's end, so that it can go first.

import { assert } from '../core/errors.ts';
import { type Mp4Box, parseBoxHeader } from '../protocol/mp4-boxes.ts';

/** Boxes whose children are visited; the number of bytes before the first child. */
const PARENTS: Readonly<Record<string, number>> = {
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  stsd: 8, // version, flags, count
  vp09: 78, // a visual sample entry's own fields
  av01: 78,
};

function visit(view: DataView, start: number, end: number, seen: (box: Mp4Box) => void): void {
  for (let position = start; position + 8 <= end; ) {
    const header = new Uint8Array(view.buffer, view.byteOffset + position, Math.min(16, end - position));
    const box = parseBoxHeader(header, position, end);
    assert(box?.whole, 'the muxer wrote a broken movie box');
    seen(box);
    const skip = PARENTS[box.type];
    if (skip !== undefined) visit(view, box.content + skip, box.end, seen);
    position = box.end;
  }
}

/**
 * Completes a movie box, appends the metadata and moves the chunk offsets: the box goes in front of the media data.
 * @param movie the `moov` box as written. Not changed.
 * @param metadata a `udta` box.
 * @param codec the file's codec string; what the muxer leaves out of the VP9 and AV1 configuration is taken from it.
 */
export function completeMovieBox(
  movie: Uint8Array,
  metadata: Uint8Array,
  codec: string,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(movie.length + metadata.length);
  whole.set(movie);
  whole.set(metadata, movie.length);
  const view = new DataView(whole.buffer);
  visit(view, 0, movie.length, (box) => {
    switch (box.type) {
      case 'mvhd':
      case 'tkhd':
      case 'mdhd':
        // The same frames must make the same file, and a clip should not tell when it was made.
        whole.fill(0, box.content + 4, box.content + (whole[box.content] === 1 ? 20 : 12));
        break;
      case 'stco':
      case 'co64':
        moveChunks(view, box, whole.length);
        break;
      case 'vpcC':
        whole.fill(1, box.content + 7, box.content + 10); // BT.709 primaries, transfer and matrix; the muxer says "unknown"
        break;
      case 'av1C':
        whole.set(av1Configuration(codec), box.content + 1); // the muxer writes zeros
        break;
    }
  });
  view.setUint32(0, whole.length);
  return whole;
}

function moveChunks(view: DataView, box: Mp4Box, shift: number): void {
  const count = view.getUint32(box.content + 4);
  for (let i = 0; i < count; i++) {
    if (box.type === 'co64') {
      const at = box.content + 8 + 8 * i;
      view.setBigUint64(at, view.getBigUint64(at) + BigInt(shift));
    } else {
      const at = box.content + 8 + 4 * i;
      const moved = view.getUint32(at) + shift;
      assert(moved < 2 ** 32, 'the clip is larger than 4 GiB');
      view.setUint32(at, moved);
    }
  }
}

/** The three bytes after the version in `av1C`, for 8-bit 4:2:0, from `av01.P.LLT.DD` (AV1 in ISOBMFF §2.3). */
function av1Configuration(codec: string): readonly number[] {
  const match = /^av01\.(\d)\.(\d\d)([MH])/.exec(codec);
  assert(match, `${codec} is not an AV1 codec string`);
  const [, profile, level, tier] = match;
  const subsampled = 0b0000_1100; // horizontally and vertically
  return [(Number(profile) << 5) | Number(level), (tier === 'H' ? 0x80 : 0) | subsampled, 0];
}
