import { AppError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { quoteName, type TensorEntry } from './tensor-entry.ts';
import { blockLayout, elementCount, type TensorType } from './tensor-type.ts';

const MAX_ELEMENTS = 2 ** 44; // 16 T numbers: far beyond any file, and 2^44 · 8 bytes is still an exact number

/**
 * The size of a tensor as stored.
 * @throws {AppError} `model/tensor-range` if the shape is absurd, `model/tensor-shape` if its rows cannot be cut into the type's blocks.
 */
export function storedBytes(file: string, name: string, shape: readonly number[], type: TensorType): number {
  const { elements, bytes } = blockLayout(type);
  const count = elementCount(shape);
  if (!(count <= MAX_ELEMENTS)) {
    throw new AppError(
      'model/tensor-range',
      `${file}: tensor ${quoteName(name)} claims the shape [${shape}], more numbers than any file holds. The file is damaged; download it again.`,
      { detail: { file, tensor: name, shape } },
    );
  }
  if ((shape.at(-1) ?? 1) % elements !== 0) {
    throw new AppError(
      'model/tensor-shape',
      `${file}: tensor ${quoteName(name)} of shape [${shape}] cannot be ${type}: its rows are no multiple of ${elements}. The file is damaged; download it again.`,
      { detail: { file, tensor: name, shape, type } },
    );
  }
  return (count / elements) * bytes;
}

/**
 * Checks that every tensor lies inside the file and that no two share bytes. Gaps are allowed.
 * @throws {AppError} `model/truncated` past the end of the file, `model/tensor-range` for an overlap.
 */
export function checkLayout(source: ByteSource, entries: Iterable<TensorEntry>): void {
  let previous: TensorEntry | null = null;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    const end = entry.offset + entry.bytes;
    if (end > source.bytes) {
      throw new AppError(
        'model/truncated',
        `${source.name} ends at byte ${source.bytes}, but its tensor ${quoteName(entry.name)} reaches to ${end}. The download was cut short; download it again.`,
        { detail: { file: source.name, tensor: entry.name, bytes: source.bytes, end } },
      );
    }
    if (previous && entry.offset < previous.offset + previous.bytes) {
      throw new AppError(
        'model/tensor-range',
        `${source.name}: the tensors ${quoteName(previous.name)} and ${quoteName(entry.name)} share bytes. The file is damaged; download it again.`,
        { detail: { file: source.name, tensors: [previous.name, entry.name] } },
      );
    }
    if (entry.bytes > 0) previous = entry;
  }
}
