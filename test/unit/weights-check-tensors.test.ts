import { expect, test } from 'vitest';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { checkTensors } from '../../src/weights/check-tensors.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import { type GgufContent, writeGguf } from '../fixtures/write-gguf.ts';

const tensor = (name: string, shape: readonly number[]) => ({
  name,
  shape,
  type: 0,
  data: new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)),
});
const open = (content: GgufContent) => openWeightFile(bufferSource(writeGguf(content), 'test.gguf'));
const file = open({ tensors: [tensor('model.b', [3]), tensor('model.a', [2, 3])] });
const canonicalName = (name: string): string => name.replace('model.', '');

test('tensors come by canonical name in the order expected', async () => {
  const expected = [
    { name: 'a', shape: [2, 3] },
    { name: 'b', shape: [3] },
  ];
  const found = checkTensors(await file, expected, { canonicalName });
  expect([...found.keys()]).toEqual(['a', 'b']);
  expect(found.get('a')?.name).toBe('model.a');
});

test('missing tensors are named, the first five and how many more', async () => {
  const empty = await open({});
  const expected = Array.from({ length: 8 }, (_, i) => ({ name: `block.${i}`, shape: [1] }));
  expect(() => checkTensors(empty, expected)).toThrow(
    expect.objectContaining({
      code: 'model/tensor-missing',
      message: expect.stringMatching(/"block\.0".*"block\.4" and 3 more/),
    }),
  );
});

test('a shape is refused with what was expected and what was found', async () => {
  const run = (shape: number[]) => async () =>
    checkTensors(await file, [{ name: 'a', shape }], { canonicalName, ignore: () => true });
  await expect(run([3, 2])()).rejects.toMatchObject({
    code: 'model/tensor-shape',
    message: expect.stringMatching(/\[2,3\].*\[3,2\]/),
  });
  await expect(run([6])()).rejects.toMatchObject({ code: 'model/tensor-shape' });
  await expect(run([2, 3, 1])()).rejects.toMatchObject({ code: 'model/tensor-shape' });
});

test('leading axes of length 1, which GGUF writers drop, make no difference', async () => {
  const found = checkTensors(await open({ tensors: [tensor('m', [6, 4])] }), [
    { name: 'm', shape: [1, 6, 4] },
  ]);
  expect(found.get('m')?.shape).toEqual([1, 6, 4]);
  checkTensors(await open({ tensors: [tensor('m', [])] }), [{ name: 'm', shape: [1, 1] }]);
});

test('a tensor stored with fewer axes is known by its true shape', async () => {
  const value = [2, 4, 1, 2, 2].map((n) => ({ type: 'i32', value: n }) as const);
  const reshaped = await open({
    metadata: { 'comfy.gguf.orig_shape.patch': { type: 'array', of: 'i32', value } },
    tensors: [tensor('patch', [2, 16])],
  });
  expect(checkTensors(reshaped, [{ name: 'patch', shape: [2, 4, 1, 2, 2] }]).size).toBe(1);
});

test('tensors that nobody expects are refused unless they may be ignored', async () => {
  const expected = [{ name: 'a', shape: [2, 3] }];
  const opened = await file;
  expect(() => checkTensors(opened, expected, { canonicalName })).toThrow(
    expect.objectContaining({
      code: 'model/tensor-extra',
      detail: { file: 'test.gguf', tensors: ['model.b'] },
    }),
  );
  const ignore = (name: string): boolean => name === 'model.b';
  expect(checkTensors(opened, expected, { canonicalName, ignore }).size).toBe(1);
});

test('a second tensor of the same canonical name counts as unexpected', async () => {
  const twice = await open({ tensors: [tensor('a', [1]), tensor('model.a', [1])] });
  expect(() => checkTensors(twice, [{ name: 'a', shape: [1] }], { canonicalName })).toThrow(
    /also holds.*"model\.a"/,
  );
});
