import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import type { TinyCodecConfig, Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import { type GraphPart, type Precision, weightInputs } from '../../src/networks/part.ts';
import { codecDecoderPart, codecEncoderPart, codecTensors } from '../../src/networks/tiny-video-codec.ts';
import {
  canonicalUmt5Name,
  relativeBucket,
  umt5Graphs,
  umt5Tensors,
} from '../../src/networks/umt5-encoder.ts';
import {
  canonicalWanName,
  sinusoidalTimestep,
  wanGraphs,
  wanPositions,
  wanRope,
  wanTensors,
  wanTokens,
} from '../../src/networks/wan-transformer.ts';
import buckets from '../fixtures/golden/umt5-buckets.json' with { type: 'json' };
import { formulaTensors } from '../parity/codec-cases.ts';

const WAN: WanConfig = {
  dim: 64,
  ffnDim: 96,
  layers: 2,
  heads: 2,
  channels: 4,
  patch: [1, 2, 2],
  freqDim: 32,
  textDim: 48,
  eps: 1e-6,
};
const SHAPE = { frames: 3, height: 4, width: 6, textLength: 5, times: 2 };
const UMT5: Umt5Config = {
  vocab: 50,
  dim: 64,
  ffnDim: 96,
  layers: 2,
  heads: 6,
  headDim: 16,
  buckets: 32,
  maxDistance: 128,
  eps: 1e-6,
};
const CODEC: TinyCodecConfig = {
  channels: 4,
  stride: 4,
  framesIn: 2,
  framesOut: 3,
  trunk: 8,
  trunkBlocks: 1,
  stages: [8, 4, 4],
  lastShuffle: 2,
};

const PRECISIONS: readonly Precision[] = [
  { activations: 'float32', weights: 'float32' },
  { activations: 'float32', weights: 'q8', accuracyLevel: 1 },
  { activations: 'float16', weights: 'q4', residual: 'float32', accuracyLevel: 4 },
  { activations: 'float16', weights: 'float16' },
];

const ELEMENT = { 1: 'float32', 2: 'uint8', 6: 'int32', 7: 'int64', 10: 'float16' } as Record<number, string>;

const infos = (list: readonly onnx.IValueInfoProto[]): unknown[] =>
  list.map(({ name, type }) => ({
    name,
    dtype: ELEMENT[type!.tensorType!.elemType!],
    dims: type!.tensorType!.shape!.dim!.map((d) => Number(d.dimValue)),
  }));

/** Everything a part says about itself, checked against its bytes. */
function checkPart(part: GraphPart, precision: Precision): void {
  const graph = onnx.ModelProto.decode(part.onnx).graph!;
  const declared = [
    ...part.inputs,
    ...part.weights.flatMap((slot) => weightInputs(slot, precision.activations)),
  ];
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  expect((infos(graph.input!) as { name: string }[]).sort(byName)).toEqual([...declared].sort(byName));
  expect(infos(graph.output!)).toEqual(part.outputs);
  expect(graph.name).toBe(part.name);
  const known = new Set([...graph.input!, ...graph.initializer!].map((v) => v.name!));
  for (const node of graph.node!) {
    for (const input of node.input!) if (input) expect(known).toContain(input);
    for (const output of node.output!) {
      expect(known).not.toContain(output);
      known.add(output);
    }
  }
}

const fill = (part: GraphPart, layers: number): string[] =>
  part.weights.flatMap((slot) =>
    slot.tensor.includes('{i}')
      ? Array.from({ length: layers }, (_, i) => slot.tensor.replace('{i}', String(i)))
      : [slot.tensor],
  );

describe.each(PRECISIONS)('graphs with $weights weights and $activations activations', (precision) => {
  test('of the transformer match what their parts say, and ask for each tensor exactly once', () => {
    for (const times of [1, 2]) {
      const parts = Object.values(wanGraphs(WAN, { ...SHAPE, times }, precision)) as GraphPart[];
      for (const part of parts) checkPart(part, precision);
      const wanted = parts.flatMap((part) => fill(part, WAN.layers)).sort();
      expect(wanted).toEqual(
        wanTensors(WAN)
          .map((t) => t.name)
          .sort(),
      );
    }
  });

  test('of the text encoder too; its embedding table stays outside', () => {
    const parts = Object.values(umt5Graphs(UMT5, 7, precision)) as GraphPart[];
    for (const part of parts) checkPart(part, precision);
    const wanted = parts.flatMap((part) => fill(part, UMT5.layers)).sort();
    const all = umt5Tensors(UMT5).map((t) => t.name);
    expect(wanted).toEqual(all.filter((name) => name !== 'token_embd.weight').sort());
  });

  test('ask for shapes as the checkpoints have them', () => {
    const shapes = new Map([...wanTensors(WAN), ...umt5Tensors(UMT5)].map((t) => [t.name, t.shape]));
    const parts = [...Object.values(wanGraphs(WAN, SHAPE, precision)), umt5Graphs(UMT5, 3, precision).layer];
    for (const slot of (parts as GraphPart[]).flatMap((part) => part.weights)) {
      expect([slot.tensor, slot.shape]).toEqual([slot.tensor, shapes.get(slot.tensor.replace('{i}', '0'))]);
    }
  });
});

test('only the large matrices of the blocks are quantised', () => {
  const precision: Precision = { activations: 'float32', weights: 'q4' };
  const { block, ...others } = wanGraphs(WAN, SHAPE, precision);
  const quantized = (part: GraphPart): string[] =>
    part.weights.filter((s) => s.format === 'q4').map((s) => s.tensor.replace('blocks.{i}.', ''));
  expect(Object.values(others).flatMap(quantized)).toEqual([]);
  expect(quantized(block).sort()).toEqual(
    ['cross_attn', 'self_attn']
      .flatMap((a) => ['k', 'o', 'q', 'v'].map((m) => `${a}.${m}.weight`))
      .concat(['ffn.0.weight', 'ffn.2.weight'])
      .sort(),
  );
});

test('the edges of the transformer are f32 at any precision', () => {
  const graphs = wanGraphs(WAN, SHAPE, { activations: 'float16', weights: 'float16' });
  expect(graphs.embed.inputs[0]!.dtype).toBe('float32');
  expect(graphs.text.inputs[0]!.dtype).toBe('float32');
  expect(graphs.time.inputs[0]!.dtype).toBe('float32');
  expect(graphs.head.outputs[0]!.dtype).toBe('float32');
  expect(graphs.combine.inputs.every((i) => i.dtype === 'float32')).toBe(true);
  expect(graphs.block.inputs.find((i) => i.name === 'x')!.dtype).toBe('float16');
});

test('what a transformer cannot do is refused', () => {
  const f32: Precision = { activations: 'float32', weights: 'float32' };
  const q8: Precision = { activations: 'float32', weights: 'q8' };
  const invariant = expect.objectContaining({ code: 'internal/invariant' });
  expect(() => wanGraphs(WAN, { ...SHAPE, width: 5 }, f32)).toThrow(invariant);
  expect(() => wanGraphs({ ...WAN, heads: 16 }, SHAPE, f32)).toThrow(invariant);
  expect(() => wanGraphs({ ...WAN, ffnDim: 100 }, SHAPE, q8)).toThrow(invariant);
  expect(() => umt5Graphs(UMT5, 0, f32)).toThrow(invariant);
  const tensors = formulaTensors(CODEC);
  expect(() => codecDecoderPart(CODEC, { height: 2, width: 2 }, tensors, { frames: [3] })).toThrow(invariant);
  expect(() => codecEncoderPart(CODEC, { frames: 1, height: 6, width: 8 }, tensors)).toThrow(invariant);
  expect(() => codecDecoderPart(CODEC, { height: 2, width: 2 }, () => new Float32Array(3))).toThrow(
    invariant,
  );
});

test('rotary angles: a head of 128 is shared out 44, 42, 42 over time, rows and columns', () => {
  const config: WanConfig = { ...WAN, dim: 128, heads: 1 };
  const { cos, sin } = wanRope(config, SHAPE);
  const tokens = wanTokens(config, SHAPE);
  expect(tokens).toBe(3 * 2 * 3);
  expect(cos.length).toBe(tokens * 64);
  const [t, y, x] = [2, 1, 2];
  const row = ((t * 2 + y) * 3 + x) * 64;
  // The first pair of every axis turns by the position itself, the last by nearly nothing.
  expect(cos[row]).toBeCloseTo(Math.cos(t), 6);
  expect(sin[row + 22]).toBeCloseTo(Math.sin(y), 6);
  expect(sin[row + 43]).toBeCloseTo(Math.sin(x), 6);
  expect(sin[row + 63]).toBeCloseTo(Math.sin(x / 10_000 ** (20 / 21)), 6);
});

test('position channels run from the beginning to the end, from above to below, from left to right', () => {
  const shape = { frames: 3, height: 2, width: 4 };
  const rows = wanPositions({ positionChannels: 6 }, shape); // [6, T, h, w]
  const at = (channel: number, t: number, y: number, x: number): number =>
    rows[((channel * 3 + t) * 2 + y) * 4 + x]!;
  expect(rows).toHaveLength(6 * 3 * 2 * 4);
  expect([0, 1, 2].map((t) => at(0, t, 1, 3))).toEqual([1, expect.closeTo(0), -1]);
  expect([0, 1, 2].map((t) => at(1, t, 0, 0))).toEqual([1, -1, 1]);
  expect([0, 1].map((y) => at(2, 2, y, 0))).toEqual([
    expect.closeTo(0.5 ** 0.5),
    expect.closeTo(-(0.5 ** 0.5)),
  ]);
  expect([0, 3].map((x) => at(4, 0, 0, x))).toEqual([
    expect.closeTo(Math.cos(Math.PI / 8)),
    expect.closeTo(-Math.cos(Math.PI / 8)),
  ]);
  expect(wanPositions({ positionChannels: 3 }, { ...shape, frames: 1 })[0]).toBe(1);
  expect(wanPositions({}, shape)).toHaveLength(0);
  expect(() => wanPositions({ positionChannels: 4 }, shape)).toThrow(/multiple of 3/);
});

test('timesteps become cosines, then sines', () => {
  const out = sinusoidalTimestep({ freqDim: 4 }, [0, 500]);
  expect([...out.subarray(0, 4)]).toEqual([1, 1, 0, 0]);
  const expected = [Math.cos(500), Math.cos(5), Math.sin(500), Math.sin(5)];
  for (const [i, value] of expected.entries()) expect(out[4 + i]).toBeCloseTo(value, 6);
});

test('relative positions fall into the buckets that transformers puts them in', () => {
  const got = buckets.buckets.map((_, i) => relativeBucket(UMT5, buckets.first + i));
  expect(got).toEqual(buckets.buckets);
});

describe('names', () => {
  test.each([
    ['blocks.3.attn1.to_q.weight', 'blocks.3.self_attn.q.weight'],
    ['blocks.3.attn1.to_out.0.bias', 'blocks.3.self_attn.o.bias'],
    ['blocks.3.attn1.norm_k.weight', 'blocks.3.self_attn.norm_k.weight'],
    ['blocks.12.attn2.to_v.bias', 'blocks.12.cross_attn.v.bias'],
    ['blocks.12.attn2.to_out.0.weight', 'blocks.12.cross_attn.o.weight'],
    ['blocks.0.norm2.weight', 'blocks.0.norm3.weight'],
    ['blocks.0.norm3.weight', 'blocks.0.norm3.weight'],
    ['blocks.0.ffn.net.0.proj.weight', 'blocks.0.ffn.0.weight'],
    ['blocks.0.ffn.net.2.bias', 'blocks.0.ffn.2.bias'],
    ['blocks.0.scale_shift_table', 'blocks.0.modulation'],
    ['scale_shift_table', 'head.modulation'],
    ['proj_out.weight', 'head.head.weight'],
    ['condition_embedder.time_embedder.linear_1.weight', 'time_embedding.0.weight'],
    ['condition_embedder.time_embedder.linear_2.bias', 'time_embedding.2.bias'],
    ['condition_embedder.time_proj.weight', 'time_projection.1.weight'],
    ['condition_embedder.text_embedder.linear_1.weight', 'text_embedding.0.weight'],
    ['condition_embedder.text_embedder.linear_2.bias', 'text_embedding.2.bias'],
    ['model.diffusion_model.blocks.1.self_attn.q.weight', 'blocks.1.self_attn.q.weight'],
    ['patch_embedding.weight', 'patch_embedding.weight'],
    ['something.else', 'something.else'],
  ])('%s → %s', (theirs, canonical) => {
    expect(canonicalWanName(theirs)).toBe(canonical);
  });

  test.each([
    ['encoder.block.7.layer.0.SelfAttention.q.weight', 'enc.blk.7.attn_q.weight'],
    ['encoder.block.7.layer.0.SelfAttention.relative_attention_bias.weight', 'enc.blk.7.attn_rel_b.weight'],
    ['encoder.block.7.layer.0.layer_norm.weight', 'enc.blk.7.attn_norm.weight'],
    ['encoder.block.0.layer.1.DenseReluDense.wi_0.weight', 'enc.blk.0.ffn_gate.weight'],
    ['encoder.block.0.layer.1.DenseReluDense.wi_1.weight', 'enc.blk.0.ffn_up.weight'],
    ['encoder.block.0.layer.1.DenseReluDense.wo.weight', 'enc.blk.0.ffn_down.weight'],
    ['encoder.block.0.layer.1.layer_norm.weight', 'enc.blk.0.ffn_norm.weight'],
    ['encoder.final_layer_norm.weight', 'enc.output_norm.weight'],
    ['shared.weight', 'token_embd.weight'],
    ['encoder.embed_tokens.weight', 'token_embd.weight'],
    ['enc.blk.1.ffn_up.weight', 'enc.blk.1.ffn_up.weight'],
  ])('%s → %s', (theirs, canonical) => {
    expect(canonicalUmt5Name(theirs)).toBe(canonical);
  });

  test('canonical names stay as they are', () => {
    for (const { name } of wanTensors(WAN)) expect(canonicalWanName(name)).toBe(name);
    for (const { name } of umt5Tensors(UMT5)) expect(canonicalUmt5Name(name)).toBe(name);
  });
});

test('a codec part carries its weights, and fewer frames make it smaller', () => {
  const tensors = formulaTensors(CODEC);
  const precision: Precision = { activations: 'float32', weights: 'float32' };
  const size = { height: 2, width: 3 };
  const all = codecDecoderPart(CODEC, size, tensors);
  const one = codecDecoderPart(CODEC, size, tensors, { frames: [1], output: 'rgba8' });
  for (const part of [all, one, codecEncoderPart(CODEC, { frames: 1, height: 8, width: 8 }, tensors)]) {
    checkPart(part, precision);
    expect(part.weights).toEqual([]);
  }
  expect(all.outputs[0]!.dims).toEqual([3, 3, 32, 48]);
  expect(one.outputs).toEqual([{ name: 'pixels', dtype: 'int32', dims: [1, 32, 48] }]);
  expect(one.onnx.length).toBeLessThan(all.onnx.length);
  const convolutions = 1 + 1 + 2 + 1 + 2 + 1 + 2 + 1 + 1 + 1; // encoder, in, trunk, expand, stage1, up1, stage2, up2, skip, out
  expect(codecTensors(CODEC)).toHaveLength(2 * convolutions);
});
