import { describe, expect, test } from 'vitest';
import { eulerSampler, type LatentOps, type RenoiseOps, renoiseSampler } from '../../src/core/samplers.ts';
import { flowSigmas, rcmSigmas, scheduleOf, sigmasOfTimesteps } from '../../src/core/sigmas.ts';

const doubles: LatentOps<number> = { addScaled: (x, v, scale) => x + v * scale };

describe('noise levels', () => {
  test.each([
    [1, 1],
    [3, 5],
    [30, 3],
    [4, 0.01],
    [1000, 100],
    [1000, 0.01],
    [7, 0.1],
  ])('of %i steps with shift %f start at exactly 1, fall strictly and end at exactly 0', (steps, shift) => {
    const sigmas = flowSigmas(steps, shift);
    expect(sigmas).toHaveLength(steps + 1);
    expect(sigmas[0]).toBe(1);
    expect(sigmas.at(-1)).toBe(0);
    for (let i = 1; i <= steps; i++) expect(sigmas[i]).toBeLessThan(sigmas[i - 1]!);
  });

  test('are evenly spaced without a shift', () => {
    expect(flowSigmas(4, 1)).toEqual([1, 0.75, 0.5, 0.25, 0]);
  });

  test('are moved by the shift as σ′ = sσ / (1 + (s − 1)σ)', () => {
    expect(flowSigmas(2, 3)).toEqual([1, 0.75, 0]);
    const sigmas = flowSigmas(10, 5);
    for (let i = 0; i <= 10; i++) {
      const sigma = 1 - i / 10;
      expect(sigmas[i]).toBeCloseTo((5 * sigma) / (1 + 4 * sigma), 14);
    }
  });

  test('are mirrored by the inverse shift', () => {
    const [up, down] = [flowSigmas(6, 4), flowSigmas(6, 1 / 4)];
    for (let i = 0; i <= 6; i++) expect(up[i]! + down[6 - i]!).toBeCloseTo(1, 14);
  });

  test.each([0, -1, 1.5, 1001, Number.NaN, Number.POSITIVE_INFINITY])('refuse %d steps', (steps) => {
    expect(() => flowSigmas(steps, 1)).toThrow(expect.objectContaining({ code: 'input/steps' }));
  });

  test.each([0, -1, 1e300, Number.NaN, Number.POSITIVE_INFINITY])('refuse a shift of %d', (shift) => {
    expect(() => flowSigmas(4, shift)).toThrow(expect.objectContaining({ code: 'input/shift' }));
  });
});

describe("Euler's method", () => {
  test.each([1, 2, 3, 8, 50])('reaches the clean latents of a straight path in %i steps', async (steps) => {
    const [clean, noise] = [0.3, -1.7];
    const end = await eulerSampler(async () => noise - clean, noise, flowSigmas(steps, 3), doubles);
    expect(end).toBeCloseTo(clean, 13);
  });

  test('errs half as much with half the step on dx/dσ = x', async () => {
    const errorWith = async (steps: number): Promise<number> =>
      Math.abs((await eulerSampler(async (x) => x, Math.E, flowSigmas(steps, 1), doubles)) - 1);
    for (const steps of [32, 64, 128]) {
      expect((await errorWith(steps)) / (await errorWith(2 * steps))).toBeCloseTo(2, 1);
    }
  });

  test('asks for the velocity at every level but the last, in order', async () => {
    const asked: [number, number][] = [];
    const velocity = async (_: number, sigma: number, index: number): Promise<number> => {
      asked.push([sigma, index]);
      return 0;
    };
    await eulerSampler(velocity, 1, [1, 0.75, 0], doubles);
    expect(asked).toEqual([
      [1, 0],
      [0.75, 1],
    ]);
  });

  test('tells after each step where it is, so that the clean latents can be predicted', async () => {
    const events: unknown[] = [];
    const clean: number[] = [];
    await eulerSampler(async () => -2, -1, [1, 0.5, 0], doubles, {
      onStep: ({ step, steps, sigma, x, velocity }) => {
        events.push({ step, steps, sigma });
        clean.push(x - sigma * velocity);
      },
    });
    expect(events).toEqual([
      { step: 1, steps: 2, sigma: 0.5 },
      { step: 2, steps: 2, sigma: 0 },
    ]);
    expect(clean).toEqual([1, 1]);
  });

  test('waits for the callback before the next step', async () => {
    let busy = false;
    const velocity = async (): Promise<number> => {
      expect(busy).toBe(false);
      return 1;
    };
    await eulerSampler(velocity, 1, flowSigmas(3, 1), doubles, {
      onStep: async () => {
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 2));
        busy = false;
      },
    });
  });

  test('stops between steps when cancelled, and rejects with AbortError', async () => {
    const controller = new AbortController();
    let calls = 0;
    const velocity = async (): Promise<number> => {
      if (++calls === 2) controller.abort();
      return 0;
    };
    const run = eulerSampler(velocity, 1, flowSigmas(5, 1), doubles, { signal: controller.signal });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls).toBe(2);
  });

  test.each([[[1]], [[0]], [[]], [[1, 0.5]], [[1, 1, 0]], [[0, 1]], [[1, Number.NaN, 0]]])(
    'does not start on the levels %j',
    async (sigmas) => {
      const run = eulerSampler(async () => 0, 1, sigmas, doubles);
      await expect(run).rejects.toMatchObject({ code: 'internal/invariant' });
    },
  );
});

describe('levels of distilled models', () => {
  test('are their timesteps over 1000, and nothing else is made', () => {
    const sigmas = sigmasOfTimesteps([1000, 757, 522]);
    expect(scheduleOf({ kind: 'renoise', sigmas }, 3, 8)).toEqual([1, 0.757, 0.522, 0]);
    expect(() => scheduleOf({ kind: 'renoise', sigmas }, 4, 8)).toThrow(
      expect.objectContaining({ code: 'input/steps', detail: { asked: '4', min: 3, max: 3 } }),
    );
  });

  test('of rCM are its angles: tan t is noise against signal', () => {
    const sigmas = rcmSigmas(4);
    expect(sigmas).toHaveLength(4);
    for (const [i, t] of [Math.atan(80), 1.5, 1.4, 1].entries())
      expect(sigmas[i]! / (1 - sigmas[i]!)).toBeCloseTo(Math.tan(t), 9);
    expect(rcmSigmas(1)).toEqual([80 / 81].map((value) => expect.closeTo(value, 12)));
    for (const steps of [1, 2, 3, 4] as const) {
      const schedule = scheduleOf({ kind: 'renoise', sigmas: rcmSigmas(steps) }, steps, 1);
      for (let i = 1; i < schedule.length; i++) expect(schedule[i]).toBeLessThan(schedule[i - 1]!);
    }
  });

  test('of an Euler model are the shifted schedule', () => {
    expect(scheduleOf({ kind: 'euler' }, 6, 3)).toEqual(flowSigmas(6, 3));
  });
});

describe('predicting and adding fresh noise', () => {
  const fresh = [0.9, -0.4, 2.2];
  const ops: RenoiseOps<number> = {
    ...doubles,
    renoise: (clean, sigma, index) => (1 - sigma) * clean + sigma * fresh[index]!,
  };

  test('ends at the prediction of the last step, which saw the last noise alone', async () => {
    // A network whose prediction is a tenth of what it is given, so that each step's noise can be told from the others'.
    const seen: number[] = [];
    const velocity = async (x: number, sigma: number): Promise<number> => {
      seen.push(x);
      return (x - x / 10) / sigma; // clean = x − σ·v = x / 10
    };
    const end = await renoiseSampler(velocity, 1, [1, 0.8, 0.5, 0], ops);
    const second = 0.2 * 0.1 + 0.8 * fresh[0]!;
    const third = 0.5 * (second / 10) + 0.5 * fresh[1]!;
    expect(seen).toEqual([1, expect.closeTo(second, 12), expect.closeTo(third, 12)]);
    expect(end).toBeCloseTo(third / 10, 12);
  });

  test('is exact on a straight path from any noise', async () => {
    const clean = 0.3;
    const velocity = async (x: number, sigma: number): Promise<number> => (x - clean) / sigma;
    expect(await renoiseSampler(velocity, -1.7, [1, 0.757, 0.522, 0], ops)).toBeCloseTo(clean, 12);
  });

  test('tells at each step what it predicts', async () => {
    const predicted: number[] = [];
    await renoiseSampler(async () => -2, -1, [1, 0.5, 0], ops, {
      onStep: ({ x, sigma, velocity }) => void predicted.push(x - sigma * velocity),
    });
    expect(predicted).toEqual([1, 0.5 * 1 + 0.5 * fresh[0]! + 1]);
  });

  test('stops when cancelled', async () => {
    const signal = AbortSignal.abort();
    const run = renoiseSampler(async () => 0, 1, [1, 0.5, 0], ops, { signal });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });
});
