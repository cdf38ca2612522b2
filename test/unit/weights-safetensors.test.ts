import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { openWeightFile, type WeightFile } from '../../src/weights/weight-file.ts';
import { bytesOf } from '../fixtures/write-gguf.ts';
import { writeSafetensors, writeSafetensorsHeader } from '../fixtures/write-safetensors.ts';
import { codeOf } from './weights-expect.ts';

const floats = bytesOf(Float32Array.of(1, 2, 3, 4));
const open = (bytes: Uint8Array): Promise<WeightFile> =>
  openWeightFile(bufferSource(bytes, 'test.safetensors'));
const openHeader = (header: string, length?: bigint): Promise<WeightFile> =>
  open(writeSafetensorsHeader(header, floats, length));

test('a safetensors file gives its tensors and metadata', async () => {
  const bytes = writeSafetensors(
    {
      a: { dtype: 'F32', shape: [2, 2], data: floats },
      b: { dtype: 'BF16', shape: [1, 2], data: floats.subarray(0, 4) },
    },
    { format: 'pt' },
  );
  const file = await open(bytes);
  expect(file.format).toBe('safetensors');
  expect(file.metadata.get('format')).toBe('pt');
  expect(file.tensors.get('a')).toEqual({
    name: 'a',
    shape: [2, 2],
    type: 'F32',
    offset: bytes.length - 20,
    bytes: 16,
  });
  expect(file.tensors.get('b')?.type).toBe('BF16');
});

test('a tensor may be called __proto__', async () => {
  const file = await openHeader('{"__proto__":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}');
  expect([...file.tensors.keys()]).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).dtype).toBeUndefined();
});

test('a tensor described only by a prototype is not described', async () => {
  const header = '{"a":{"__proto__":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}}';
  expect(await codeOf(openHeader(header))).toBe('model/format');
});

test('the header may be padded with spaces, as the reference writes it', async () => {
  expect((await openHeader('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}    ')).tensors.size).toBe(
    1,
  );
});

describe('a safetensors header is refused', () => {
  const entry = (fields: string): string => `{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]${fields}}`;
  test.each([
    ['that is not JSON', '{"a":', 'model/format'],
    ['that is nested too deeply', `{"a":${'['.repeat(100_000)}`, 'model/format'],
    ['that names a tensor twice', `${entry('')},${entry('').slice(1)}}`, 'model/format'],
    [
      'that names a tensor twice in different spelling',
      `${entry('')},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[16,16]}}`,
      'model/format',
    ],
    ['with a number for a tensor', '{"a":1}', 'model/format'],
    ['with a tensor that is null', '{"a":null}', 'model/format'],
    ['without dtype', '{"a":{"shape":[4],"data_offsets":[0,16]}}', 'model/format'],
    ['without shape', '{"a":{"dtype":"F32","data_offsets":[0,16]}}', 'model/format'],
    ['without offsets', '{"a":{"dtype":"F32","shape":[4]}}', 'model/format'],
    ['with metadata that is no text', '{"__metadata__":{"a":1}}', 'model/format'],
    ['with an unknown type', '{"a":{"dtype":"F31","shape":[4],"data_offsets":[0,16]}}', 'model/tensor-type'],
    ['with a fractional axis', '{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}', 'model/format'],
    ['with a negative axis', '{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}', 'model/format'],
    ['with an axis of 1e308', '{"a":{"dtype":"F32","shape":[1e308],"data_offsets":[0,16]}}', 'model/format'],
    [
      'with axes whose product is absurd',
      '{"a":{"dtype":"F32","shape":[9e15,9e15],"data_offsets":[0,16]}}',
      'model/tensor-range',
    ],
    [
      'with offsets that do not fit the shape',
      '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}',
      'model/tensor-range',
    ],
    [
      'with offsets in the wrong order',
      '{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}',
      'model/tensor-range',
    ],
    [
      'with a tensor beyond the end',
      '{"a":{"dtype":"F32","shape":[4],"data_offsets":[4,20]}}',
      'model/truncated',
    ],
    [
      'with tensors that share bytes',
      `${entry('')},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}`,
      'model/tensor-range',
    ],
  ])('%s', async (_, header, code) => {
    expect(await codeOf(openHeader(header))).toBe(code);
  });

  test('that claims to be longer than the file', async () => {
    expect(await codeOf(openHeader('{}', 2n ** 40n))).toBe('model/truncated');
    expect(await codeOf(openHeader('{}', 2n ** 63n))).toBe('model/format');
  });

  test('of 100 MB, without reading it', async () => {
    const start = writeSafetensorsHeader('{      ', floats, 100_000_000n);
    let largest = 0;
    const source = {
      name: 'large',
      bytes: 2 ** 33,
      async read(offset: number, length: number) {
        largest = Math.max(largest, length);
        return start.slice(offset, offset + length);
      },
    };
    expect(await codeOf(openWeightFile(source))).toBe('model/format');
    expect(largest).toBeLessThan(100);
  });

  test('that is not UTF-8', async () => {
    const bytes = writeSafetensorsHeader('{"a":1}', floats);
    bytes[10] = 0xff;
    expect(await codeOf(open(bytes))).toBe('model/format');
  });

  test('wherever it is cut off', async () => {
    const whole = writeSafetensors({ a: { dtype: 'F32', shape: [4], data: floats } });
    for (let length = 0; length < whole.length; length++) {
      expect(await codeOf(open(whole.subarray(0, length))), `${length} bytes`).toBe('model/truncated');
    }
  });
});
