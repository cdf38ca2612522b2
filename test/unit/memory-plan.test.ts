// Plans of full-size models: what no test can allocate is held against sums by hand.
import { describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { defaultClip } from '../../src/core/clip-estimate.ts';
import { memoryPlan, type PlannedClip, peakBytes, STAGES } from '../../src/core/memory-plan.ts';

const [wan5b, wan13b] = [OPEN_MODELS[0]!, OPEN_MODELS[1]!];
const clip = (
  model: (typeof OPEN_MODELS)[number] | (typeof MODELS)[0],
  changes: Partial<PlannedClip> = {},
): PlannedClip => ({
  ...defaultClip(model.limits),
  picture: false,
  preview: false,
  ...changes,
});
const Q4 = { weights: 'q4', halves: true } as const;
const Q8 = { weights: 'q8', halves: true } as const;

describe('weights', () => {
  test('of the text encoder are two of its 24 layers in 8 bits with f32 scales', () => {
    const layer = (4 * 4096 * 4096 + 3 * 4096 * 10_240) * 1.125 + 4 * (2 * 4096 + 32 * 64);
    expect(memoryPlan(wan5b, Q4, clip(wan5b)).text.weights).toBe(2 * layer + 4 * 4096);
  });

  test('of the transformer are those of all its blocks, in 4 or 8 bits', () => {
    const matrices = 30 * (8 * 3072 ** 2 + 2 * 3072 * 14_336);
    const { weights } = memoryPlan(wan5b, Q4, clip(wan5b)).denoise;
    expect(weights).toBeGreaterThan(matrices * 0.5625);
    expect(weights).toBeLessThan(matrices * 0.5625 * 1.15); // embeddings, head, norms, biases in f16
    const more = memoryPlan(wan5b, Q8, clip(wan5b)).denoise.weights;
    expect(more - weights).toBe(matrices / 2);
  });

  test('of the decoder are its numbers in f32: 22.7 MB of f16 hold encoder and decoder', () => {
    const { condition, decode } = memoryPlan(wan5b, Q4, clip(wan5b, { picture: true }));
    expect(condition.weights + decode.weights).toBeGreaterThan(0.9 * 2 * 22.7e6);
    expect(condition.weights + decode.weights).toBeLessThan(1.1 * 2 * 22.7e6);
  });
});

describe('a stage', () => {
  test('is the sum of its weights and what lies between the operators', () => {
    for (const model of [wan5b, wan13b, MODELS[0]]) {
      const plan = memoryPlan(model, model.numbers, clip(model, { picture: true, preview: true }));
      for (const name of STAGES) {
        expect(plan[name].total).toBe(plan[name].weights + plan[name].activations);
        expect(plan[name].activations).toBeGreaterThan(0);
      }
      expect(peakBytes(plan)).toBe(Math.max(...STAGES.map((name) => plan[name].total)));
    }
  });

  test('of conditioning takes nothing without a picture', () => {
    expect(memoryPlan(wan5b, Q4, clip(wan5b)).condition.total).toBe(0);
  });

  test('of denoising grows with the clip, with its previews, and without f16', () => {
    const bytes = (changes: Partial<PlannedClip>, halves = true): number =>
      memoryPlan(wan5b, { weights: 'q4', halves }, clip(wan5b, changes)).denoise.activations;
    expect(bytes({ seconds: 1 })).toBeLessThan(bytes({ seconds: 5 }) / 3);
    expect(bytes({ preview: true }) - bytes({})).toBe(memoryPlan(wan5b, Q4, clip(wan5b)).decode.total);
    expect(bytes({}, false)).toBeGreaterThan(bytes({}));
  });

  test('holds at least every token’s rows at the widest place, where the feed-forward is', () => {
    const tokens = 31 * 18 * 10;
    const widest = tokens * (2 * 2 * 14_336 + 2 * 4 * 3072);
    expect(memoryPlan(wan5b, Q4, clip(wan5b)).denoise.activations).toBeGreaterThan(widest);
  });
});

test('Seedling leaves so little behind that its compiled shaders can stay (KEPT_BYTES in the pipeline)', () => {
  const model = MODELS[0];
  const plan = memoryPlan(model, model.numbers, clip(model, { preview: true, picture: true }));
  for (const name of ['text', 'condition', 'denoise'] as const)
    expect(plan[name].activations).toBeLessThan(64e6);
});
