import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../src/weights/byte-source.ts';
import type { TensorEntry, WeightFile } from '../../src/weights/weight-file.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import { bytesOf, type GgufContent, writeGguf } from '../fixtures/write-gguf.ts';
import { codeOf } from './weights-expect.ts';

const F32 = 0;
const Q4_0 = 2;
const floats = (n: number): Uint8Array => bytesOf(Float32Array.from({ length: n }, (_, i) => i));
const open = (content: GgufContent): Promise<WeightFile> =>
  openWeightFile(bufferSource(writeGguf(content), 'test.gguf'));
const tensor = (name: string, shape: readonly number[] = [4], type = F32) => ({
  name,
  shape,
  type,
  data: floats(4),
});

describe('a GGUF file written by gguf-py', () => {
  const file = openWeightFile(
    bufferSource(
      readFileSync(new URL('../fixtures/golden/gguf-types.gguf', import.meta.url)),
      'gguf-types.gguf',
    ),
  );

  test('gives its metadata with every type of value', async () => {
    const { metadata, format } = await file;
    expect(format).toBe('gguf');
    expect(metadata.get('general.architecture')).toBe('kindling-test');
    expect(metadata.get('test.uint32')).toBe(4294967295);
    expect(metadata.get('test.int32')).toBe(-7);
    expect(metadata.get('test.uint64')).toBe(2n ** 53n + 2n);
    expect(metadata.get('test.int64')).toBe(-5);
    expect(metadata.get('test.float32')).toBe(1.5);
    expect(metadata.get('test.float64')).toBe(0.1);
    expect(metadata.get('test.bool')).toBe(true);
    expect(metadata.get('test.string')).toBe('größe 大小');
    expect(metadata.get('test.strings')).toEqual(['a', '', '猫']);
    expect(metadata.get('test.numbers')).toEqual(Int32Array.of(3, 1, 2));
  });

  test('gives shapes outputs first, and the true shape of a tensor stored with fewer axes', async () => {
    const { tensors } = await file;
    expect(tensors.get('Q4_K')?.shape).toEqual([2, 512]);
    expect(tensors.get('Q4_K')?.bytes).toBe(4 * 144);
    expect(tensors.get('reshaped')?.shape).toEqual([2, 4, 1, 2, 2]);
  });
});

test('reads a header larger than the first read', async () => {
  const words = Array.from({ length: 40_000 }, (_, i) => ({ type: 'string', value: `word ${i}` }) as const);
  const file = await open({
    metadata: { words: { type: 'array', of: 'string', value: words } },
    tensors: [tensor('a')],
  });
  expect(file.metadata.get('words')).toHaveLength(40_000);
  const { offset } = file.tensors.get('a') as TensorEntry;
  expect(await file.source.read(offset, 16)).toEqual(floats(4));
});

test('keeps names of object properties as ordinary names', async () => {
  const file = await open({
    metadata: [
      ['__proto__', { type: 'u32', value: 5 }],
      ['constructor', { type: 'u32', value: 6 }],
    ],
    tensors: [tensor('__proto__'), tensor('constructor')],
  });
  expect([...file.tensors.keys()]).toEqual(['__proto__', 'constructor']);
  expect(file.metadata.get('__proto__')).toBe(5);
  expect(({} as Record<string, unknown>).value).toBeUndefined();
});

test('accepts an empty file and tensors without axes or numbers', async () => {
  expect((await open({})).tensors.size).toBe(0);
  const file = await open({
    tensors: [
      { name: 'scalar', shape: [], type: F32, data: floats(1) },
      { name: 'none', shape: [0, 4], type: F32, data: new Uint8Array(0) },
    ],
  });
  expect(file.tensors.get('scalar')?.bytes).toBe(4);
  expect(file.tensors.get('none')?.bytes).toBe(0);
});

describe('a GGUF header is refused', () => {
  const cases: readonly [string, GgufContent, string][] = [
    ['of version 1', { version: 1 }, 'model/format'],
    ['of version 4', { version: 4 }, 'model/format'],
    ['with 2^60 tensors', { tensorCount: 2n ** 60n }, 'model/format'],
    ['with 2^64 − 1 metadata keys', { keyCount: 2n ** 64n - 1n }, 'model/format'],
    ['with more tensors than its bytes can hold', { tensorCount: 60_000n }, 'model/truncated'],
    ['with one tensor name twice', { tensors: [tensor('a'), tensor('a')] }, 'model/format'],
    [
      'with one metadata key twice',
      {
        metadata: [
          ['a', { type: 'u8', value: 1 }],
          ['a', { type: 'u8', value: 1 }],
        ],
      },
      'model/format',
    ],
    [
      'with tensors that share bytes',
      {
        tensors: [
          { ...tensor('a', [16]), data: floats(16) },
          { ...tensor('b'), offset: 32n },
        ],
      },
      'model/tensor-range',
    ],
    [
      'with a tensor between alignment steps',
      { tensors: [{ ...tensor('a'), offset: 4n }] },
      'model/tensor-range',
    ],
    ['with a tensor beyond the end', { tensors: [{ ...tensor('a'), offset: 1n << 20n }] }, 'model/truncated'],
    [
      'with a tensor beyond all numbers',
      { tensors: [{ ...tensor('a'), offset: 2n ** 63n }] },
      'model/tensor-range',
    ],
    ['with absurd axes', { tensors: [tensor('a', [2 ** 40, 2 ** 40])] }, 'model/tensor-range'],
    ['with a tensor of 2^60 numbers', { tensors: [tensor('a', [2 ** 60])] }, 'model/tensor-range'],
    ['with nine axes', { tensors: [tensor('a', Array(9).fill(1))] }, 'model/format'],
    [
      'with rows that are no multiple of the block',
      { tensors: [tensor('a', [2, 33], Q4_0)] },
      'model/tensor-shape',
    ],
    ['with an unknown tensor type', { tensors: [tensor('a', [4], 999)] }, 'model/tensor-type'],
    [
      'with an alignment that is no power of two',
      { metadata: { 'general.alignment': { type: 'u32', value: 48 } } },
      'model/format',
    ],
    [
      'with an alignment of zero',
      { metadata: { 'general.alignment': { type: 'u32', value: 0 } } },
      'model/format',
    ],
    [
      'with an alignment that is a text',
      { metadata: { 'general.alignment': { type: 'string', value: '32' } } },
      'model/format',
    ],
    [
      'with an array of arrays',
      {
        metadata: {
          a: { type: 'array', of: 'array', value: [{ type: 'array', of: 'u8', value: [] }] },
        },
      },
      'model/format',
    ],
    [
      'with an original shape of another size',
      {
        metadata: {
          'comfy.gguf.orig_shape.a': { type: 'array', of: 'i32', value: [{ type: 'i32', value: 5 }] },
        },
        tensors: [tensor('a')],
      },
      'model/format',
    ],
  ];
  test.each(cases)('%s', async (_, content, code) => {
    expect(await codeOf(open(content))).toBe(code);
  });

  test('with a text of 1 GB, without making room for it', async () => {
    const bytes = writeGguf({ metadata: { key: { type: 'string', value: 'value' } } });
    new DataView(bytes.buffer).setBigUint64(24, 2n ** 30n, true); // the key's length
    expect(await codeOf(openWeightFile(bufferSource(bytes, 'x')))).toBe('model/format');
    new DataView(bytes.buffer).setBigUint64(24, 3n, true);
    new DataView(bytes.buffer).setBigUint64(24 + 8 + 3 + 4, 2n ** 20n, true); // the value's
    expect(await codeOf(openWeightFile(bufferSource(bytes, 'x')))).toBe('model/truncated');
  });

  test('with a header that goes on beyond 64 MiB of a larger file, without reading it', async () => {
    const bytes = writeGguf({ metadata: { key: { type: 'string', value: 'value' } } });
    new DataView(bytes.buffer).setBigUint64(24 + 8 + 3 + 4, 2n ** 26n - 1n, true);
    let read = 0;
    const source = {
      name: 'large',
      bytes: 2 ** 33,
      async read(_: number, length: number) {
        read += length;
        const out = new Uint8Array(length);
        out.set(bytes.subarray(0, length));
        return out;
      },
    };
    expect(await codeOf(openWeightFile(source))).toBe('model/format');
    expect(read).toBeLessThan(2 ** 20);
  });

  test('with names that are not UTF-8', async () => {
    const bytes = writeGguf({ tensors: [tensor('name')] });
    bytes[24 + 8] = 0xff;
    expect(await codeOf(openWeightFile(bufferSource(bytes, 'x')))).toBe('model/format');
  });

  test('wherever it is cut off', async () => {
    const whole = writeGguf({
      metadata: { a: { type: 'string', value: 'text' }, b: { type: 'f64', value: 1 } },
      tensors: [tensor('a'), tensor('b')],
    });
    for (let length = 0; length < whole.length; length++) {
      const cut = openWeightFile(bufferSource(whole.subarray(0, length), 'x'));
      expect(await codeOf(cut), `${length} bytes`).toBe('model/truncated');
    }
    expect(await codeOf(openWeightFile(bufferSource(whole, 'x')))).toBe('opened');
  });

  test('written for big-endian machines, and says so', async () => {
    const bytes = writeGguf({});
    bytes.set([0, 0, 0, 3], 4);
    await expect(openWeightFile(bufferSource(bytes, 'x'))).rejects.toThrow(/big-endian/);
  });
});

test('a file of another kind is refused with the kinds that work', async () => {
  const zip = new Uint8Array(64);
  zip.set([0x50, 0x4b, 3, 4]);
  await expect(openWeightFile(bufferSource(zip, 'weights.zip'))).rejects.toThrow(/\.gguf or \.safetensors/);
});
