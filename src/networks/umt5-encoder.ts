// The encoder of umT5 (arXiv:2304.09151) as a graph per layer. The layer's graph serves all layers: its weights are inputs.
// There is no mask: a prompt is encoded at its own length, which gives the same numbers as padding it and masking the
// padding, for less work. Unlike T5, umT5 has relative positions in every layer. No 1/√d, no biases.
import { assert } from '../core/errors.ts';
import type { Umt5Config } from '../core/model-config.ts';
import type { GraphPart, Precision } from './part.ts';
import { PartBuilder } from './part-builder.ts';

export { canonicalUmt5Name } from './umt5-names.ts';

/** The parts of one encoder. L tokens, D width. */
export interface Umt5Graphs {
  /** `x` f32 `[1, L, D]` (rows of `token_embd.weight`, then the previous layer's `out`) → `out` f32 `[1, L, D]`. Weights of layer `{i}`. */
  readonly layer: GraphPart;
  /** `x` f32 `[1, L, D]` → `text` f32 `[1, L, D]`, normed: the text states. */
  readonly final: GraphPart;
}

/**
 * The bucket of a relative position. Half of the buckets are for keys after the query; of each half, the first half is one
 * distance a bucket and the rest grows logarithmically up to `maxDistance`.
 * @param distance Position of the key minus position of the query.
 * Source: transformers `UMT5Attention._relative_position_bucket`.
 */
export function relativeBucket(
  config: Pick<Umt5Config, 'buckets' | 'maxDistance'>,
  distance: number,
): number {
  const half = config.buckets / 2;
  const exact = half / 2;
  const far = Math.abs(distance);
  const log = Math.log(far / exact) / Math.log(config.maxDistance / exact);
  const bucket = far < exact ? far : Math.min(half - 1, exact + Math.floor(log * (half - exact)));
  return bucket + (distance > 0 ? half : 0);
}

/**
 * Writes an encoder's graphs for prompts of `length` tokens, end-of-sequence included and padding not.
 * The sums that run through the layers and the second half of the feed-forward are f32 at any precision: T5-family
 * encoders overflow half precision there.
 * @throws {AppError} `internal/invariant` if a quantised matrix has columns that are not a multiple of 32.
 */
export function umt5Graphs(config: Umt5Config, length: number, precision: Precision): Umt5Graphs {
  assert(Number.isInteger(length) && length > 0, `a prompt of ${length} tokens`);
  return { layer: layerPart(config, length, precision), final: finalPart(config, length, precision) };
}

function layerPart(config: Umt5Config, length: number, precision: Precision): GraphPart {
  const p = new PartBuilder('umt5-layer', { ...precision, residual: 'float32' }, 'enc.blk.{i}.');
  const { graph } = p;
  const { dim, heads, eps } = config;
  const large = { large: true, bias: false };
  const x = p.input('x', 'float32', [1, length, dim]);

  const normed = graph.simplifiedLayerNorm(x, p.weight('attn_norm.weight', [dim], 'float32'), eps);
  const first = graph.cast(normed, p.activations);
  const width = heads * config.headDim;
  const query = p.linear(first, 'attn_q', width, large);
  const key = p.linear(first, 'attn_k', width, large);
  const value = p.linear(first, 'attn_v', width, large);
  const table = graph.transpose(p.weight('attn_rel_b.weight', [config.buckets, heads]), [1, 0]); // [heads, buckets]
  const buckets = Int32Array.from({ length: length * length }, (_, i) =>
    relativeBucket(config, (i % length) - Math.floor(i / length)),
  );
  const bias = graph.gather(table, graph.constant('int32', [length, length], buckets), 1); // [heads, L, L]
  const mixed = graph.multiHeadAttention(query, key, value, {
    heads,
    scale: 1,
    bias: graph.reshape(bias, [1, heads, length, length]),
  });
  const attended = graph.add(x, graph.cast(p.linear(mixed, 'attn_o', dim, large), 'float32'));

  const unit = graph.simplifiedLayerNorm(attended, p.weight('ffn_norm.weight', [dim], 'float32'), eps);
  const second = graph.cast(unit, p.activations);
  const gate = graph.cast(graph.gelu(p.linear(second, 'ffn_gate', config.ffnDim, large)), 'float32');
  const up = graph.cast(p.linear(second, 'ffn_up', config.ffnDim, large), 'float32');
  p.output(graph.add(attended, p.linear(graph.mul(gate, up), 'ffn_down', dim, large)), 'out');
  return p.finish();
}

function finalPart(config: Umt5Config, length: number, precision: Precision): GraphPart {
  const p = new PartBuilder('umt5-final', { ...precision, residual: 'float32' });
  const x = p.input('x', 'float32', [1, length, config.dim]);
  const scale = p.weight('enc.output_norm.weight', [config.dim], 'float32');
  p.output(p.graph.simplifiedLayerNorm(x, scale, config.eps), 'text');
  return p.finish();
}

/** Every tensor of an encoder by its canonical name (llama.cpp's in GGUF files), the embedding table included. */
export function umt5Tensors(config: Umt5Config): readonly { name: string; shape: readonly number[] }[] {
  const { dim, ffnDim, heads } = config;
  const width = heads * config.headDim;
  const layer = (i: number): { name: string; shape: readonly number[] }[] =>
    Object.entries({
      attn_norm: [dim],
      attn_q: [width, dim],
      attn_k: [width, dim],
      attn_v: [width, dim],
      attn_o: [dim, width],
      attn_rel_b: [config.buckets, heads],
      ffn_norm: [dim],
      ffn_gate: [ffnDim, dim],
      ffn_up: [ffnDim, dim],
      ffn_down: [dim, ffnDim],
    }).map(([name, shape]) => ({ name: `enc.blk.${i}.${name}.weight`, shape }));
  return [
    { name: 'token_embd.weight', shape: [config.vocab, dim] },
    ...Array.from({ length: config.layers }, (_, i) => layer(i)).flat(),
    { name: 'enc.output_norm.weight', shape: [dim] },
  ];
}
