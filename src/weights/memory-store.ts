import { AppError } from '../core/errors.ts';
import { blobSource } from './byte-source.ts';
import { type ModelStore, storageError, type WritableBytes } from './model-store.ts';

interface Kept {
  /** Each PIECE bytes long while it is written or grows; a Blob once somebody reads it. */
  content: Uint8Array<ArrayBuffer>[] | Blob;
  size: number;
  record: string | null;
  writing: boolean;
}

const PIECE = 16 * 2 ** 20; // files grow without moving what is there; one array could not hold the largest
const GIB = 2 ** 30;

/**
 * Bytes of model files that a window may keep in memory: a quarter of the device's, at least one and at most two GiB. The engine and
 * the clip need memory, too, and browsers end tabs that take too much.
 * @param deviceMemory in GiB, as browsers tell it (rounded, at most 8); undefined where they do not.
 */
export const memoryLimit = (deviceMemory: number | undefined): number =>
  Math.min(2, Math.max(1, (deviceMemory ?? 4) / 4)) * GIB;

/**
 * Keeps model files in memory, for windows that have no storage of their own (private windows, credentialless frames). Forgotten with
 * the page. What is read is a Blob: other Workers can be given it, and the browser may keep it wherever it likes.
 * @param limit bytes that may be kept in all; beyond it `storage/full`.
 */
export function memoryStore(limit = Number.POSITIVE_INFINITY): ModelStore {
  const files = new Map<string, Kept>();
  const total = (): number => [...files.values()].reduce((sum, file) => sum + file.size, 0);
  const fileOf = (key: string): Kept => {
    const found = files.get(key) ?? { content: [], size: 0, record: null, writing: false };
    files.set(key, found);
    return found;
  };
  /** The file as a Blob; its arrays are let go. */
  const sealed = (key: string, name: string): Blob => {
    const file = files.get(key);
    if (!file) throw new AppError('storage/read', `${name} is not stored here. Download it first.`);
    if (file.content instanceof Blob) return file.content;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < file.size; at += PIECE)
      parts.push(file.content[at / PIECE]!.subarray(0, Math.min(PIECE, file.size - at)));
    const blob = new Blob(parts);
    if (!file.writing) file.content = blob;
    return blob;
  };
  return {
    kind: 'memory',
    limit,
    keys: async () => [...files.keys()],
    async readRecord(key) {
      const record = files.get(key)?.record;
      return record ? (JSON.parse(record) as unknown) : null;
    },
    async writeRecord(key, record) {
      fileOf(key).record = JSON.stringify(record);
    },
    async openForWriting(key, name = key) {
      const file = fileOf(key);
      if (file.writing)
        throw storageError(new DOMException('open', 'NoModificationAllowedError'), name, 'write');
      file.writing = true;
      try {
        return writable(name, file, await piecesOf(file));
      } catch (cause) {
        file.writing = false;
        throw storageError(cause, name, 'read');
      }
    },
    open: async (key, name) => blobSource(sealed(key, name), name),
    blob: async (key, name) => sealed(key, name),
    async remove(key) {
      if (files.get(key)?.writing)
        throw storageError(new DOMException('open', 'NoModificationAllowedError'), key, 'write');
      files.delete(key);
    },
  };

  function writable(name: string, file: Kept, pieces: Uint8Array<ArrayBuffer>[]): WritableBytes {
    return {
      size: () => file.size,
      write(bytes, at) {
        const end = at + bytes.byteLength;
        const needed = Math.max(0, end - file.size);
        if (total() + needed > limit)
          throw storageError(new DOMException('full', 'QuotaExceededError'), name, 'write', needed);
        while (pieces.length * PIECE < end) pieces.push(new Uint8Array(PIECE));
        eachPart(pieces, at, bytes.byteLength, (part, offset) =>
          part.set(bytes.subarray(offset, offset + part.byteLength)),
        );
        file.size = Math.max(file.size, end);
      },
      read(at, length) {
        const copy = new Uint8Array(Math.max(0, Math.min(length, file.size - at)));
        eachPart(pieces, at, copy.byteLength, (part, offset) => copy.set(part, offset));
        return copy;
      },
      truncate(bytes) {
        pieces.length = Math.min(pieces.length, Math.ceil(bytes / PIECE));
        file.size = Math.min(file.size, bytes);
      },
      flush() {},
      close() {
        file.writing = false;
      },
    };
  }
}

/** A file's arrays to write into, made anew if it was read meanwhile. */
async function piecesOf(file: Kept): Promise<Uint8Array<ArrayBuffer>[]> {
  const { content } = file;
  if (!(content instanceof Blob)) return content;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < content.size; at += PIECE) {
    const piece = new Uint8Array(PIECE);
    piece.set(new Uint8Array(await content.slice(at, at + PIECE).arrayBuffer()));
    pieces.push(piece);
  }
  file.content = pieces;
  return pieces;
}

function eachPart(
  pieces: readonly Uint8Array<ArrayBuffer>[],
  at: number,
  length: number,
  use: (part: Uint8Array<ArrayBuffer>, offset: number) => void,
): void {
  for (let offset = 0; offset < length; ) {
    const from = (at + offset) % PIECE;
    const take = Math.min(PIECE - from, length - offset);
    use(pieces[Math.floor((at + offset) / PIECE)]!.subarray(from, from + take), offset);
    offset += take;
  }
}
