// Damaged files, the same ones on every run: whatever the bytes, opening and reading ends soon, in success or in an AppError.
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { readRows, readTensor } from '../../src/weights/read-tensor.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import { seededFloats, seededRandom } from '../fixtures/seeded-random.ts';
import { bytesOf, writeGguf } from '../fixtures/write-gguf.ts';
import { writeSafetensors } from '../fixtures/write-safetensors.ts';

const CASES = 3000;
const CODES = new Set([
  'model/format',
  'model/truncated',
  'model/tensor-range',
  'model/tensor-shape',
  'model/tensor-type',
]);

const gguf = writeGguf({
  metadata: {
    'general.architecture': { type: 'string', value: 'wan' },
    'general.alignment': { type: 'u32', value: 32 },
    words: {
      type: 'array',
      of: 'string',
      value: ['a', 'über', '猫'].map((value) => ({ type: 'string', value })),
    },
    numbers: { type: 'array', of: 'f32', value: [1, 2].map((value) => ({ type: 'f32', value })) },
    'comfy.gguf.orig_shape.a.weight': {
      type: 'array',
      of: 'i32',
      value: [2, 4, 1, 4].map((value) => ({ type: 'i32', value })),
    },
    long: { type: 'u64', value: 5n },
    truth: { type: 'bool', value: true },
  },
  tensors: [
    { name: 'a.weight', shape: [2, 16], type: 0, data: bytesOf(seededFloats(1, 32)) },
    { name: 'b.weight', shape: [2, 64], type: 2, data: new Uint8Array(72).fill(0x31) },
    { name: 'c.weight', shape: [3, 32], type: 8, data: new Uint8Array(102).fill(0x21) },
    { name: 'd.weight', shape: [1, 256], type: 14, data: new Uint8Array(210).fill(0x11) },
    { name: 'e.bias', shape: [5], type: 1, data: new Uint8Array(10).fill(0x30) },
  ],
});
const safetensors = writeSafetensors(
  {
    'a.weight': { dtype: 'F32', shape: [2, 32], data: bytesOf(seededFloats(2, 64)) },
    'b.weight': { dtype: 'BF16', shape: [4, 8], data: new Uint8Array(64).fill(0x3f) },
    'c.bias': { dtype: 'F16', shape: [3], data: new Uint8Array(6).fill(0x30) },
  },
  { format: 'pt' },
);

const EDGES = [
  0n,
  1n,
  255n,
  2n ** 16n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 60n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '-',
  '1e308',
  '9007199254740993',
  'null',
  '"__proto__"',
  '\\u0000',
  '[[[[',
];

/** One to four random injuries. */
function damage(original: Uint8Array, random: () => number, headerBytes: number): Uint8Array<ArrayBuffer> {
  let bytes = original.slice();
  const below = (n: number): number => Math.floor(random() * n);
  // Most injuries hit the header, where they can do something.
  const place = (): number => below(random() < 0.85 ? Math.min(headerBytes, bytes.length) : bytes.length);
  const splice = (at: number, remove: number, insert: Uint8Array): void => {
    const out = new Uint8Array(Math.max(0, bytes.length - remove) + insert.length);
    out.set(bytes.subarray(0, at));
    out.set(insert, at);
    out.set(bytes.subarray(at + remove, at + remove + out.length - at - insert.length), at + insert.length);
    bytes = out;
  };
  for (let injuries = 1 + below(4); injuries > 0 && bytes.length > 0; injuries--) {
    const at = place();
    const room = Math.min(below(24), bytes.length - at);
    switch (below(7)) {
      case 0:
        bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        bytes[at] = below(256);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3: // a length or count becomes an edge case
        if (at + 8 <= bytes.length) {
          new DataView(bytes.buffer).setBigUint64(at, EDGES[below(EDGES.length)]!, true);
        }
        break;
      case 4: // a stretch occurs twice
        splice(at, 0, bytes.slice(at, at + room));
        break;
      case 5: // a stretch is lost
        splice(at, room, new Uint8Array(0));
        break;
      default: // a stretch from elsewhere, or JSON's own characters
        if (random() < 0.5) bytes.copyWithin(at, place(), place());
        else
          splice(
            at,
            Math.min(below(3), bytes.length - at),
            new TextEncoder().encode(TOKENS[below(TOKENS.length)]!),
          );
    }
  }
  return bytes;
}

async function openAndRead(bytes: Uint8Array): Promise<'ok' | string> {
  try {
    const file = await openWeightFile(bufferSource(bytes, 'fuzz'));
    for (const [name, entry] of file.tensors) {
      expect(entry.offset + entry.bytes).toBeLessThanOrEqual(bytes.length);
      for (const format of ['float32', 'float16', 'q8', 'q4'] as const) {
        try {
          await readTensor(file, name, format);
        } catch (error) {
          if (!(error instanceof AppError && CODES.has(error.code))) throw error;
        }
      }
      if (entry.shape.length === 2 && entry.shape[0]! > 0) {
        try {
          await readRows(file, name, [0, entry.shape[0]! - 1]);
        } catch (error) {
          if (!(error instanceof AppError && CODES.has(error.code))) throw error;
        }
      }
    }
    return 'ok';
  } catch (error) {
    if (error instanceof AppError && CODES.has(error.code)) return error.code;
    throw error;
  }
}

describe.each([
  ['GGUF', gguf, 560],
  ['safetensors', safetensors, 260],
])('a damaged %s file', (_, original, headerBytes) => {
  test(`is refused with a code or read, in each of ${CASES} cases`, async () => {
    const outcomes = new Map<string, number>();
    const random = seededRandom(20240229);
    for (let i = 0; i < CASES; i++) {
      const bytes = damage(original, random, headerBytes);
      const outcome = await openAndRead(bytes).catch((error) => {
        throw new Error(`case ${i}, ${Buffer.from(bytes).toString('base64')}`, { cause: error });
      });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(await openAndRead(original)).toBe('ok');
    // The injuries reach every check, and some leave the file readable.
    expect([...outcomes.keys()].sort()).toEqual(
      expect.arrayContaining(['model/format', 'model/tensor-range', 'model/truncated', 'ok']),
    );
  });
});

test('bytes that were never a file are refused', async () => {
  const random = seededRandom(5);
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 300) }, () => random() * 256);
    if (random() < 0.5) bytes.set([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0].slice(0, bytes.length));
    else bytes.set([bytes.length >> 1, 0, 0, 0, 0, 0, 0, 0, 0x7b].slice(0, bytes.length));
    expect(await openAndRead(bytes)).toMatch(/^model\//);
  }
});
