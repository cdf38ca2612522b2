import { describe, expect, test } from 'vitest';
import { nextShown, planPlay, type Stretch, stretchAt } from '../../src/core/play-plan.ts';

const film = (names: string, seconds = 5) => [...names].map((identity) => ({ identity, seconds }));
/** A dot is a segment of which nothing was made. */
const board = (names: string, seconds = 5) =>
  [...names].map((name) => ({ identity: name === '.' ? null : name, seconds }));

/** `film[first–end) at start`. */
const says = (plan: readonly Stretch[]): string[] =>
  plan.map(({ film: place, first, end, start }) =>
    place === null ? `none[${first}–${end})` : `${place}[${first}–${end}) at ${start}`,
  );

describe('the plan of play', () => {
  test('is one stretch where one film shows the whole board', () => {
    const [only, ...others] = planPlay(board('abc'), [film('ab'), film('abc')]);
    expect(only).toEqual({ first: 0, end: 3, from: 0, to: 15, film: 1, start: 0, seconds: 15 });
    expect(others).toEqual([]);
  });

  test('takes the earlier of two films that are as good', () => {
    expect(says(planPlay(board('ab'), [film('xab'), film('ab')]))).toEqual(['0[0–2) at 5']);
  });

  test('jumps over what was deleted, within one film', () => {
    expect(says(planPlay(board('acd'), [film('abcd')]))).toEqual(['0[0–1) at 0', '0[1–3) at 10']);
  });

  test('goes from film to film with as few changes as there can be', () => {
    expect(says(planPlay(board('abcdef'), [film('ab'), film('abc'), film('cdef')]))).toEqual([
      '1[0–3) at 0',
      '2[3–6) at 5',
    ]);
  });

  test('follows another order', () => {
    expect(says(planPlay(board('cab'), [film('abc')]))).toEqual(['0[0–1) at 10', '0[1–3) at 0']);
  });

  test('says together what is missing, and covers the board without gaps', () => {
    const plan = planPlay(board('a..b.'), [film('a'), film('b')]);
    expect(says(plan)).toEqual(['0[0–1) at 0', 'none[1–3)', '1[3–4) at 0', 'none[4–5)']);
    expect(plan.map(({ from, to }) => [from, to])).toEqual([
      [0, 5],
      [5, 15],
      [15, 20],
      [20, 25],
    ]);
  });

  test('with no film at all is one missing stretch, and empty for an empty board', () => {
    expect(says(planPlay(board('ab'), []))).toEqual(['none[0–2)']);
    expect(planPlay([], [film('a')])).toEqual([]);
  });

  test('ends a stretch at a segment that is longer or shorter in the film than on the board', () => {
    const shorter = [{ identity: 'a', seconds: 2 }, ...board('b')];
    expect(planPlay(shorter, [film('ab')])).toMatchObject([
      { from: 0, to: 2, start: 0, seconds: 2 },
      { from: 2, to: 7, start: 5, seconds: 5 },
    ]);
    const longer = [{ identity: 'a', seconds: 8 }, ...board('b')];
    expect(planPlay(longer, [film('ab')])).toMatchObject([
      { from: 0, to: 8, start: 0, seconds: 5 },
      { from: 8, to: 13, start: 5, seconds: 5 },
    ]);
  });

  test('of 36 segments of twelve films of 36 is made between two frames', () => {
    const names = Array.from({ length: 36 }, (_, i) => ({ identity: `part ${i}`, seconds: 5 }));
    const films = Array.from({ length: 12 }, (_, i) => [...names.slice(i), ...names.slice(0, i)]);
    const started = performance.now();
    const plan = planPlay([...names].reverse(), films);
    expect(performance.now() - started).toBeLessThan(100); // 2 ms on an idle machine
    expect(plan).toHaveLength(36);
  });
});

test('a time belongs to the stretch that begins there, and the end to the last', () => {
  const plan = planPlay(board('a.b'), [film('a'), film('b')]);
  expect([0, 4.99, 5, 10, 15, 99].map((seconds) => stretchAt(plan, seconds))).toEqual([0, 0, 1, 2, 2, 2]);
  expect(stretchAt([], 3)).toBe(-1);
  expect([0, 1, 2, 3].map((index) => nextShown(plan, index))).toEqual([0, 2, 2, -1]);
});
