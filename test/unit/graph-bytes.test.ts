// What the graph writer writes, read back by an independent ONNX decoder.
import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { float16Bits, float16Value, toFloat16 } from '../../src/graph/float16.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { ProtobufWriter } from '../../src/graph/protobuf.ts';

const decode = (builder: GraphBuilder): onnx.ModelProto => onnx.ModelProto.decode(builder.build());

const attributes = (node: onnx.INodeProto): Record<string, unknown> =>
  Object.fromEntries(
    node.attribute!.map((a) => {
      const T = onnx.AttributeProto.AttributeType;
      if (a.type === T.FLOAT) return [a.name, a.f];
      if (a.type === T.INT) return [a.name, Number(a.i)];
      if (a.type === T.STRING) return [a.name, new TextDecoder().decode(a.s!)];
      return [a.name, a.ints!.map(Number)];
    }),
  );

describe('a model', () => {
  test('says which formats it uses and who wrote it', () => {
    const g = new GraphBuilder('nothing much');
    g.output(g.tanh(g.input('x', 'float32', [2, 3])), 'y');
    const model = decode(g);
    expect(Number(model.irVersion)).toBe(10);
    expect(model.opsetImport.map((o) => [o.domain, Number(o.version)])).toEqual([
      ['', 21],
      ['com.microsoft', 1],
    ]);
    expect(model.producerName).toBe('kindling');
    expect(model.graph?.name).toBe('nothing much');
  });

  test('has inputs and outputs with element types and shapes', () => {
    const g = new GraphBuilder('io');
    const x = g.input('x', 'float16', [1, 300, 7]);
    g.input('indices', 'int32', [5]);
    const y = g.output(g.cast(g.sigmoid(x), 'float32'), 'y');
    expect(y).toEqual({ name: 'y', dtype: 'float32', dims: [1, 300, 7] });
    const infos = [...decode(g).graph!.input!, ...decode(g).graph!.output!].map((info) => {
      const { elemType, shape } = info.type!.tensorType!;
      return [info.name, elemType, shape!.dim!.map((d) => Number(d.dimValue))];
    });
    expect(infos).toEqual([
      ['x', 10, [1, 300, 7]],
      ['indices', 6, [5]],
      ['y', 1, [1, 300, 7]],
    ]);
  });

  test('lists nodes in order, with domains, optional inputs left out and attributes of the right kind', () => {
    const g = new GraphBuilder('attention');
    const q = g.input('q', 'float32', [1, 4, 32]);
    const k = g.input('k', 'float32', [1, 6, 32]);
    const bias = g.input('bias', 'float32', [1, 2, 4, 6]);
    const mixed = g.multiHeadAttention(q, k, k, { heads: 2, scale: 1, bias });
    const ones = g.constant('float32', [32], new Float32Array(32).fill(1));
    g.output(g.layerNorm(mixed, ones, undefined, 1e-6), 'y');
    const [attention, norm] = decode(g).graph!.node!;
    expect(attention).toMatchObject({ opType: 'MultiHeadAttention', domain: 'com.microsoft' });
    expect(attention!.input).toEqual(['q', 'k', 'k', '', '', 'bias']);
    expect(attributes(attention!)).toEqual({ num_heads: 2, scale: 1 });
    expect(norm).toMatchObject({ opType: 'LayerNormalization', output: ['y'] });
    expect(norm!.input).toHaveLength(2);
    expect(attributes(norm!)).toEqual({ axis: -1, epsilon: Math.fround(1e-6) });
  });

  test('holds constants of every element type', () => {
    const g = new GraphBuilder('constants');
    const made = [
      g.constant('float32', [2], [0.1, -3], 'a'),
      g.constant('float16', [2], [0.1, -3], 'b'),
      g.constant('int32', [2], [-1, 2 ** 31 - 1], 'c'),
      g.constant('int64', [2], [-1, 2 ** 40], 'd'),
      g.constant('uint8', [1], [255], 'e'),
    ];
    expect(made.map((v) => v.dtype)).toEqual(['float32', 'float16', 'int32', 'int64', 'uint8']);
    g.output(g.tanh(made[0]!), 'y');
    const [a, b, c, d, e] = decode(g).graph!.initializer!.map((t) => ({
      name: t.name,
      type: t.dataType,
      raw: t.rawData!.slice().buffer,
    }));
    expect([a!.type, b!.type, c!.type, d!.type, e!.type]).toEqual([1, 10, 6, 7, 2]);
    expect([...new Float32Array(a!.raw)]).toEqual([Math.fround(0.1), -3]);
    expect([...new Uint16Array(b!.raw)]).toEqual([0x2e66, 0xc200]);
    expect([...new Int32Array(c!.raw)]).toEqual([-1, 2 ** 31 - 1]);
    expect([...new BigInt64Array(d!.raw)]).toEqual([-1n, 2n ** 40n]);
    expect([...new Uint8Array(e!.raw)]).toEqual([255]);
  });

  test('a transpose drops and merges axes, and is only a reshape if nothing moves', () => {
    const g = new GraphBuilder('transposes');
    const x = g.input('x', 'float32', [4, 1, 3, 5, 2]);
    g.output(g.transpose(x, [1, 3, 4, 0, 2]), 'merged'); // (5, 2) before (4, 3)
    g.output(g.transpose(x, [0, 2, 1, 3, 4]), 'reshaped');
    const nodes = decode(g).graph!.node!;
    expect(nodes.map((n) => n.opType)).toEqual(['Reshape', 'Transpose', 'Reshape', 'Reshape']);
    expect(attributes(nodes[1]!)).toEqual({ perm: [1, 0] });
  });
});

describe('operands that do not fit are refused', () => {
  const g = new GraphBuilder('wrong');
  const x = g.input('x', 'float32', [2, 3]);
  const y = g.input('y', 'float32', [3, 2]);
  const half = g.input('half', 'float16', [2, 3]);
  const wide = g.input('wide', 'float32', [1, 4, 30]);
  const refused: readonly (readonly [string, () => unknown])[] = [
    ['shapes that do not broadcast', () => g.add(x, y)],
    ['element types that differ', () => g.add(x, half)],
    ['inner dimensions that differ', () => g.matmul(x, x)],
    ['a reshape to another size', () => g.reshape(x, [4])],
    ['an order that is no permutation', () => g.transpose(x, [0, 0])],
    ['a slice past the end', () => g.slice(x, 1, 0, 4)],
    ['an axis that does not exist', () => g.slice(x, 2, 0, 1)],
    [
      'heads of a width that is not a multiple of 8',
      () => g.multiHeadAttention(wide, wide, wide, { heads: 5 }),
    ],
    ['float indices', () => g.gather(x, x)],
    ['a name used twice', () => g.input('x', 'float32', [1])],
    ['a dimension of zero', () => g.input('empty', 'float32', [0])],
    ['numbers that do not fill a constant', () => g.constant('float32', [3], [1, 2])],
    ['a value of another graph', () => new GraphBuilder('other').add(x, x)],
    ['an output that no node made', () => g.output(x, 'out')],
    ['a graph without outputs', () => new GraphBuilder('empty').build()],
  ];
  test.each(refused)('%s', (_name, write) => {
    expect(write).toThrow(expect.objectContaining({ code: 'internal/invariant' }));
  });
});

describe('half precision', () => {
  test('rounds to nearest, ties to even, as IEEE 754 says', () => {
    const cases: readonly (readonly [number, number])[] = [
      [0, 0],
      [-0, 0x8000],
      [1, 0x3c00],
      [65504, 0x7bff],
      [65519.99, 0x7bff],
      [65520, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [2 ** -25 * 1.0001, 0x0001],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [0.1, 0x2e66],
    ];
    for (const [value, bits] of cases) expect([value, float16Bits(value)]).toEqual([value, bits]);
    expect(float16Value(float16Bits(Number.NaN))).toBeNaN();
  });

  test('every half comes back from its own number', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16Value(bits);
      if (!Number.isNaN(value) && float16Bits(value) !== bits) expect.fail(`${bits} → ${value}`);
    }
    expect([...toFloat16([1, -2])]).toEqual([0x3c00, 0xc000]);
  });
});

test('integers of every length are written as the decoder reads them', () => {
  const values = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER, -1, -(2 ** 40)];
  const writer = new ProtobufWriter();
  for (const value of values) writer.integer(8, value); // AttributeProto.ints
  const read = onnx.AttributeProto.decode(writer.finish()).ints.map(Number);
  expect(read).toEqual(values);
});
