// Every operator that the graph writer offers, on the runtime, against plain arithmetic. What the networks' own cases do
// not reach.
import * as ort from 'onnxruntime-web/wasm';
import { expect, test } from 'vitest';
import { GraphBuilder, type Value } from '../../src/graph/graph-builder.ts';

ort.env.wasm.numThreads = 1;

/** Runs a graph of one f32 input that counts 0, 1, 2 … */
async function run(dims: readonly number[], write: (g: GraphBuilder, x: Value) => Value): Promise<number[]> {
  const g = new GraphBuilder('operator');
  g.output(write(g, g.input('x', 'float32', dims)), 'y');
  const session = await ort.InferenceSession.create(g.build(), { logSeverityLevel: 3 });
  const size = dims.reduce((a, b) => a * b, 1);
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => i),
    dims,
  );
  const { y } = await session.run({ x });
  const out = Array.from(y!.data as Float32Array);
  await session.release();
  return out;
}

test('elementwise', async () => {
  expect(await run([3], (g, x) => g.sub(g.mul(x, x), g.scalar('float32', 2)))).toEqual([-2, -1, 2]);
  expect(await run([2, 2], (g, x) => g.add(x, g.constant('float32', [2, 1], [10, 20])))).toEqual([
    10, 11, 22, 23,
  ]);
  expect(await run([4], (g, x) => g.clip(x, 0.5, 2))).toEqual([0.5, 1, 2, 2]);
  expect(await run([3], (g, x) => g.floor(g.mul(x, g.scalar('float32', 0.6))))).toEqual([0, 0, 1]);
  const [, silu, tanh] = await run([2], (g, x) => g.concat([g.silu(x), g.tanh(x)], 0)).then(([a, b, , d]) => [
    a,
    b,
    d,
  ]);
  expect(silu).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  expect(tanh).toBeCloseTo(Math.tanh(1), 6);
  const gelu = (v: number): number =>
    (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
  for (const [i, y] of (await run([3], (g, x) => g.gelu(x))).entries()) expect(y).toBeCloseTo(gelu(i), 6);
  expect((await run([2], (g, x) => g.sigmoid(x)))[0]).toBe(0.5);
  expect(
    await run([3], (g, x) => g.cast(g.cast(g.mul(x, g.scalar('float32', 0.75)), 'int32'), 'float32')),
  ).toEqual([0, 0, 1]);
});

test('moving and picking', async () => {
  expect(await run([2, 3], (g, x) => g.transpose(x, [1, 0]))).toEqual([0, 3, 1, 4, 2, 5]);
  // (a, b, c) → (c, a, b), with an axis of length 1 in between
  expect(await run([2, 1, 2, 2], (g, x) => g.transpose(x, [3, 0, 1, 2]))).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  expect(await run([2, 2, 2], (g, x) => g.transpose(x, [2, 1, 0]))).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
  expect(await run([2, 3], (g, x) => g.slice(x, 1, 1, 3))).toEqual([1, 2, 4, 5]);
  expect(await run([2, 4], (g, x) => g.split(x, 1, 2)[1]!)).toEqual([2, 3, 6, 7]);
  expect(await run([3, 2], (g, x) => g.gather(x, g.constant('int32', [2], [2, 0])))).toEqual([4, 5, 0, 1]);
  expect(await run([2, 2], (g, x) => g.gather(x, g.constant('int32', [3], [1, 1, 0]), 1))).toEqual([
    1, 1, 0, 3, 3, 2,
  ]);
  expect(await run([1, 4, 1, 2], (g, x) => g.pixelShuffle(x, 2))).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
});

test('products', async () => {
  expect(await run([2, 2], (g, x) => g.matmul(x, x))).toEqual([2, 3, 6, 11]);
  const weight = [1, 0, 0, 2, 1, 1];
  expect(
    await run([1, 2, 2], (g, x) =>
      g.linear(x, g.constant('float32', [3, 2], weight), g.constant('float32', [3], [0, 0, 5])),
    ),
  ).toEqual([0, 2, 6, 2, 6, 10]);
  // A box filter with zeros outside
  expect(
    await run([1, 1, 2, 3], (g, x) =>
      g.conv(x, g.constant('float32', [1, 1, 3, 3], Array(9).fill(1)), undefined, { padding: 1 }),
    ),
  ).toEqual([8, 15, 12, 8, 15, 12]);
  expect(
    await run([1, 1, 2, 4], (g, x) =>
      g.conv(x, g.constant('float32', [1, 1, 2, 2], [1, 0, 0, 1]), g.constant('float32', [1], [100]), {
        stride: 2,
      }),
    ),
  ).toEqual([105, 109]);
});

test('convolutions that one device would get wrong are padded with channels of zeros', async () => {
  const weight = Array.from({ length: 4 * 6 * 9 }, (_, i) => (i % 54) - 20);
  const padded = await run([1, 6, 2, 2], (g, x) =>
    g.conv(x, g.constant('float32', [4, 6, 3, 3], weight), undefined, { padding: 1 }),
  );
  // The same with one output more, which is not padded
  const plain = await run([1, 6, 2, 2], (g, x) =>
    g.conv(x, g.constant('float32', [5, 6, 3, 3], [...weight, ...Array(54).fill(0)]), undefined, {
      padding: 1,
    }),
  );
  expect(padded).toEqual(plain.slice(0, padded.length));
});
