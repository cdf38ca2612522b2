import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type Picture, releasePicture } from './picture.ts';

/** The visitor's own first frame. Nothing of it leaves the frame but as part of a clip. */
export class WidgetPicture {
  readonly picture: ReadonlySignal<Picture | null>;
  readonly #picture = signal<Picture | null>(null);
  #newest = 0;
  #reading: Promise<unknown> | null = null;

  constructor() {
    this.picture = this.#picture;
  }

  /** Settles when the newest file has been read or refused, never rejects; null while nothing is being read. */
  get reading(): Promise<unknown> | null {
    return this.#reading;
  }

  /**
   * Takes a file in place of the one before, which stays if this one cannot be used; the newest wins.
   * @throws {AppError} `input/picture-…`; nothing if another was chosen meanwhile.
   */
  add(file: Blob): Promise<void> {
    const turn = ++this.#newest;
    const reading = this.#read(file, turn);
    const settled = reading
      .catch(() => {}) // whoever called is told
      .then(() => {
        if (turn === this.#newest) this.#reading = null;
      });
    this.#reading = settled;
    return reading;
  }

  async #read(file: Blob, turn: number): Promise<void> {
    try {
      const picture = await readPicture(file);
      if (turn !== this.#newest) return releasePicture(picture);
      releasePicture(this.#picture.value);
      this.#picture.value = picture;
    } catch (error) {
      if (turn === this.#newest) throw error;
    }
  }

  /** Puts it away. */
  remove(): void {
    this.#newest++;
    this.#reading = null;
    releasePicture(this.#picture.value);
    this.#picture.value = null;
  }
}

/**
 * Looks at a picture of the visitor's or of the page's. Most visits bring none: what reads them is fetched with the first.
 * @throws {AppError} `input/picture-…`.
 */
export async function readPicture(file: Blob): Promise<Picture> {
  const { readPicture: read } = await import('./read-picture.ts');
  return read(file, file instanceof File ? file.name : 'picture');
}
