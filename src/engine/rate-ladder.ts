// What is measured for a report, from small to large. A device is asked for a size only if what it did before says that it will be
// done with it in time: a fast one gets to the sizes of real clips, a software adapter stops at the first rung, and neither waits long.
import { clipWork, defaultClip } from '../core/clip-estimate.ts';
import type { AttentionRate, BlockRate, ProductRate } from '../core/device-rates.ts';
import type { WanConfig } from '../core/model-config.ts';
import { blockOperations } from '../core/model-cost.ts';
import type { GraphPart, Precision } from '../networks/part.ts';
import { PartBuilder } from '../networks/part-builder.ts';
import { wanGraphs } from '../networks/wan-transformer.ts';
import type { ReportedModel, ReportPart } from '../protocol/report-api.ts';

/** One size of one thing. */
export interface Rung {
  readonly flops: number;
  /** The largest single buffer that it may need. */
  readonly bytes: number;
  readonly precision: Precision;
  build(): GraphPart;
}

/** The sizes of one thing, smallest first; what is kept is the largest that was reached. */
export type Ladder =
  | {
      readonly part: 'products';
      readonly rungs: readonly (Rung & { readonly is: Omit<ProductRate, 'seconds'> })[];
    }
  | {
      readonly part: 'attention';
      readonly rungs: readonly (Rung & { readonly is: Omit<AttentionRate, 'seconds'> })[];
    }
  | {
      readonly part: 'blocks';
      readonly rungs: readonly (Rung & { readonly is: Omit<BlockRate, 'seconds'> })[];
    };

const PRODUCT_ROWS = [64, 512, 4096];
const ATTENTION_TOKENS = [64, 256, 1024, 4096];
/** Tokens of a block before those of the model's own clip. */
const BLOCK_TOKENS = [64, 512, 2048];

/** In what a model is measured on a device that has f16 or has not; the engine's own choice. */
export type PrecisionOf = (numbers: ReportedModel['numbers']) => Precision;

/** Everything that a report measures: the quickest first. */
export function laddersFor(models: readonly ReportedModel[], precisionOf: PrecisionOf): readonly Ladder[] {
  const widths = new Map(models.map((model) => [model.transformer.dim, model]));
  const all: Ladder[] = [];
  for (const { transformer, numbers } of widths.values()) {
    for (const bits of [8, 4] as const)
      all.push(
        productLadder(transformer, bits, precisionOf({ ...numbers, weights: bits === 8 ? 'q8' : 'q4' })),
      );
    all.push(attentionLadder(transformer, precisionOf(numbers)));
  }
  for (const model of models) all.push(blockLadder(model, precisionOf(model.numbers)));
  const order = (part: ReportPart): number => ['products', 'attention', 'blocks'].indexOf(part);
  const first = ({ rungs }: Ladder): number => rungs[0]?.flops ?? 0;
  return all.sort((a, b) => order(a.part) - order(b.part) || first(a) - first(b));
}

const bytesOf = (precision: Precision): number => (precision.activations === 'float16' ? 2 : 4);

/** The first product of the feed-forward: the largest of a block. */
function productLadder({ dim, ffnDim }: WanConfig, bits: 4 | 8, precision: Precision): Ladder {
  return {
    part: 'products',
    rungs: PRODUCT_ROWS.map((rows) => ({
      is: { bits, rows, inner: dim, columns: ffnDim },
      flops: 2 * rows * dim * ffnDim,
      bytes: bytesOf(precision) * rows * ffnDim,
      precision,
      build: () => productPart(rows, dim, ffnDim, precision),
    })),
  };
}

/** A product with quantised weights and nothing else: `x` `[1, rows, inner]` → `out` `[1, rows, columns]`. */
export function productPart(rows: number, inner: number, columns: number, precision: Precision): GraphPart {
  const p = new PartBuilder('product', precision);
  const x = p.input('x', p.activations, [1, rows, inner]);
  p.output(p.linear(x, 'product', columns, { large: true, bias: false }), 'out');
  return p.finish();
}

function attentionLadder({ dim, heads }: WanConfig, precision: Precision): Ladder {
  return {
    part: 'attention',
    rungs: ATTENTION_TOKENS.map((tokens) => ({
      is: { width: dim, heads, tokens },
      flops: 4 * tokens * tokens * dim,
      bytes: bytesOf(precision) * heads * tokens * tokens, // scores, where the kernel keeps them
      precision,
      build() {
        const p = new PartBuilder('attention', precision);
        const [q, k, v] = (['q', 'k', 'v'] as const).map((name) =>
          p.input(name, p.activations, [1, tokens, dim]),
        );
        p.output(p.graph.multiHeadAttention(q!, k!, v!, { heads }), 'out');
        return p.finish();
      },
    })),
  };
}

function blockLadder(model: ReportedModel, precision: Precision): Ladder {
  const { transformer: config, numbers, limits } = model;
  const work = clipWork(model, defaultClip(limits));
  const most = Math.max(...work.passes);
  const { dim, ffnDim, heads, patch } = config;
  const textTokens = work.textTokens;
  return {
    part: 'blocks',
    rungs: [...BLOCK_TOKENS.filter((tokens) => tokens < most), most].map((tokens) => {
      const { linear, attention } = blockOperations(config, tokens, textTokens);
      return {
        is: { weights: numbers.weights, dim, ffnDim, tokens, textTokens },
        flops: linear + attention,
        bytes: bytesOf(precision) * Math.max(heads * tokens * Math.max(tokens, textTokens), tokens * ffnDim),
        precision,
        build() {
          // In a block tokens have no neighbours: any shape with as many will do.
          const shape = {
            frames: patch[0],
            height: patch[1],
            width: patch[2] * tokens,
            textLength: textTokens,
            times: 1,
          };
          return wanGraphs(config, shape, precision).block;
        },
      };
    }),
  };
}
