// Reads a finished MP4 with an independent reader.
import { createFile, type ISOFile, MP4BoxBuffer } from 'mp4box';

/** What a player would learn from the file. */
export interface ClipFacts {
  readonly brand: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Length in seconds. */
  readonly seconds: number;
}

/** @throws {Error} if it is not an MP4 with one video track. */
export function readClip(bytes: Uint8Array): ClipFacts {
  const file: ISOFile = createFile();
  const facts: ClipFacts[] = [];
  file.onReady = (info) => {
    const track = info.videoTracks[0];
    if (!track) return;
    facts.push({
      brand: info.brands[0] ?? '',
      codec: track.codec,
      width: track.track_width,
      height: track.track_height,
      frames: track.nb_samples,
      seconds: info.duration / info.timescale,
    });
  };
  const copy = new Uint8Array(bytes).buffer;
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy, 0));
  file.flush();
  if (!facts[0]) throw new Error(`not an MP4 with a video track (${bytes.byteLength} bytes)`);
  return facts[0];
}
