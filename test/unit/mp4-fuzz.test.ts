import { expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { readJobFromMp4 } from '../../src/protocol/mp4-job.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { box, fileType, isoMeta, joined, largeBox, quickTimeMeta } from '../fixtures/write-mp4.ts';

const ROUNDS = 3_000;
const values = { AIGC: '{"Label":"1"}', 'kindling.job': JSON.stringify({ prompt: 'a fox runs' }) };
const SEEDS = [
  joined(
    fileType,
    box('moov', box('mvhd', new Uint8Array(100)), box('udta', isoMeta(values))),
    box('mdat', 'data'),
  ),
  joined(
    fileType,
    largeBox('mdat', 'data'),
    largeBox('moov', box('udta', isoMeta({ other: 'x' }), quickTimeMeta(values))),
  ),
];

/** Values that sizes and counts like to break on. */
const EDGES = [0, 1, 7, 8, 9, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];

function mutate(source: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(source);
  const below = (n: number): number => Math.floor(random() * n);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length);
    switch (below(5)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1:
        if (at + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(at, EDGES[below(EDGES.length)]!);
        break;
      case 2:
        bytes = bytes.slice(0, Math.max(1, at));
        break;
      case 3:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(below(bytes.length)));
        break;
      default:
        bytes.copyWithin(at, below(bytes.length));
    }
  }
  return bytes;
}

test(`${ROUNDS} damaged files give a value, null or a typed error, and soon`, {
  timeout: 60_000,
}, async () => {
  const random = seededRandom(20_240_712);
  const seen = new Map<string, number>();
  let slowest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(SEEDS[round % SEEDS.length]!, random);
    const started = performance.now();
    const result = await readJobFromMp4(round % 2 ? bytes : new Blob([bytes])).then(
      (job) => (job === null ? 'null' : 'value'),
      (error: unknown) => (error instanceof AppError ? error.code : `unexpected: ${error}`),
    );
    slowest = Math.max(slowest, performance.now() - started);
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  expect([...seen.keys()].filter((key) => key.startsWith('unexpected'))).toEqual([]);
  // The mutations reach every outcome, so they are neither too mild nor too wild.
  for (const outcome of ['value', 'null', 'input/no-job-in-file', 'input/job']) {
    expect(seen.get(outcome), outcome).toBeGreaterThan(20);
  }
  expect(slowest).toBeLessThan(1_000);
});

test('a file of nothing but tiny boxes ends soon', async () => {
  const tiny = new Uint8Array(8_000_000);
  const view = new DataView(tiny.buffer);
  for (let at = 0; at < tiny.length; at += 8) {
    view.setUint32(at, 8);
    tiny.set([0x66, 0x72, 0x65, 0x65], at + 4); // "free"
  }
  const started = performance.now();
  expect(await readJobFromMp4(new Blob([joined(fileType, tiny)]))).toBeNull();
  expect(performance.now() - started).toBeLessThan(3_000);
});
