// One block at the width of a published model on the WebAssembly provider in the browser, against the matrix products that it is
// made of, run by the same runtime with nothing between them.
import type { WanConfig } from '../../src/core/model-config.ts';
import { blockOperations } from '../../src/core/model-cost.ts';
import { productPart } from '../../src/engine/rate-ladder.ts';
import { availableThreads, openRuntime } from '../../src/engine/runtime.ts';
import { prepareTimed, type TimedPart } from '../../src/engine/timed-part.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { wanGraphs } from '../../src/networks/wan-transformer.ts';
import type { FullWidthBlock } from './bench-api.ts';
import { blockLinears, flopsOf } from './matrix-products.ts';
import { median } from './timing.ts';

/** A few hundred tokens: enough for products at full speed, and a block takes seconds. */
const TOKENS = 256;
const TEXT = 128;

const WARM_UPS = 1;
const ROUNDS = 5;

/** Runs a block and its products in turns, so that a disturbance meets both. */
export async function measureFullWidthBlock(
  config: WanConfig,
  weights: 'q8' | 'q4',
): Promise<FullWidthBlock> {
  const threads = availableThreads();
  const runtime = await openRuntime({ gpu: null, threads });
  const { signal } = new AbortController();
  const precision: Precision = { activations: 'float32', weights, accuracyLevel: 1 }; // as the app computes on this provider
  const products = blockLinears({ ...config, layers: 1 }, TOKENS, TEXT);
  const shape = { frames: 1, height: 2, width: 2 * TOKENS, textLength: TEXT, times: 1 };
  const owned: TimedPart[] = [];
  const prepare = async (part: GraphPart): Promise<TimedPart> => {
    const timed = await prepareTimed(runtime, part, precision, { signal });
    owned.push(timed);
    return timed;
  };
  try {
    const block = await prepare(wanGraphs(config, shape, precision).block);
    const parts: (readonly [TimedPart, number])[] = [];
    for (const { rows, inner, columns, count } of products)
      parts.push([await prepare(productPart(rows, inner, columns, precision)), count]);
    const blockTimes: number[] = [];
    const productTimes: number[] = [];
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      const whole = await block.run();
      let sum = 0;
      for (const [part, count] of parts) for (let i = 0; i < count; i++) sum += await part.run();
      if (round < 0) continue;
      blockTimes.push(whole);
      productTimes.push(sum);
    }
    const { linear, attention } = blockOperations(config, TOKENS, TEXT);
    const rates = [linear + attention, flopsOf(products)] as const;
    return {
      threads,
      dim: config.dim,
      weights,
      tokens: TOKENS,
      blockSeconds: median(blockTimes),
      blockFlops: rates[0] / median(blockTimes),
      productFlops: rates[1] / median(productTimes),
      ratio: median(blockTimes.map((seconds, i) => rates[0] / seconds / (rates[1] / productTimes[i]!))),
    };
  } finally {
    for (const timed of owned) await timed.free();
    await runtime.close();
  }
}
