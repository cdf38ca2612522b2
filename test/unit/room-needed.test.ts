import { expect, test } from 'vitest';
import { roomNeeded } from '../../src/films/room-needed.ts';
import type { SegmentFacts } from '../../src/films/segment-files.ts';

const facts = (bytes: number, encodedBytes = 0): SegmentFacts => ({ written: 1, bytes, encodedBytes });

test('the rest of a film takes what its finished segments took, less what is begun, and the film itself', () => {
  const film = [facts(1000, 400), facts(1200, 600), facts(300), facts(0)];
  expect(roomNeeded(film, 100)).toBe(2 * 1100 - 300 + 4 * 500);
});

test('before a segment is finished, what was refused stands for each', () => {
  expect(roomNeeded([facts(0), facts(0), facts(0)], 100)).toBe(600);
});

test('what was refused is needed in any case', () => {
  expect(roomNeeded([facts(1000, 1)], 5000)).toBe(5000);
});
