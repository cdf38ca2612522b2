import type { EncodedSegment } from '../protocol/engine-api.ts';
import { type ClipWriterOptions, openClipWriter } from './mp4.ts';

/**
 * Puts one encoded segment into a file of its own, for whoever wants to see it before the film is finished. Nothing is encoded again.
 * @param options of the film's own writer: size and codec have to be the same.
 * @returns null if the segment does not fit.
 */
export async function segmentFilm(options: ClipWriterOptions, segment: EncodedSegment): Promise<Blob | null> {
  const writer = await openClipWriter({ ...options, keepSegments: false });
  try {
    return (await writer.addEncoded(segment)) ? (await writer.finish()).file : null;
  } finally {
    writer.close();
  }
}
