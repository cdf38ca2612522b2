import { AppError } from '../core/errors.ts';

/** Thrown when a header goes on beyond the bytes read so far; the reader then reads more and starts over. Never leaves `gguf.ts`. */
export class HeaderGoesOn extends Error {
  /** The header reaches at least to this byte. */
  readonly upTo: number;
  constructor(upTo: number) {
    super('header goes on');
    this.upTo = upTo;
  }
}

/** Walks through the first bytes of an untrusted file, little-endian, and lets no length or count take it further than the file or `maxHeader`. */
export class HeaderCursor {
  position = 0;
  readonly #view: DataView;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @param bytes the first bytes of a file of `fileBytes` bytes whose header may have at most `maxHeader`. */
  constructor(
    readonly file: string,
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly fileBytes: number,
    readonly maxHeader: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A `model/format` error that says where. */
  malformed(what: string): AppError {
    return new AppError(
      'model/format',
      `${this.file}: the header is not valid at byte ${this.position}: ${what}. The file is damaged or of another kind; download it again.`,
      { detail: { file: this.file, at: this.position } },
    );
  }

  /** Steps over `length` bytes and returns where they start. Nothing is allocated for them. */
  skip(length: number): number {
    const start = this.position;
    const end = start + length;
    if (end > this.fileBytes) {
      throw new AppError(
        'model/truncated',
        `${this.file} ends at byte ${this.fileBytes}, inside its header, which goes on to ${end}. The download was cut short; download it again.`,
        { detail: { file: this.file, bytes: this.fileBytes, end } },
      );
    }
    if (end > this.maxHeader) throw this.malformed(`it would be larger than ${this.maxHeader} bytes`);
    if (end > this.bytes.byteLength) throw new HeaderGoesOn(end);
    this.position = end;
    return start;
  }

  /** An unsigned 32-bit number. */
  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** An unsigned 64-bit number. Above 2^53 it is rounded, which every limit refuses anyway. */
  u64(): number {
    const at = this.skip(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** A 64-bit count that must be at most `max`; `each` is the least number of bytes that one takes. */
  count(what: string, max: number, each: number): number {
    const count = this.u64();
    if (count > max) throw this.malformed(`it claims ${count} ${what}, at most ${max} are accepted`);
    const position = this.position;
    if (position + count * each > this.fileBytes) this.skip(count * each); // says that the file is too short
    return count;
  }

  /** Text with a 64-bit length in bytes before it; must be UTF-8. */
  text(maxBytes: number): string {
    const length = this.u64();
    if (length > maxBytes)
      throw this.malformed(`a text of ${length} bytes, at most ${maxBytes} are accepted`);
    const start = this.skip(length);
    try {
      return this.#text.decode(this.bytes.subarray(start, start + length));
    } catch {
      throw this.malformed('a text that is not UTF-8');
    }
  }

  /** A copy of the next `length` bytes. */
  copy(length: number): ArrayBuffer {
    const start = this.skip(length);
    return this.bytes.slice(start, start + length).buffer;
  }
}
