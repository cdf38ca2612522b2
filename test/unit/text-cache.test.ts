import { expect, test } from 'vitest';
import { TextCache } from '../../src/engine/text-cache.ts';

const states = (value: number) => new Float32Array(256).fill(value); // 1 kB

test('a prompt is encoded once; the least recently used goes when there is no room', async () => {
  const cache = new TextCache(3 * 1024);
  const encoded: number[] = [];
  const ask = (id: number) =>
    cache.states([id, 1], async () => {
      encoded.push(id);
      return states(id);
    });
  for (const id of [1, 2, 3, 1]) expect((await ask(id))[0]).toBe(id);
  expect(encoded).toEqual([1, 2, 3]);
  await ask(4); // 2 goes: 1 was used after it
  await ask(1);
  await ask(2);
  expect(encoded).toEqual([1, 2, 3, 4, 2]);
});

test('states larger than the whole room are given all the same', async () => {
  const cache = new TextCache(10);
  expect((await cache.states([7], async () => states(7)))[0]).toBe(7);
  expect((await cache.states([8], async () => states(8)))[0]).toBe(8);
});

test('a failure is not remembered, and tokens are not confused by how they are written', async () => {
  const cache = new TextCache();
  await expect(cache.states([1, 23], () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect((await cache.states([1, 23], async () => states(5)))[0]).toBe(5);
  expect((await cache.states([12, 3], async () => states(6)))[0]).toBe(6);
});
