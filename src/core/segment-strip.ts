// A strip shows a segment by a few small pictures side by side, in order of time.

/** Pictures of a strip, side by side. */
export const STRIP_PICTURES = 8;

/** Height of a strip, pixels: twice what it is shown at, for fine screens. */
export const STRIP_HEIGHT = 96;

/** Width of one picture of a strip, whole pixels. */
export const stripPictureWidth = (shape: { readonly width: number; readonly height: number }): number =>
  Math.max(1, Math.round((STRIP_HEIGHT * shape.width) / shape.height));

/**
 * Where in a segment of this length, seconds or frames, each picture is taken: in the middle of its share.
 * @param latest of one whose end is cut: what comes later is not there, and the last picture stands for it.
 */
export const stripTimes = (length: number, latest = length): readonly number[] =>
  Array.from({ length: STRIP_PICTURES }, (_, i) => Math.min(latest, (length * (i + 0.5)) / STRIP_PICTURES));

/**
 * Which pictures of a strip are shown, evenly spread and none twice.
 * @param count for how many there is room, at least 1. @param share of the segment that is seen, from its beginning; above 0, at most 1.
 */
export function picturesOf(count: number, share: number): readonly number[] {
  const there = STRIP_PICTURES * share;
  const shown = Math.max(1, Math.min(count, Math.floor(there)));
  return Array.from({ length: shown }, (_, i) => Math.floor(((i + 0.5) * there) / shown));
}
