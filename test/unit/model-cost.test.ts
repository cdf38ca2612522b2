import { expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import type { WanConfig } from '../../src/core/model-config.ts';
import { evaluationFlops, transformerBytes, wanParameters } from '../../src/core/model-cost.ts';
import { clipShape } from '../../src/core/video-format.ts';
import golden from '../fixtures/golden/tensor-names.json' with { type: 'json' };

test.each(['Wan2.1-T2V-1.3B', 'Wan2.2-TI2V-5B'] as const)(
  'the numbers of %s are counted as the reference has them',
  (name) => {
    const { config, parameters } = golden.models[name];
    const { matrices, others } = wanParameters(config as unknown as WanConfig);
    expect(matrices + others).toBe(parameters);
  },
);

test('weights take 4 or 8 bits and a scale for 32 of them', () => {
  const { transformer } = OPEN_MODELS[0]!;
  const gigabytes = (weights: 'q8' | 'q4', halves: boolean): number =>
    transformerBytes(transformer, weights, halves, 0).weights / 1e9;
  expect(gigabytes('q4', true)).toBeCloseTo(2.97, 1);
  expect(gigabytes('q8', true)).toBeCloseTo(5.37, 1);
  expect(gigabytes('q4', false)).toBeGreaterThan(gigabytes('q4', true));
});

test('a clip of five seconds costs what was reckoned for it: 161 TFLOP at 512 × 320 with Wan 5B', () => {
  const { transformer, geometry } = OPEN_MODELS[0]!;
  const shape = clipShape(geometry, '512:320', 5, 24);
  const tokens = (shape.latentFrames * shape.encoderWidth * shape.encoderHeight) / geometry.unit ** 2;
  expect(tokens).toBe(31 * 16 * 10);
  expect((3 * evaluationFlops(transformer, tokens, 512)) / 1e12).toBeGreaterThan(140);
  expect((3 * evaluationFlops(transformer, tokens, 512)) / 1e12).toBeLessThan(180);
});
