// How far a file is: which chunks have arrived and what they looked like. Stored beside the bytes; never trusted blindly.

/** Bytes of a chunk: what is fetched by one request and is lost at most by a crash. */
export const CHUNK_BYTES = 16 * 2 ** 20;

/** What is kept of a file that is being downloaded or is complete. */
export interface DownloadRecord {
  readonly kindling: 1;
  /** For people. */
  readonly name: string;
  /** Where the bytes came from; null for an imported file. */
  readonly url: string | null;
  /** Size of the whole file. */
  readonly bytes: number;
  /** SHA-256 that the file must have, lower-case; null if nobody published one. */
  readonly sha256: string | null;
  /** The server's name for this version of the file. */
  readonly etag: string | null;
  readonly chunkBytes: number;
  /** xxHash64 of each chunk as it arrived, null where it has not. Tells damage on the disk, not who sent it. */
  readonly chunks: readonly (string | null)[];
  /** SHA-256 of the first `chunks` chunks, to be gone on with: a saved state of the hasher in base64. */
  readonly hashed: { readonly chunks: number; readonly state: string } | null;
  /** SHA-256 of the whole, once it is complete and right. */
  readonly verified: string | null;
}

/** A record of nothing yet. @param bytes positive. */
export const newRecord = (
  file: Pick<DownloadRecord, 'name' | 'url' | 'bytes' | 'sha256' | 'etag'>,
  chunkBytes = CHUNK_BYTES,
): DownloadRecord => ({
  kindling: 1,
  ...file,
  chunkBytes,
  chunks: new Array<null>(Math.ceil(file.bytes / chunkBytes)).fill(null),
  hashed: null,
  verified: null,
});

/** Where chunk `index` lies: from `start` up to and without `end`. */
export const chunkRange = (
  record: Pick<DownloadRecord, 'bytes' | 'chunkBytes'>,
  index: number,
): { start: number; end: number } => ({
  start: index * record.chunkBytes,
  end: Math.min(record.bytes, (index + 1) * record.chunkBytes),
});

/** Bytes of all chunks that have arrived. */
export function bytesArrived(record: DownloadRecord): number {
  let bytes = 0;
  for (const [index, chunk] of record.chunks.entries()) {
    if (chunk === null) continue;
    const { start, end } = chunkRange(record, index);
    bytes += end - start;
  }
  return bytes;
}

/** Reads what was stored; null for anything that is not a whole record of this version. */
export function parseRecord(value: unknown): DownloadRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kindling, name, url, bytes, sha256, etag, chunkBytes, chunks, hashed, verified } = value as Record<
    string,
    unknown
  >;
  if (kindling !== 1 || typeof name !== 'string') return null;
  if (!isSize(bytes) || !isSize(chunkBytes)) return null;
  if (!isTextOrNull(url) || !isTextOrNull(etag) || !isHashOrNull(sha256) || !isHashOrNull(verified))
    return null;
  if (!Array.isArray(chunks) || chunks.length !== Math.ceil(bytes / chunkBytes)) return null;
  if (!chunks.every((chunk) => chunk === null || (typeof chunk === 'string' && /^[0-9a-f]{16}$/.test(chunk))))
    return null;
  return {
    kindling: 1,
    name,
    url,
    bytes,
    sha256,
    etag,
    chunkBytes,
    chunks: chunks as (string | null)[],
    hashed: parseHashed(hashed, chunks as (string | null)[]),
    verified,
  };
}

/** A saved state counts only if everything that it hashed is there. */
function parseHashed(value: unknown, chunks: readonly (string | null)[]): DownloadRecord['hashed'] {
  if (typeof value !== 'object' || value === null) return null;
  const { chunks: count, state } = value as Record<string, unknown>;
  if (!isSize(count) || count > chunks.length || typeof state !== 'string') return null;
  return chunks.slice(0, count).includes(null) ? null : { chunks: count, state };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
const isHashOrNull = (value: unknown): value is string | null =>
  value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
