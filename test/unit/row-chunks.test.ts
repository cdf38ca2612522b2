// No dispatch may run long: how rows are cut, and that the graphs of full-size models are cut so.
import { onnx } from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import type { WanConfig } from '../../src/core/model-config.ts';
import { clipShape } from '../../src/core/video-format.ts';
import { codecFacts } from '../../src/engine/codec.ts';
import type { Precision } from '../../src/networks/part.ts';
import { DISPATCH_FLOPS, rowChunks } from '../../src/networks/row-chunks.ts';
import { type WanShape, wanGraphs, wanTokens } from '../../src/networks/wan-transformer.ts';

const PRECISION: Precision = { activations: 'float16', weights: 'q4', residual: 'float32' };

describe('rows', () => {
  test.each([
    [1, 1e3, 1e6],
    [1000, 1e3, 1e6],
    [1001, 1e3, 1e6],
    [30_000, 4 * 30_000 * 3072, DISPATCH_FLOPS],
    [999, 5e4, 1e6],
    [7, 1e9, 1e6],
  ])('%i of %i operations each, %i a dispatch: all once, in order, none too many', (rows, each, budget) => {
    const chunks = rowChunks(rows, each, budget);
    expect(chunks[0]!.start).toBe(0);
    expect(chunks.at(-1)!.end).toBe(rows);
    for (const [i, { start, end }] of chunks.entries()) {
      if (i > 0) expect(start).toBe(chunks[i - 1]!.end);
      expect(end).toBeGreaterThan(start);
      expect(end - start === 1 || (end - start) * each <= budget).toBe(true);
    }
  });

  test('are not cut where all fit, and are cut at whole tiles alike in size where they do not', () => {
    expect(rowChunks(1000, 1e3, 1e6)).toEqual([{ start: 0, end: 1000 }]);
    expect(rowChunks(1001, 1e3, 1e6)).toEqual([
      { start: 0, end: 512 }, // not 960 and 41
      { start: 512, end: 1001 },
    ]);
    expect(rowChunks(3, 1e6, 1e6)).toHaveLength(3);
  });
});

/** How many nodes of each kind the block's graph has. */
function nodesOf(
  config: WanConfig,
  shape: WanShape,
  dispatchFlops?: number,
): Readonly<Record<string, number>> {
  const { block } = wanGraphs(config, shape, PRECISION, dispatchFlops);
  const counts: Record<string, number> = {};
  for (const { opType } of onnx.ModelProto.decode(block.onnx).graph!.node!)
    counts[opType!] = (counts[opType!] ?? 0) + 1;
  return counts;
}

describe.each(OPEN_MODELS.map(({ name, transformer }) => [name, transformer] as const))('%s', (_, config) => {
  test.each([
    [1, 2],
    [21, 1],
    [21, 2],
  ])('%i latent frames of 60×104 are cut into as many dispatches as the budget asks for', (frames, times) => {
    const shape = { frames, height: 60, width: 104, textLength: 512, times };
    const { dim, ffnDim } = config;
    const tokens = wanTokens(config, shape);
    const chunks = (rows: number, each: number): number => rowChunks(rows, each).length;
    const nodes = nodesOf(config, shape);
    expect(nodes.MultiHeadAttention).toBe(chunks(tokens, 4 * tokens * dim) + chunks(tokens, 4 * 512 * dim));
    expect(nodes.MatMulNBits).toBe(
      6 * chunks(tokens, 2 * dim * dim) +
        2 * chunks(512, 2 * dim * dim) +
        2 * chunks(tokens, 2 * dim * ffnDim),
    );
    if (frames > 1) expect(nodes.MultiHeadAttention).toBeGreaterThan(2 * 20);
  });
});

test('the models that come with the app have one dispatch for each, at any length and shape', () => {
  for (const { transformer, geometry, limits, codec, textOptions } of MODELS) {
    for (const aspect of ['21:9', '1:1']) {
      const clip = clipShape(geometry, aspect, limits.seconds.max, limits.fps.max);
      const { stride } = codecFacts(codec);
      const shape = {
        frames: clip.latentFrames,
        height: clip.encoderHeight / stride,
        width: clip.encoderWidth / stride,
        textLength: textOptions.maxTokens,
        times: 2,
      };
      expect(nodesOf(transformer, shape)).toEqual(nodesOf(transformer, shape, Number.POSITIVE_INFINITY));
    }
  }
});
