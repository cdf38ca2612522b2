// Operations counted by hand, and seconds that follow from them.
import { describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { type ClipAsk, clipWork, estimateClip } from '../../src/core/clip-estimate.ts';
import type { DeviceRates } from '../../src/core/device-rates.ts';
import { blockOperations, evaluationFlops } from '../../src/core/model-cost.ts';
import { evaluationProducts, flopsOf } from '../bench/matrix-products.ts';
import { FIXTURE_RATE, gpuReport } from '../fixtures/gpu-report.ts';

const [wan5b, wan13b] = [OPEN_MODELS[0]!, OPEN_MODELS[1]!];
const ask = (changes: Partial<ClipAsk> = {}): ClipAsk => ({
  aspect: '16:9',
  seconds: 5,
  fps: 24,
  steps: 3,
  guidance: 1,
  ...changes,
});
const { rates } = gpuReport();
const NOTHING: DeviceRates = { products: [], attention: [], blocks: [] };

describe('operations', () => {
  test('of a block, counted by hand: width 4, feed-forward 8, three tokens, two of text', () => {
    const square = 2 * 3 * 4 * 4; // tokens × width × width, a multiply-add is two
    const ofText = 2 * 2 * 4 * 4;
    const feedForward = 2 * 3 * 4 * 8;
    const scores = 2 * 3 * 4 * (3 + 2); // q·kᵀ over tokens and text, all heads together
    expect(blockOperations({ dim: 4, ffnDim: 8 }, 3, 2)).toEqual({
      linear: 4 * square + 2 * square + 2 * ofText + 2 * feedForward, // q k v o; q o; k v; in and out
      attention: scores + scores, // and the product with v
    });
  });

  test.each([wan5b, wan13b])('of $id are those of its matrix products, one by one', ({ transformer }) => {
    const shape = { frames: 5, height: 8, width: 12, textLength: 512, times: 1 };
    const products = evaluationProducts(transformer, shape);
    const inBlocks = products.filter(({ name }) => name !== 'patch_embedding' && name !== 'head.head');
    expect(inBlocks.length).toBe(products.length - 2);
    expect(evaluationFlops(transformer, 5 * 4 * 6, 512)).toBe(flopsOf(inBlocks));
  });

  test('of a clip: 31 latent frames of 18 × 10 tokens, three evaluations', () => {
    const work = clipWork(wan5b, ask());
    expect(work).toMatchObject({ passes: [31 * 18 * 10], textTokens: 512, evaluations: 3 });
    expect(work.flops).toBe(3 * evaluationFlops(wan5b.transformer, 5580, 512));
  });

  test('guidance doubles them, and a first frame of its own is a pass of its own', () => {
    const guided = clipWork(wan13b, ask({ fps: 16, steps: 25, guidance: 5 }));
    const plain = clipWork(wan13b, ask({ fps: 16, steps: 25 }));
    expect(guided.flops).toBe(2 * plain.flops);
    const seedling = clipWork({ ...MODELS[0], firstFrameFirst: true }, ask({ fps: 30 }));
    expect(seedling.passes).toHaveLength(2);
    expect(seedling.passes[1]).toBe(11 * seedling.passes[0]!);
  });
});

describe('seconds', () => {
  test('without a measurement there are none', () => {
    expect(estimateClip(wan5b, ask(), NOTHING)).toBeNull();
    expect(estimateClip(wan5b, ask(), { ...rates, attention: [] })).toBeNull();
  });

  test('from products and attention: operations through their rate', () => {
    const estimate = estimateClip(wan5b, ask(), rates)!;
    expect(estimate.basis).toBe('products');
    expect(estimate.seconds).toBeCloseTo(clipWork(wan5b, ask()).flops / FIXTURE_RATE, 6);
    expect(estimate.stepSeconds).toBeCloseTo(estimate.seconds / 3, 6);
  });

  test('from a block that was run at the clip’s own size: as often as it runs', () => {
    const block = {
      weights: 'q4',
      dim: 3072,
      ffnDim: 14_336,
      tokens: 5580,
      textTokens: 512,
      seconds: 0.7,
    } as const;
    for (const known of [
      { ...NOTHING, blocks: [block] },
      { ...rates, blocks: [block] },
    ]) {
      const estimate = estimateClip(wan5b, ask(), known)!;
      expect(estimate.basis).toBe('blocks');
      expect(estimate.seconds).toBeCloseTo(3 * 30 * 0.7, 6);
    }
  });

  test('a block run at a smaller size keeps the share of what lies between the products', () => {
    const { linear, attention } = blockOperations(wan5b.transformer, 512, 512);
    const block = {
      weights: 'q4',
      dim: 3072,
      ffnDim: 14_336,
      tokens: 512,
      textTokens: 512,
      seconds: (1.25 * (linear + attention)) / FIXTURE_RATE, // a quarter more than its products
    } as const;
    const estimate = estimateClip(wan5b, ask(), { ...rates, blocks: [block] })!;
    expect(estimate.seconds).toBeCloseTo((1.25 * clipWork(wan5b, ask()).flops) / FIXTURE_RATE, 6);
  });

  test('a block of another model or of other bits says nothing', () => {
    const block = {
      weights: 'q8',
      dim: 3072,
      ffnDim: 14_336,
      tokens: 64,
      textTokens: 512,
      seconds: 9,
    } as const;
    expect(estimateClip(wan5b, ask(), { ...rates, blocks: [block] })!.basis).toBe('products');
  });

  test('slow attention weighs more the longer a clip is', () => {
    const slow = {
      ...rates,
      attention: rates.attention.map((rate) => ({ ...rate, seconds: 10 * rate.seconds })),
    };
    const ratio = (seconds: number): number =>
      estimateClip(wan5b, ask({ seconds }), slow)!.seconds /
      estimateClip(wan5b, ask({ seconds }), rates)!.seconds;
    expect(ratio(5)).toBeGreaterThan(ratio(1));
    expect(ratio(1)).toBeGreaterThan(1);
  });
});
