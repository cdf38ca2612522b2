// How fast the runtime multiplies matrices of the transformer's shapes, one product after another and nothing between.
import { availableThreads, type DeviceTensor, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import type { Value } from '../../src/graph/graph-builder.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { PartBuilder } from '../../src/networks/part-builder.ts';
import { wanTokens } from '../../src/networks/wan-transformer.ts';
import { formulaInput, formulaWeight } from '../fixtures/formula-weights.ts';
import { slotWeights } from '../parity/slot-weights.ts';
import { bakeWeights } from './bake-weights.ts';
import type { BenchSubject, ProductRates } from './bench-api.ts';
import { blockLinears, flopsOf, type MatrixProduct } from './matrix-products.ts';
import { median, timeInTurns } from './timing.ts';
import { uploadWeights } from './upload-weights.ts';

/** As the app computes (src/engine/service.ts). */
const Q8: Precision = { activations: 'float32', weights: 'q8', accuracyLevel: 1 };
const F32: Precision = { activations: 'float32', weights: 'float32' };

const WARM_UPS = 3;
const ROUNDS = 9; // a round takes under a second

/** Products whose results are the operands of the next: nothing can be left out, and only the last result comes back. */
interface Chain {
  readonly name: string;
  readonly rows: number;
  /** Width of the operand of the first product, then of every result. */
  readonly widths: readonly number[];
  readonly flops: number;
}

type Kind = 'q8Inputs' | 'q8Constants' | 'f32Inputs' | 'f32Constants';
const KINDS: readonly Kind[] = ['q8Inputs', 'q8Constants', 'f32Inputs', 'f32Constants'];

/** The linear layers of all blocks of one evaluation as chains, each layer with a weight of its own. */
function chainsOf({ config, shape }: BenchSubject): readonly Chain[] {
  const [square, text, up, down] = blockLinears(config, wanTokens(config, shape), shape.textLength);
  const chain = (products: readonly MatrixProduct[], name: string): Chain => ({
    name,
    rows: products[0]!.rows,
    widths: [
      products[0]!.inner,
      ...Array.from({ length: products[0]!.count }, () => products.map(({ columns }) => columns)).flat(),
    ],
    flops: flopsOf(products),
  });
  return [chain([square], square.name), chain([text], text.name), chain([up, down], 'ffn.0, ffn.2')];
}

function chainPart({ rows, widths }: Chain, precision: Precision): GraphPart {
  const p = new PartBuilder('products', precision);
  let x: Value = p.input('x', 'float32', [1, rows, widths[0]!]);
  for (const [i, n] of widths.slice(1).entries()) {
    x =
      precision.weights === 'q8'
        ? p.linear(x, `product.${i}`, n, { large: true, bias: false })
        : p.graph.matmul(x, p.weight(`product.${i}.weight`, [widths[i]!, n]));
  }
  p.output(x, 'out');
  return p.finish();
}

/** Prepares one chain. @returns what runs it once, and gives everything back. */
async function prepare(
  runtime: Runtime,
  chain: Chain,
  kind: Kind,
): Promise<{ readonly run: () => Promise<void>; readonly free: () => Promise<void> }> {
  const precision = kind.startsWith('q8') ? Q8 : F32;
  const open = chainPart(chain, precision);
  const weights = slotWeights(open, precision, formulaWeight);
  const constant = kind.endsWith('Constants');
  const part = constant ? bakeWeights(open, [weights]) : open;
  const session = await runtime.createSession(part);
  const feeds: Record<string, DeviceTensor> = {};
  const [x] = part.inputs;
  feeds.x = runtime.upload(x!, formulaInput('input.x', x!.dims));
  if (!constant) Object.assign(feeds, uploadWeights(runtime, open, weights));
  return {
    run: async () => {
      const { out } = await session.run(feeds);
      out!.free();
    },
    free: async () => {
      for (const tensor of Object.values(feeds)) tensor.free();
      await session.release();
    },
  };
}

/** Times all kinds of a chain in turns. @returns median seconds. */
async function measureChain(runtime: Runtime, chain: Chain): Promise<Record<Kind, number>> {
  const prepared: Awaited<ReturnType<typeof prepare>>[] = [];
  try {
    for (const kind of KINDS) prepared.push(await prepare(runtime, chain, kind));
    const runs = prepared.map(({ run }) => run);
    const times = await timeInTurns(runs, { warmUps: WARM_UPS, rounds: ROUNDS });
    return Object.fromEntries(KINDS.map((kind, i) => [kind, median(times[i]!)])) as Record<Kind, number>;
  } finally {
    for (const { free } of prepared) await free();
  }
}

/** Measures the linear layers of one evaluation: all that it has of each shape, of each kind. */
export async function measureProductRates(subject: BenchSubject): Promise<ProductRates> {
  const threads = availableThreads();
  const runtime = await openRuntime({ gpu: null, threads });
  const chains = chainsOf(subject);
  const seconds = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const byLayer: Record<string, ProductRates['byLayer'][string]> = {};
  try {
    for (const chain of chains) {
      const medians = await measureChain(runtime, chain);
      for (const kind of KINDS) seconds[kind] += medians[kind];
      byLayer[chain.name] = {
        rows: chain.rows,
        q8Inputs: chain.flops / medians.q8Inputs,
        f32Constants: chain.flops / medians.f32Constants,
      };
    }
  } finally {
    await runtime.close();
  }
  const flops = chains.reduce((sum, chain) => sum + chain.flops, 0);
  const rates = Object.fromEntries(KINDS.map((kind) => [kind, flops / seconds[kind]])) as typeof seconds;
  return { threads, ...rates, byLayer };
}
