import type { VNode } from 'preact';
import { picturesOf, STRIP_PICTURES } from '../core/segment-strip.ts';

/** Height of a strip on the page, CSS pixels; the file is twice as high. */
const HEIGHT = 48;

/**
 * Pictures of a segment side by side, as many as there is room for. They are parts of one picture file, so that dozens of them cost nothing.
 * @param url of the strip; null shows an empty place. @param ratio width to height of the film. @param width of the place, CSS pixels.
 * @param share of the segment that is seen, from its beginning; above 0, at most 1.
 */
export function SegmentPictures(props: {
  readonly url: string | null;
  readonly ratio: number;
  readonly width: number;
  readonly share: number;
}): VNode {
  const { url, ratio, width, share } = props;
  if (!url) return <span class="segment-pictures empty" />;
  const natural = HEIGHT * ratio;
  const pictures = picturesOf(Math.max(1, Math.ceil(width / natural)), share);
  const place = width / pictures.length;
  const scale = Math.max(1, place / natural);
  const left = (picture: number): number => -(picture * natural * scale + (natural * scale - place) / 2);
  return (
    <span class="segment-pictures">
      {pictures.map((picture) => (
        <span
          key={picture}
          style={{
            backgroundImage: `url("${url}")`,
            backgroundSize: `${STRIP_PICTURES * natural * scale}px ${HEIGHT * scale}px`,
            backgroundPosition: `${left(picture)}px ${(HEIGHT - HEIGHT * scale) / 2}px`,
          }}
        />
      ))}
    </span>
  );
}
