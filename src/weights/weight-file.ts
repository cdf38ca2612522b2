import { AppError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { isGguf, readGgufHeader } from './gguf.ts';
import { isSafetensors, readSafetensorsHeader } from './safetensors.ts';
import type { WeightFile } from './tensor-entry.ts';

export type { TensorEntry, WeightFile } from './tensor-entry.ts';

/**
 * Reads and checks a file's header; the first bytes tell the format. The source must stay readable as long as the result is used.
 * @throws {AppError} `model/format`, `model/truncated`, `model/tensor-range`, `model/tensor-shape` or `model/tensor-type`, whatever the bytes are; `storage/read`.
 */
export async function openWeightFile(source: ByteSource): Promise<WeightFile> {
  const start = await source.read(0, Math.min(16, source.bytes));
  if (isGguf(start)) return readGgufHeader(source);
  if (isSafetensors(start)) return readSafetensorsHeader(source);
  if (source.bytes < 16) {
    throw new AppError(
      'model/truncated',
      `${source.name} has only ${source.bytes} bytes. Download it again.`,
    );
  }
  throw new AppError(
    'model/format',
    `${source.name} is not a weight file this app can read: it starts neither like GGUF nor like safetensors. Choose a .gguf or .safetensors file.`,
  );
}
