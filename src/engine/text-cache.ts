/**
 * Text states of the prompts that were encoded last, so that another seed does not wait for the encoder. Those of one text
 * encoder: make a new one for another.
 */
export class TextCache {
  readonly #limit: number;
  readonly #states = new Map<string, Float32Array>();
  #bytes = 0;

  /** @param limit bytes of states that are kept; the least recently used go first. */
  constructor(limit = 64 * 2 ** 20) {
    this.#limit = limit;
  }

  /**
   * Gives the states of these tokens, encoding them if they are not known. A failure is not remembered.
   * @returns `[L, D]`, the cache's: not to be written to.
   */
  async states(ids: readonly number[], encode: () => Promise<Float32Array>): Promise<Float32Array> {
    const key = ids.join();
    const known = this.#states.get(key);
    const states = known ?? (await encode());
    this.#states.delete(key); // and put in again as the youngest
    if (!known) this.#bytes += states.byteLength;
    this.#states.set(key, states);
    for (const [oldest, { byteLength }] of this.#states) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#states.delete(oldest);
      this.#bytes -= byteLength;
    }
    return states;
  }
}
