import type { SegmentFacts } from './segment-files.ts';

/**
 * How much room the rest of a film takes: what is still to be kept of its segments, as the finished ones tell, and the film itself.
 * @param segments of the film in order, as far as they are kept.
 * @param refused bytes that there was no room for.
 * @returns bytes; an estimate, at least `refused`.
 */
export function roomNeeded(segments: readonly SegmentFacts[], refused: number): number {
  const finished = segments.filter(({ encodedBytes }) => encodedBytes > 0);
  const mean = (of: (facts: SegmentFacts) => number): number =>
    finished.reduce((sum, facts) => sum + of(facts), 0) / finished.length;
  // Nothing is finished yet: its latents once more as they will be kept, and its frames, which are smaller.
  const each = finished.length > 0 ? mean(({ bytes }) => bytes) : 2 * refused;
  const encoded = finished.length > 0 ? mean(({ encodedBytes }) => encodedBytes) : 0;
  const begun = segments.reduce((sum, { bytes, encodedBytes }) => sum + (encodedBytes > 0 ? 0 : bytes), 0);
  const rest = (segments.length - finished.length) * each - begun;
  return Math.max(refused, Math.ceil(rest + segments.length * encoded));
}
