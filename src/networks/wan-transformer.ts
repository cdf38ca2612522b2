// Wan's diffusion transformer (Wan 2.1 and 2.2 TI2V; arXiv:2503.20314) as six small graphs. The block's graph serves all
// layers: its weights are inputs. Tokens run over frames, then rows, then columns. σ, guidance and the step are numbers
// that come in, so a clip can be denoised without its latents leaving the device.
// What is added up over the blocks is in the residual type R, everything else in the activation type A, the edges in f32.
import { assert } from '../core/errors.ts';
import type { WanConfig } from '../core/model-config.ts';
import type { Value } from '../graph/graph-builder.ts';
import type { GraphPart, Precision } from './part.ts';
import { PartBuilder } from './part-builder.ts';
import { DISPATCH_FLOPS } from './row-chunks.ts';
import { type WanShape, wanGrid, wanInputChannels, wanTokens } from './wan-inputs.ts';

export {
  sinusoidalTimestep,
  type WanShape,
  wanGrid,
  wanPositions,
  wanRope,
  wanTokens,
} from './wan-inputs.ts';
export { canonicalWanName } from './wan-names.ts';

/** The parts of one transformer. N tokens, D width, R the residual type (see {@link Precision}). */
export interface WanGraphs {
  /** `latents` f32 `[1, C, T, h, w]`, with position channels `positions` f32 `[1, P, T, h, w]` → `x` R `[1, N, D]`. */
  readonly embed: GraphPart;
  /** `timestep` f32 `[M, freqDim]` ({@link sinusoidalTimestep}) → `e` R `[M, D]`, `modulation` R `[M, 6, D]`. */
  readonly time: GraphPart;
  /** `text` f32 `[1, L, textDim]`, zero rows as padding → `context` `[1, L, D]` in the activation dtype. */
  readonly text: GraphPart;
  /**
   * `x` R `[1, N, D]`, `context`, `modulation`, `token_time` int32 `[N]` (which of the M timesteps a token has; not there
   * if M = 1), `cos` and `sin` f32 `[N, headDim/2]` ({@link wanRope}) → `out` R `[1, N, D]`. Weights of block `{i}`.
   */
  readonly block: GraphPart;
  /** `x`, `e`, `token_time` (not if M = 1) → `velocity` f32 `[1, C, T, h, w]`. */
  readonly head: GraphPart;
  /**
   * One step with guidance, all f32: `x`, `cond`, `uncond` `[1, C, T, h, w]`, `mask` `[1, 1, T, 1, 1]` (0 on frames that
   * stay as they are), `guidance` `[1]`, `delta` `[1]` (σ_next − σ) → `out` = x + delta · mask · (uncond + guidance · (cond − uncond)).
   */
  readonly combine: GraphPart;
  /** The same without guidance: `x`, `cond`, `mask`, `delta` → `out` = x + delta · mask · cond. */
  readonly combineOne: GraphPart;
}

const MODULATIONS = 6; // shift, scale and gate of attention, then of the feed-forward
const MODULATION_SCALES = [1, 4]; // which of them multiply as 1 + scale

/**
 * Writes a transformer's graphs for one size of clip.
 * @param dispatchFlops work of one dispatch in a block, default {@link DISPATCH_FLOPS}: attention over long clips is cut into
 * chunks of queries, and its matrices into chunks of tokens.
 * @throws {AppError} `internal/invariant` if the patch does not divide the latents, a head is not a multiple of 8 wide, or
 * a quantised matrix has columns that are not a multiple of 32.
 */
export function wanGraphs(
  config: WanConfig,
  shape: WanShape,
  precision: Precision,
  dispatchFlops: number = DISPATCH_FLOPS,
): WanGraphs {
  const headDim = config.dim / config.heads;
  assert(headDim % 8 === 0, `heads of ${headDim} numbers: a multiple of 8 is needed`);
  assert(Number.isInteger(shape.times) && shape.times > 0, `${shape.times} timesteps in a run`);
  return {
    embed: embedPart(config, shape, precision),
    time: timePart(config, shape, precision),
    text: textPart(config, shape, precision),
    block: blockPart(config, shape, precision, dispatchFlops),
    head: headPart(config, shape, precision),
    combine: combinePart(config, shape, true),
    combineOne: combinePart(config, shape, false),
  };
}

const latentDims = (config: WanConfig, shape: WanShape): number[] => [
  1,
  config.channels,
  shape.frames,
  shape.height,
  shape.width,
];

function embedPart(config: WanConfig, shape: WanShape, precision: Precision): GraphPart {
  const p = new PartBuilder('wan-embed', precision);
  const { graph } = p;
  const [pt, py, px] = config.patch;
  const [t, y, x] = wanGrid(config, shape);
  const channels = wanInputChannels(config);
  const patch = channels * pt * py * px;
  let latents = p.input('latents', 'float32', latentDims(config, shape));
  if (channels > config.channels) {
    const dims = [1, channels - config.channels, shape.frames, shape.height, shape.width];
    latents = graph.concat([latents, p.input('positions', 'float32', dims)], 1);
  }
  const split = graph.reshape(latents, [channels, t, pt, y, py, x, px]);
  const patches = graph.transpose(split, [1, 3, 5, 0, 2, 4, 6]); // [t, y, x, C + P, pt, py, px]
  const rows = graph.cast(graph.reshape(patches, [1, t * y * x, patch]), p.activations);
  const weight = p.weight('patch_embedding.weight', [config.dim, channels, pt, py, px]);
  const bias = p.weight('patch_embedding.bias', [config.dim]);
  const tokens = graph.linear(rows, graph.reshape(weight, [config.dim, patch]), bias); // [1, N, D]
  p.output(graph.cast(tokens, p.residual), 'x');
  return p.finish();
}

function timePart(config: WanConfig, shape: WanShape, precision: Precision): GraphPart {
  const p = new PartBuilder('wan-time', precision);
  const { graph } = p;
  const timestep = p.input('timestep', 'float32', [shape.times, config.freqDim]);
  const hidden = graph.silu(p.linear(graph.cast(timestep, p.activations), 'time_embedding.0', config.dim));
  const e = p.linear(hidden, 'time_embedding.2', config.dim); // [M, D]
  const all = p.linear(graph.silu(e), 'time_projection.1', MODULATIONS * config.dim); // [M, 6·D]
  p.output(graph.cast(e, p.residual), 'e');
  p.output(graph.cast(graph.reshape(all, [shape.times, MODULATIONS, config.dim]), p.residual), 'modulation');
  return p.finish();
}

function textPart(config: WanConfig, shape: WanShape, precision: Precision): GraphPart {
  const p = new PartBuilder('wan-text', precision);
  const { graph } = p;
  const text = p.input('text', 'float32', [1, shape.textLength, config.textDim]);
  const hidden = graph.gelu(p.linear(graph.cast(text, p.activations), 'text_embedding.0', config.dim));
  p.output(p.linear(hidden, 'text_embedding.2', config.dim), 'context');
  return p.finish();
}

/**
 * Which of the timesteps each token has. Not there with a single one: an input that no node reads is copied off the GPU on
 * every run (onnxruntime-web 1.30).
 */
const tokenTimeInput = (p: PartBuilder, shape: WanShape, tokens: number): Value | null =>
  shape.times > 1 ? p.input('token_time', 'int32', [tokens]) : null;

/**
 * Splits modulations `[M, k·D]` into k rows, `1 +` added to those in `scales`: `[D]` each if M = 1, else `[N, D]`, each
 * token's own.
 */
function modulations(
  p: PartBuilder,
  sum: Value,
  count: number,
  scales: readonly number[],
  tokenTime: Value | null,
): Value[] {
  const { graph } = p;
  const times = sum.dims[0]!;
  const dim = sum.dims.at(-1)!;
  const ones = Array.from({ length: count }, (_, i) => (scales.includes(i) ? 1 : 0));
  const shifted = graph.add(sum, graph.constant(sum.dtype, [1, count, 1], ones)); // [M, k, D]
  const rows =
    times === 1
      ? graph.split(graph.reshape(shifted, [count * dim]), 0, count)
      : graph.split(graph.reshape(shifted, [times, count * dim]), 1, count);
  return tokenTime ? rows.map((row) => graph.gather(row, tokenTime)) : rows;
}

/** LayerNorm without weights, times `scale`, plus `shift`: one node if they are the same for all tokens. */
function modulatedNorm(p: PartBuilder, x: Value, scale: Value, shift: Value, eps: number): Value {
  const { graph } = p;
  if (scale.dims.length === 1) return graph.layerNorm(x, scale, shift, eps);
  const dim = x.dims.at(-1)!;
  const ones = graph.constant(x.dtype, [dim], new Float32Array(dim).fill(1));
  return graph.add(graph.mul(graph.layerNorm(x, ones, undefined, eps), scale), shift);
}

/** Attention with RMS-normed queries and keys; `cos` and `sin` only where positions matter. */
function attention(
  p: PartBuilder,
  config: WanConfig,
  name: string,
  x: Value,
  context: Value,
  rope?: { cos: Value; sin: Value },
): Value {
  const { graph } = p;
  const { dim, eps } = config;
  const normed = (from: Value, which: 'q' | 'k'): Value => {
    const rows = p.linear(from, `${name}.${which}`, dim, { large: true });
    const unit = graph.simplifiedLayerNorm(rows, p.weight(`${name}.norm_${which}.weight`, [dim]), eps);
    return rope ? graph.rotaryEmbedding(unit, rope.cos, rope.sin) : unit;
  };
  const query = normed(x, 'q');
  const key = normed(context, 'k');
  const value = p.linear(context, `${name}.v`, dim, { large: true });
  const perQuery = 4 * context.dims[1]! * dim; // with every key, then with every value
  const mixed = p.overRows(query, perQuery, (rows) =>
    graph.multiHeadAttention(rows, key, value, { heads: config.heads }),
  );
  return p.linear(mixed, `${name}.o`, dim, { large: true });
}

function blockPart(
  config: WanConfig,
  shape: WanShape,
  precision: Precision,
  dispatchFlops: number,
): GraphPart {
  const p = new PartBuilder('wan-block', precision, 'blocks.{i}.', dispatchFlops);
  const { graph } = p;
  const { dim, eps } = config;
  const tokens = wanTokens(config, shape);
  const half = dim / config.heads / 2;
  const x = p.input('x', p.residual, [1, tokens, dim]);
  const context = p.input('context', p.activations, [1, shape.textLength, dim]);
  const modulation = p.input('modulation', p.residual, [shape.times, MODULATIONS, dim]);
  const tokenTime = tokenTimeInput(p, shape, tokens);
  const cos = graph.cast(p.input('cos', 'float32', [tokens, half]), p.activations);
  const sin = graph.cast(p.input('sin', 'float32', [tokens, half]), p.activations);

  const table = p.weight('modulation', [1, MODULATIONS, dim], p.residual, 'modulation.table');
  const rows = modulations(p, graph.add(modulation, table), MODULATIONS, MODULATION_SCALES, tokenTime);
  const [shift, scale, gate, ffnShift, ffnScale, ffnGate] = rows as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const gated = (sum: Value, y: Value, by: Value): Value =>
    graph.add(sum, graph.mul(graph.cast(y, p.residual), by));

  const first = graph.cast(modulatedNorm(p, x, scale, shift, eps), p.activations);
  const afterSelf = gated(x, attention(p, config, 'self_attn', first, first, { cos, sin }), gate);

  const crossScale = p.weight('norm3.weight', [dim], p.residual);
  const crossShift = p.weight('norm3.bias', [dim], p.residual);
  const second = graph.cast(graph.layerNorm(afterSelf, crossScale, crossShift, eps), p.activations);
  const cross = attention(p, config, 'cross_attn', second, context);
  const afterCross = graph.add(afterSelf, graph.cast(cross, p.residual));

  const third = graph.cast(modulatedNorm(p, afterCross, ffnScale, ffnShift, eps), p.activations);
  const { ffnDim } = config;
  const up = p.layer('ffn.0', [ffnDim, dim], p.activations, { large: true });
  const down = p.layer('ffn.2', [dim, ffnDim], p.activations, { large: true });
  // In chunks from end to end, so that what lies between, wide as it is, is never there for all tokens.
  const fed = p.overRows(third, 2 * dim * ffnDim, (rows) => down(graph.gelu(up(rows))));
  p.output(gated(afterCross, fed, ffnGate), 'out');
  return p.finish();
}

function headPart(config: WanConfig, shape: WanShape, precision: Precision): GraphPart {
  const p = new PartBuilder('wan-head', precision);
  const { graph } = p;
  const { dim } = config;
  const [pt, py, px] = config.patch;
  const [t, y, x] = wanGrid(config, shape);
  const tokens = t * y * x;
  const stream = p.input('x', p.residual, [1, tokens, dim]);
  const e = p.input('e', p.residual, [shape.times, dim]);
  const tokenTime = tokenTimeInput(p, shape, tokens);
  const table = p.weight('head.modulation', [1, 2, dim], p.residual);
  const sum = graph.add(graph.reshape(e, [shape.times, 1, dim]), table); // [M, 2, D]
  const [shift, scale] = modulations(p, sum, 2, [1], tokenTime) as [Value, Value];
  const normed = graph.cast(modulatedNorm(p, stream, scale, shift, config.eps), p.activations);
  const patches = p.linear(normed, 'head.head', pt * py * px * config.channels); // [1, N, pt·py·px·C]
  const split = graph.reshape(graph.cast(patches, 'float32'), [t, y, x, pt, py, px, config.channels]);
  const ordered = graph.transpose(split, [6, 0, 3, 1, 4, 2, 5]); // [C, t, pt, y, py, x, px]
  p.output(graph.reshape(ordered, latentDims(config, shape)), 'velocity');
  return p.finish();
}

function combinePart(config: WanConfig, shape: WanShape, guided: boolean): GraphPart {
  const p = new PartBuilder(guided ? 'wan-combine' : 'wan-combine-one', {
    activations: 'float32',
    weights: 'float32',
  });
  const { graph } = p;
  const dims = latentDims(config, shape);
  const x = p.input('x', 'float32', dims);
  let velocity = p.input('cond', 'float32', dims);
  if (guided) {
    const uncond = p.input('uncond', 'float32', dims);
    const guidance = p.input('guidance', 'float32', [1]);
    velocity = graph.add(uncond, graph.mul(guidance, graph.sub(velocity, uncond)));
  }
  const mask = p.input('mask', 'float32', [1, 1, shape.frames, 1, 1]);
  const delta = p.input('delta', 'float32', [1]);
  p.output(graph.add(x, graph.mul(graph.mul(delta, mask), velocity)), 'out');
  return p.finish();
}

/** Every tensor of a checkpoint by its canonical name (that of the original release). */
export function wanTensors(config: WanConfig): readonly { name: string; shape: readonly number[] }[] {
  const { dim, ffnDim, textDim, freqDim, channels, patch } = config;
  const inputs = wanInputChannels(config);
  const linear = (name: string, n: number, k: number): { name: string; shape: readonly number[] }[] => [
    { name: `${name}.weight`, shape: [n, k] },
    { name: `${name}.bias`, shape: [n] },
  ];
  const block = (i: number): { name: string; shape: readonly number[] }[] => [
    { name: `blocks.${i}.modulation`, shape: [1, MODULATIONS, dim] },
    ...['self_attn', 'cross_attn'].flatMap((attn) => [
      ...['q', 'k', 'v', 'o'].flatMap((which) => linear(`blocks.${i}.${attn}.${which}`, dim, dim)),
      { name: `blocks.${i}.${attn}.norm_q.weight`, shape: [dim] },
      { name: `blocks.${i}.${attn}.norm_k.weight`, shape: [dim] },
    ]),
    { name: `blocks.${i}.norm3.weight`, shape: [dim] },
    { name: `blocks.${i}.norm3.bias`, shape: [dim] },
    ...linear(`blocks.${i}.ffn.0`, ffnDim, dim),
    ...linear(`blocks.${i}.ffn.2`, dim, ffnDim),
  ];
  return [
    { name: 'patch_embedding.weight', shape: [dim, inputs, ...patch] },
    { name: 'patch_embedding.bias', shape: [dim] },
    ...linear('text_embedding.0', dim, textDim),
    ...linear('text_embedding.2', dim, dim),
    ...linear('time_embedding.0', dim, freqDim),
    ...linear('time_embedding.2', dim, dim),
    ...linear('time_projection.1', MODULATIONS * dim, dim),
    ...Array.from({ length: config.layers }, (_, i) => block(i)).flat(),
    ...linear('head.head', patch[0] * patch[1] * patch[2] * channels, dim),
    { name: 'head.modulation', shape: [1, 2, dim] },
  ];
}
