// A decoder that sees the latent frame to come paints the end of a segment before there is one, so what it painted there is not quite what the
// next segment goes on from. The difference is taken along, and fades.

/** Seconds in which the difference is gone: long enough that no frame jumps, too short to be seen as something that stays behind. */
export const FADE_SECONDS = 1 / 3;

/** What one picture has to be given to become another, and less of it the further away a picture is. */
export class SeamFade {
  readonly #difference: Int16Array;
  readonly #pictures: number;

  /**
   * @param shown the picture that was shown last, as it was painted then: RGBA, `[height, width, 4]`.
   * @param known the same instant as it is painted now that more is known.
   * @param pictures how many pictures behind that instant the difference is gone; positive.
   */
  constructor(shown: Uint8ClampedArray, known: Uint8ClampedArray, pictures: number) {
    this.#pictures = pictures;
    this.#difference = new Int16Array(shown.length);
    for (let i = 0; i < shown.length; i++) this.#difference[i] = shown[i]! - known[i]!;
  }

  /**
   * Gives a picture its share of the difference, in place.
   * @param rgba `[height, width, 4]`.
   * @param since pictures since that instant; up to 0 it is all of the difference.
   */
  apply(rgba: Uint8ClampedArray, since: number): void {
    const share = Math.min(1, 1 - since / this.#pictures);
    if (share <= 0) return;
    for (let i = 0; i < rgba.length; i++) rgba[i] = rgba[i]! + share * this.#difference[i]!;
  }
}
