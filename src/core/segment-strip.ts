// A strip shows a segment by a few small pictures side by side, in order of time.

/** Pictures of a strip, side by side. */
export const STRIP_PICTURES = 8;

/** Height of a strip, pixels: twice what it is shown at, for fine screens. */
export const STRIP_HEIGHT = 96;

/** Width of one picture of a strip, whole pixels. */
export const stripPictureWidth = (shape: { readonly width: number; readonly height: number }): number =>
  Math.max(1, Math.round((STRIP_HEIGHT * shape.width) / shape.height));

/** Where in a segment of this length, seconds or frames, each picture is taken: in the middle of its share. */
export const stripTimes = (length: number): readonly number[] =>
  Array.from({ length: STRIP_PICTURES }, (_, i) => (length * (i + 0.5)) / STRIP_PICTURES);
