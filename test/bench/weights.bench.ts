// How fast weights are unpacked and packed. Run by hand: npx vitest bench --project unit test/bench/weights.bench.ts
// Each round converts 16 MiB of stored bytes from memory; MB/s = 16.8 · hz.
import { bench, describe } from 'vitest';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { floatsToHalves } from '../../src/weights/half.ts';
import { type PackedFormat, readTensor } from '../../src/weights/read-tensor.ts';
import { blockLayout, type TensorType } from '../../src/weights/tensor-type.ts';
import type { WeightFile } from '../../src/weights/weight-file.ts';
import { seededFloats, seededRandom } from '../fixtures/seeded-random.ts';

const BYTES = 2 ** 24;

function fileOf(type: TensorType): WeightFile {
  const layout = blockLayout(type);
  const columns = Math.max(layout.elements, 256);
  const rowBytes = (columns / layout.elements) * layout.bytes;
  const rows = Math.floor(BYTES / rowBytes);
  const random = seededRandom(1);
  const bytes = new Uint8Array(rows * rowBytes);
  if (type === 'F32') new Float32Array(bytes.buffer).set(seededFloats(1, bytes.length / 4));
  else for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 0x70; // no infinite scales
  const entry = { name: 'w', shape: [rows, columns], type, offset: 0, bytes: bytes.length };
  return {
    source: bufferSource(bytes, type),
    format: 'gguf',
    tensors: new Map([['w', entry]]),
    metadata: new Map(),
  };
}

const CASES: readonly (readonly [TensorType, PackedFormat])[] = [
  ['Q4_0', 'q4'],
  ['Q8_0', 'q8'],
  ['Q8_0', 'q4'],
  ['Q4_K', 'q4'],
  ['Q6_K', 'q4'],
  ['Q6_K', 'q8'],
  ['BF16', 'q4'],
  ['F16', 'q8'],
  ['F16', 'float32'],
  ['BF16', 'float16'],
  ['F32', 'float16'],
];

describe('reading a tensor', () => {
  for (const [type, format] of CASES) {
    const file = fileOf(type);
    bench(`${type} → ${format}`, async () => {
      await readTensor(file, 'w', format, { scales: 'float16' });
    });
  }
  const floats = seededFloats(1, BYTES / 4);
  const halves = new Uint16Array(floats.length);
  bench('single → half precision without Float16Array', () => {
    floatsToHalves(floats, floats.length, halves, 0, false);
  });
});
