import { expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import type { LibraryState } from '../../src/protocol/library-api.ts';
import type { ShelfEntry } from '../../src/state/model-shelf.ts';
import { verdictOf } from '../../src/state/model-verdict.ts';

const BYTES = 9e9;
const entry = (arrived = 0): ShelfEntry => ({
  model: OPEN_MODELS[0]!,
  kept: { transformer: null, text: null, codec: null, tokenizer: null },
  bytes: BYTES,
  arrived,
  complete: false,
  activity: { status: 'still' },
  problem: null,
});
const library = (free: number | null, kind: LibraryState['kind'] = 'opfs'): LibraryState => ({
  kind,
  room: free === null ? null : { free, used: 0, persistent: false },
  kept: [],
  asked: [],
});

test.each([
  ['a graphics card and room', 'hardware', library(BYTES), 0, 'fits'],
  ['a graphics card, and a browser that does not say what is free', 'hardware', library(null), 0, 'fits'],
  ['too little room', 'hardware', library(BYTES - 1), 0, 'no-room'],
  ['room for what is still missing', 'hardware', library(1e9), 8.5e9, 'fits'],
  ['no graphics card', 'none', library(BYTES), 0, 'no-gpu'],
  ['an imitated one', 'software', library(BYTES), 0, 'software-gpu'],
  ['one that is still being asked for', null, library(BYTES), 0, 'asking'],
  ['a window that keeps nothing', 'hardware', library(BYTES - 1, 'memory'), 0, 'no-storage'],
  ['one whose memory takes it', 'hardware', library(BYTES, 'memory'), 0, 'fits'],
  ['one that does not say what memory takes', 'hardware', library(null, 'memory'), 0, 'no-storage'],
  ['a library that was not asked yet', 'hardware', null, 0, 'fits'],
] as const)('%s', (_, gpu, state, arrived, kind) => {
  expect(verdictOf(entry(arrived), gpu, state).kind).toBe(kind);
});

test('the size is that of the model’s own shape, and the memory more than its weights', () => {
  const { width, height, gpuBytes } = verdictOf(entry(), 'hardware', null);
  expect([width, height]).toEqual([568, 320]);
  expect(gpuBytes).toBeGreaterThan(3e9);
  expect(gpuBytes).toBeLessThan(4.5e9);
});
