import { assert } from '../core/errors.ts';

/**
 * Collects what the muxer writes. Media data is handed to the browser as it comes (a Blob part may live on disk), so
 * that a long clip is never whole in this thread's memory; only the movie box, written last, is kept as bytes.
 */
export class MediaParts {
  #start = new Uint8Array(0);
  readonly #media: Blob[] = [];
  #position = 0;
  #movie: Uint8Array<ArrayBuffer>[] | null = null;

  /** Takes bytes for a position in the file: the next one, or within the first piece that was written. */
  readonly write = (data: Uint8Array, position: number): void => {
    const copy = new Uint8Array(data); // the muxer's buffer type says nothing about who else holds it
    if (position < this.#position) {
      assert(position + copy.length <= this.#start.length, 'the muxer rewrote media data');
      this.#start.set(copy, position);
      return;
    }
    assert(position === this.#position, 'the muxer left a gap');
    this.#position += copy.length;
    if (position === 0) this.#start = copy;
    else if (this.#movie) this.#movie.push(copy);
    else this.#media.push(new Blob([copy]));
  };

  /** From now on what is written is kept as bytes. */
  keepRest(): void {
    this.#movie = [];
  }

  /**
   * The finished pieces.
   * @returns the file type box; the movie box; the media data box in pieces.
   */
  split(): {
    readonly type: Uint8Array<ArrayBuffer>;
    readonly movie: Uint8Array<ArrayBuffer>;
    readonly media: readonly BlobPart[];
  } {
    const view = new DataView(this.#start.buffer);
    const typeLength = view.getUint32(0);
    const size = view.getUint32(typeLength);
    const mediaEnd = typeLength + (size === 1 ? Number(view.getBigUint64(typeLength + 8)) : size);
    const rest = this.#movie ?? [];
    const restStart = this.#position - rest.reduce((sum, piece) => sum + piece.length, 0);
    const joined = new Uint8Array(this.#position - restStart);
    let at = 0;
    for (const piece of rest) {
      joined.set(piece, at);
      at += piece.length;
    }
    return {
      type: this.#start.subarray(0, typeLength),
      movie: joined.subarray(mediaEnd - restStart),
      media: [this.#start.subarray(typeLength), ...this.#media, joined.subarray(0, mediaEnd - restStart)],
    };
  }

  /** Lets go of everything. */
  clear(): void {
    this.#start = new Uint8Array(0);
    this.#media.length = 0;
    this.#movie = null;
  }
}
