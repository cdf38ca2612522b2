import { AppError } from '../core/errors.ts';
import { type ByteSource, bufferSource } from './byte-source.ts';
import { type ModelStore, storageError, type WritableBytes } from './model-store.ts';

interface Kept {
  pieces: Uint8Array<ArrayBuffer>[]; // each PIECE bytes long
  size: number;
  record: string | null;
  writing: boolean;
}

const PIECE = 16 * 2 ** 20; // files grow without moving what is there; one array could not hold the largest

/**
 * Keeps model files in memory, for windows that have no storage of their own (private windows, credentialless frames). Forgotten with
 * the page. Each file is at most as large as one array can be when it is read in one piece, larger ones in ranges.
 * @param limit bytes that may be kept in all; beyond it `storage/full`.
 */
export function memoryStore(limit = Number.POSITIVE_INFINITY): ModelStore {
  const files = new Map<string, Kept>();
  const total = (): number => [...files.values()].reduce((sum, file) => sum + file.size, 0);
  const fileOf = (key: string): Kept => {
    const found = files.get(key) ?? { pieces: [], size: 0, record: null, writing: false };
    files.set(key, found);
    return found;
  };
  return {
    kind: 'memory',
    keys: async () => [...files.keys()],
    async readRecord(key) {
      const record = files.get(key)?.record;
      return record ? (JSON.parse(record) as unknown) : null;
    },
    async writeRecord(key, record) {
      fileOf(key).record = JSON.stringify(record);
    },
    async openForWriting(key) {
      const file = fileOf(key);
      if (file.writing)
        throw storageError(new DOMException('open', 'NoModificationAllowedError'), key, 'write');
      file.writing = true;
      return writable(key, file);
    },
    async open(key, name) {
      const file = files.get(key);
      if (!file) throw new AppError('storage/read', `${name} is not stored here. Download it first.`);
      return sourceOf(file, name);
    },
    async remove(key) {
      if (files.get(key)?.writing)
        throw storageError(new DOMException('open', 'NoModificationAllowedError'), key, 'write');
      files.delete(key);
    },
  };

  function writable(key: string, file: Kept): WritableBytes {
    return {
      size: () => file.size,
      write(bytes, at) {
        const end = at + bytes.byteLength;
        const needed = Math.max(0, end - file.size);
        if (total() + needed > limit)
          throw storageError(new DOMException('full', 'QuotaExceededError'), key, 'write', needed);
        while (file.pieces.length * PIECE < end) file.pieces.push(new Uint8Array(PIECE));
        eachPart(file, at, bytes.byteLength, (part, offset) =>
          part.set(bytes.subarray(offset, offset + part.byteLength)),
        );
        file.size = Math.max(file.size, end);
      },
      read: (at, length) => copyOf(file, at, length),
      truncate(bytes) {
        file.pieces.length = Math.min(file.pieces.length, Math.ceil(bytes / PIECE));
        file.size = Math.min(file.size, bytes);
      },
      flush() {},
      close() {
        file.writing = false;
      },
    };
  }
}

function eachPart(
  file: Kept,
  at: number,
  length: number,
  use: (part: Uint8Array<ArrayBuffer>, offset: number) => void,
): void {
  for (let offset = 0; offset < length; ) {
    const from = (at + offset) % PIECE;
    const take = Math.min(PIECE - from, length - offset);
    use(file.pieces[Math.floor((at + offset) / PIECE)]!.subarray(from, from + take), offset);
    offset += take;
  }
}

function copyOf(file: Kept, at: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(Math.max(0, Math.min(length, file.size - at)));
  eachPart(file, at, copy.byteLength, (part, offset) => copy.set(part, offset));
  return copy;
}

function sourceOf(file: Kept, name: string): ByteSource {
  const empty = bufferSource(new Uint8Array(0), name);
  return {
    name,
    bytes: file.size,
    async read(offset, length, options) {
      options?.signal?.throwIfAborted();
      if (!(offset >= 0 && length >= 0 && offset + length <= file.size))
        return { ...empty, bytes: file.size }.read(offset, length);
      return copyOf(file, offset, length);
    },
  };
}
