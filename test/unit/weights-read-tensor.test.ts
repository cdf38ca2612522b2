import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blobSource, bufferSource } from '../../src/weights/byte-source.ts';
import { halfValues, toHalf } from '../../src/weights/half.ts';
import { type PackedFormat, type PackedTensor, readRows, readTensor } from '../../src/weights/read-tensor.ts';
import { openWeightFile, type WeightFile } from '../../src/weights/weight-file.ts';
import { seededFloats, seededRandom } from '../fixtures/seeded-random.ts';
import { bytesOf, writeGguf } from '../fixtures/write-gguf.ts';
import { writeSafetensors } from '../fixtures/write-safetensors.ts';
import { codeOf } from './weights-expect.ts';

const GGML = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, IQ2_S: 22, I32: 26 };
const half = halfValues();

const fileOf = (type: number, shape: readonly number[], data: Uint8Array): Promise<WeightFile> =>
  openWeightFile(bufferSource(writeGguf({ tensors: [{ name: 'w', shape, type, data }] }), 'test.gguf'));
const floatFile = (values: Float32Array, shape: readonly number[]): Promise<WeightFile> =>
  fileOf(GGML.F32, shape, bytesOf(values));

/** What MatMulNBits multiplies with: its definition, element by element. */
function unpack(tensor: PackedTensor): Float32Array {
  if (tensor.format === 'float32') return tensor.data;
  if (tensor.format === 'float16') return Float32Array.from(tensor.data, (bits) => half[bits]!);
  const { quantized, scales, format } = tensor;
  const out = new Float32Array(scales.length * 32);
  for (let i = 0; i < out.length; i++) {
    const stored = scales[i >> 5]!;
    const scale = scales instanceof Uint16Array ? half[stored]! : stored;
    const level = format === 'q8' ? quantized[i]! - 128 : ((quantized[i >> 1]! >> (4 * (i & 1))) & 15) - 8;
    out[i] = level * scale;
  }
  return out;
}

const read = async (file: WeightFile, format: PackedFormat, scales?: 'float16'): Promise<Float32Array> =>
  unpack(await readTensor(file, 'w', format, scales ? { scales } : {}));

const rms = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
};

describe('golden values (models/wan/reference/gguf_fixtures.py)', () => {
  const golden = JSON.parse(
    readFileSync(new URL('../fixtures/golden/gguf-types.json', import.meta.url), 'utf8'),
  ) as { tensors: Record<string, { type: string; shape: number[]; float32: string }> };
  const bytes = readFileSync(new URL('../fixtures/golden/gguf-types.gguf', import.meta.url));
  const file = openWeightFile(bufferSource(bytes, 'gguf-types.gguf'));
  const expectedOf = (name: string): Float32Array =>
    new Float32Array(Uint8Array.from(Buffer.from(golden.tensors[name]!.float32, 'base64')).buffer);

  test.each(Object.keys(golden.tensors))('%s reads bit for bit as the reference does', async (name) => {
    const tensor = await readTensor(await file, name, 'float32');
    expect(unpack(tensor)).toEqual(expectedOf(name));
    expect((await file).tensors.get(name)?.shape).toEqual(golden.tensors[name]!.shape);
  });

  test.each(Object.keys(golden.tensors))('%s reads as half precision, rounded once', async (name) => {
    const tensor = await readTensor(await file, name, 'float16');
    expect(tensor).toEqual({ format: 'float16', data: Uint16Array.from(expectedOf(name), toHalf) });
  });

  test.each(Object.keys(golden.tensors).filter((name) => name !== 'reshaped'))(
    '%s quantises to within half a level, and rows agree with the whole',
    async (name) => {
      const expected = expectedOf(name);
      for (const scales of ['float32', 'float16'] as const) {
        const q8 = unpack(await readTensor(await file, name, 'q8', { scales }));
        for (let i = 0; i < expected.length; i++) {
          const block = expected.subarray(i & ~31, (i & ~31) + 32);
          const level = Math.max(...block.map(Math.abs)) / 127;
          if (!(Math.abs(q8[i]! - expected[i]!) <= level * 0.56 + 1e-9)) expect.unreachable(`${name} ${i}`);
        }
      }
      const columns = golden.tensors[name]!.shape[1]!;
      const rows = await readRows(await file, name, [1, 0, 1]);
      expect(rows.subarray(0, columns)).toEqual(expected.subarray(columns));
      expect(rows.subarray(columns, 2 * columns)).toEqual(expected.subarray(0, columns));
      expect(rows.subarray(2 * columns)).toEqual(expected.subarray(columns));
    },
  );
});

describe('without loss', () => {
  const random = seededRandom(7);
  const noise = (blocks: number, size: number): Uint8Array => {
    const data = Uint8Array.from({ length: blocks * size }, () => Math.floor(random() * 256));
    for (let b = 0; b < blocks; b++)
      new DataView(data.buffer).setUint16(b * size, toHalf(random() - 0.5), true);
    return data;
  };

  test.each([
    ['Q4_0', 18, 'q4'],
    ['Q8_0', 34, 'q8'],
  ] as const)(
    '%s repacks for MatMulNBits with every level and both precisions of scale',
    async (type, size, format) => {
      const file = await fileOf(GGML[type], [63, 96], noise(63 * 3, size));
      const expected = await read(file, 'float32');
      expect(await read(file, format)).toEqual(expected);
      expect(await read(file, format, 'float16')).toEqual(expected);
    },
  );

  test('the first bytes of a Q4_0 block go where MatMulNBits looks for them', async () => {
    // Element j is j mod 16: byte j of the source holds elements j and j + 16, which are equal.
    const block = new Uint8Array(18);
    new DataView(block.buffer).setUint16(0, 0x3c00, true);
    for (let j = 0; j < 16; j++) block[2 + j] = j | (j << 4);
    const tensor = await readTensor(await fileOf(GGML.Q4_0, [1, 32], block), 'w', 'q4');
    const eight = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
    expect(tensor).toEqual({
      format: 'q4',
      quantized: Uint8Array.of(...eight, ...eight),
      scales: Float32Array.of(1),
    });
  });

  test('numbers on a 4-bit grid that uses level −8 come back exactly from single precision', async () => {
    const values = Float32Array.from({ length: 4096 }, (_, i) =>
      i % 32 === 0 ? -8 * 0.125 : (Math.floor(random() * 16) - 8) * 0.125,
    );
    expect(await read(await floatFile(values, [32, 128]), 'q4')).toEqual(values);
    expect(await read(await floatFile(values, [32, 128]), 'q4', 'float16')).toEqual(values);
  });

  test('zeros stay zeros', async () => {
    for (const format of ['q4', 'q8'] as const) {
      expect(await read(await floatFile(new Float32Array(64), [2, 32]), format)).toEqual(
        new Float32Array(64),
      );
    }
  });
});

describe('quantising', () => {
  const values = seededFloats(11, 65_536, 0.05);

  test('to 8 bits errs by a hundredth of the deviation, to 4 bits by a tenth', async () => {
    const file = await floatFile(values, [256, 256]);
    for (const scales of [undefined, 'float16'] as const) {
      expect(rms(await read(file, 'q8', scales), values)).toBeLessThan(0.05 * 0.01);
      expect(rms(await read(file, 'q4', scales), values)).toBeLessThan(0.05 * 0.1);
    }
  });

  test('to 4 bits errs less than ggml’s Q4_0 does', async () => {
    const ggml = new Float32Array(values.length);
    for (let b = 0; b < values.length; b += 32) {
      const block = values.subarray(b, b + 32);
      const extreme = block.reduce((a, v) => (Math.abs(v) > Math.abs(a) ? v : a), 0);
      const d = extreme / -8;
      for (let j = 0; j < 32; j++) ggml[b + j] = d * (Math.min(15, Math.trunc(block[j]! / d + 8.5)) - 8);
    }
    const ours = await read(await floatFile(values, [256, 256]), 'q4');
    expect(rms(ours, values)).toBeLessThan(rms(ggml, values));
  });

  test('keeps blocks whose scale is below or beyond half precision finite', async () => {
    for (const scale of [1e-9, 1e-30, 1e6, 1e30]) {
      const file = await floatFile(seededFloats(1, 64, scale), [2, 32]);
      for (const format of ['q4', 'q8'] as const) {
        expect((await read(file, format, 'float16')).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test('refuses numbers that are infinite or undefined', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const file = await floatFile(
        Float32Array.from({ length: 32 }, (_, i) => (i === 5 ? bad : i)),
        [1, 32],
      );
      for (const format of ['q4', 'q8'] as const) {
        expect(await codeOf(readTensor(file, 'w', format))).toBe('model/format');
      }
    }
  });

  test('refuses rows that cannot be cut into blocks of 32', async () => {
    const file = await floatFile(new Float32Array(96), [2, 48]);
    expect(await codeOf(readTensor(file, 'w', 'q4'))).toBe('model/tensor-shape');
  });

  test('takes all axes after the first as one', async () => {
    const file = await floatFile(values.slice(0, 256), [4, 16, 1, 2, 2]);
    expect(rms(await read(file, 'q8'), values.slice(0, 256))).toBeLessThan(0.001);
  });
});

describe('reading', () => {
  test('a tensor of several slices gives the same as in one piece', async () => {
    const length = 5 * 2 ** 20; // 20 MiB of F32: three slices
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = ((i * 2654435761) >>> 8) / 2 ** 24 - 0.5;
    const bytes = writeSafetensors({ w: { dtype: 'F32', shape: [1024, 5120], data: bytesOf(values) } });
    const file = await openWeightFile(blobSource(new Blob([bytes]), 'large.safetensors'));
    expect(Buffer.compare(bytesOf(await read(file, 'float32')), bytesOf(values))).toBe(0);
    const q8 = await read(file, 'q8');
    for (let i = 0; i < length; i += 4099) expect(Math.abs(q8[i]! - values[i]!)).toBeLessThan(0.0021);
    expect((await readRows(file, 'w', [1023]))[5119]).toBe(values[length - 1]);
  });

  test('never asks the source for more than 8 MiB at a time', async () => {
    let largest = 0;
    const memory = bufferSource(
      writeSafetensors({ w: { dtype: 'BF16', shape: [2 ** 23], data: new Uint8Array(2 ** 24) } }),
      'x',
    );
    const file = await openWeightFile({
      ...memory,
      read: (offset, length) => {
        largest = Math.max(largest, length);
        return memory.read(offset, length);
      },
    });
    await readTensor(file, 'w', 'float16');
    expect(largest).toBe(8 * 2 ** 20);
  });

  test('data at odd addresses of a safetensors file reads right', async () => {
    const bytes = writeSafetensors({
      pad: { dtype: 'U8', shape: [3], data: new Uint8Array(3) },
      w: { dtype: 'F32', shape: [2], data: bytesOf(Float32Array.of(1.5, -2)) },
    });
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    for (const source of [
      bufferSource(odd.subarray(1), 'x'),
      {
        ...bufferSource(bytes, 'x'),
        read: async (offset: number, length: number) => odd.subarray(1 + offset, 1 + offset + length),
      },
    ]) {
      expect(await read(await openWeightFile(source), 'float32')).toEqual(Float32Array.of(1.5, -2));
    }
  });

  test('BF16 and F16 of safetensors read like those of GGUF', async () => {
    const file = await openWeightFile(
      bufferSource(
        writeSafetensors({
          b: { dtype: 'BF16', shape: [3], data: bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x7f80)) },
          h: { dtype: 'F16', shape: [2], data: bytesOf(Uint16Array.of(0x3c00, 0x0001)) },
        }),
        'x',
      ),
    );
    expect(await readTensor(file, 'b', 'float32')).toEqual({
      format: 'float32',
      data: Float32Array.of(1, -2, Number.POSITIVE_INFINITY),
    });
    expect(await readTensor(file, 'h', 'float16')).toEqual({
      format: 'float16',
      data: Uint16Array.of(0x3c00, 1),
    });
  });

  test('empty tensors and scalars read', async () => {
    const file = await openWeightFile(
      bufferSource(
        writeGguf({
          tensors: [
            { name: 'none', shape: [0, 32], type: GGML.F32, data: new Uint8Array(0) },
            { name: 'one', shape: [], type: GGML.F32, data: bytesOf(Float32Array.of(7)) },
          ],
        }),
        'x',
      ),
    );
    for (const format of ['float32', 'float16', 'q8', 'q4'] as const) {
      expect(unpack(await readTensor(file, 'none', format))).toHaveLength(0);
    }
    expect(await readTensor(file, 'one', 'float32')).toEqual({ format: 'float32', data: Float32Array.of(7) });
    expect(await readRows(file, 'none', [])).toHaveLength(0);
  });

  test('stops between slices when cancelled', async () => {
    const controller = new AbortController();
    const file = await floatFile(new Float32Array(64), [2, 32]);
    controller.abort();
    const { signal } = controller;
    await expect(readTensor(file, 'w', 'q4', { signal })).rejects.toMatchObject({ name: 'AbortError' });
    await expect(readRows(file, 'w', [0], { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a type that cannot be read is named with those that can', async () => {
    const file = await fileOf(GGML.IQ2_S, [1, 256], new Uint8Array(82));
    await expect(readTensor(file, 'w', 'q4')).rejects.toThrow(/IQ2_S.*Q4_0/);
    expect(await codeOf(readTensor(file, 'w', 'float32'))).toBe('model/tensor-type');
    expect(await codeOf(readRows(file, 'w', [0]))).toBe('model/tensor-type');
  });

  test('a tensor or row that is not there is refused', async () => {
    const file = await floatFile(new Float32Array(64), [2, 32]);
    expect(await codeOf(readTensor(file, 'v', 'q4'))).toBe('model/tensor-missing');
    for (const row of [2, -1, 0.5, Number.NaN]) {
      expect(await codeOf(readRows(file, 'w', [0, row]))).toBe('model/tensor-range');
    }
  });
});
