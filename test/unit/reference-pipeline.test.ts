// What happens between the networks, against diffusers: whole pipelines, noise levels, rotary angles.
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../scripts/node-engine.ts';
import type { WanConfig } from '../../src/core/model-config.ts';
import { flowSigmas } from '../../src/core/sigmas.ts';
import { wanRope, wanTokens } from '../../src/networks/wan-transformer.ts';
import rotary from '../fixtures/golden/rotary.json' with { type: 'json' };
import schedules from '../fixtures/golden/schedules.json' with { type: 'json' };
import { parityTitle } from '../parity/cases.ts';
import { goldenValues } from '../parity/parity-case.ts';
import { pipelineCases } from '../parity/pipeline-cases.ts';

const EXACT = 1e-6;

describe('final latents are those of diffusers’ pipelines', () => {
  test.each(pipelineCases().map((c) => [parityTitle(c), c] as const))('%s', async (_, parityCase) => {
    const { error } = await parityCase.run(nodeRuntime(1));
    expect(error).toBeLessThanOrEqual(parityCase.tolerance('node'));
  });
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

test.each(schedules.cases)('noise levels of $steps steps with shift $shift are diffusers’', (spec) => {
  expect(largestDifference(flowSigmas(spec.steps, spec.shift), spec.sigmas)).toBeLessThanOrEqual(EXACT);
});

test('rotary angles are diffusers’ over a whole clip', () => {
  const [{ headDim, patch, every, cos, sin, ...size }] = rotary.cases as [(typeof rotary.cases)[0]];
  const config = { dim: headDim, heads: 1, patch } as unknown as WanConfig;
  const ours = wanRope(config, size);
  const half = headDim / 2;
  expect(wanTokens(config, size)).toBe(21 * 30 * 52);
  for (const [name, theirs] of [
    ['cos', cos],
    ['sin', sin],
  ] as const) {
    const picked = ours[name].filter((_, i) => Math.floor(i / half) % every === 0);
    expect(largestDifference(picked, goldenValues(theirs)), name).toBeLessThanOrEqual(EXACT);
  }
});
