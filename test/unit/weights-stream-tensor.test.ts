// A tensor in slices is the tensor as a whole, number by number, in every format.
import { expect, test } from 'vitest';
import {
  type PackedFormat,
  type PackedTensor,
  readTensor,
  streamTensor,
} from '../../src/weights/read-tensor.ts';
import type { TensorType } from '../../src/weights/tensor-type.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import { computedModel } from '../fixtures/computed-model.ts';

const ROWS = 5003; // no multiple of anything: the last slice is an odd one
const COLUMNS = 1024;
const COUNT = ROWS * COLUMNS; // more than a slice of every type

const arraysOf = (tensor: PackedTensor): readonly (Float32Array | Uint16Array | Uint8Array)[] =>
  'data' in tensor ? [tensor.data] : [tensor.quantized, tensor.scales];

test.each<[TensorType, PackedFormat]>([
  ['F32', 'float32'],
  ['BF16', 'float16'],
  ['F16', 'float16'],
  ['Q4_0', 'q4'],
  ['Q8_0', 'q8'],
  ['Q4_K', 'q8'],
  ['Q6_K', 'q4'],
  ['BF16', 'q4'],
])('%s as %s', async (type, format) => {
  const rows = type === 'Q4_0' || type === 'Q4_K' ? 4 * ROWS : ROWS * 2; // the smallest types need more
  const file = await openWeightFile(computedModel('m.gguf', [{ name: 'w', shape: [rows, COLUMNS], type }]));
  const options = { scales: 'float16' } as const;
  const whole = arraysOf(await readTensor(file, 'w', format, options));
  const parts = whole.map((array) => array.slice().fill(0));
  const firsts: number[] = [];
  await streamTensor(
    file,
    'w',
    format,
    (slice, first) => {
      firsts.push(first);
      for (const [i, part] of arraysOf(slice).entries())
        parts[i]!.set(part, first * (whole[i]!.length / (rows * COLUMNS)));
    },
    options,
  );
  expect(rows * COLUMNS).toBeGreaterThan(COUNT);
  expect(firsts.length).toBeGreaterThan(1);
  expect(firsts.every((first) => first % 128 === 0)).toBe(true);
  for (const [i, part] of parts.entries())
    expect(Buffer.compare(Buffer.from(part.buffer), Buffer.from(whole[i]!.buffer))).toBe(0);
});
