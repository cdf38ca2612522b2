// The matrix products of a Wan transformer, counted by hand from its definition (src/networks/wan-transformer.ts).
import type { WanConfig } from '../../src/core/model-config.ts';
import { wanInputChannels } from '../../src/networks/wan-inputs.ts';
import { type WanShape, wanTokens } from '../../src/networks/wan-transformer.ts';

/** `[rows, inner] · [inner, columns]`, `count` times in one evaluation of the network. */
export interface MatrixProduct {
  readonly name: string;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly count: number;
}

/** Linear layers of the blocks: nearly all the work, and the layers that are stored in 8 bits. */
export function blockLinears({ dim, ffnDim, layers }: WanConfig, tokens: number, textLength: number) {
  return [
    { name: 'q, k, v, o; cross q, o', rows: tokens, inner: dim, columns: dim, count: 6 * layers },
    { name: 'cross k, v', rows: textLength, inner: dim, columns: dim, count: 2 * layers },
    { name: 'ffn.0', rows: tokens, inner: dim, columns: ffnDim, count: layers },
    { name: 'ffn.2', rows: tokens, inner: ffnDim, columns: dim, count: layers },
  ] as const satisfies readonly MatrixProduct[];
}

/**
 * Every matrix product of one evaluation. Attention is given with all heads together: q·kᵀ sums over D = heads · headDim
 * numbers in all. What runs once per noise level or per prompt (timestep, text projection; under 0.1 %) is left out.
 */
export function evaluationProducts(config: WanConfig, shape: WanShape): readonly MatrixProduct[] {
  const { dim, layers, channels, patch } = config;
  const tokens = wanTokens(config, shape);
  const { textLength } = shape;
  const size = patch[0] * patch[1] * patch[2];
  const once = (name: string, rows: number, inner: number, columns: number): MatrixProduct => ({
    name,
    rows,
    inner,
    columns,
    count: 1,
  });
  const attention = (name: string, keys: number): readonly MatrixProduct[] => [
    { name: `${name} q·kᵀ`, rows: tokens, inner: dim, columns: keys, count: layers },
    { name: `${name} weights·v`, rows: tokens, inner: keys, columns: dim, count: layers },
  ];
  return [
    once('patch_embedding', tokens, wanInputChannels(config) * size, dim),
    ...blockLinears(config, tokens, textLength),
    ...attention('self', tokens),
    ...attention('cross', textLength),
    once('head.head', tokens, dim, channels * size),
  ];
}

/** Floating-point operations of products: a multiply-add is two. */
export const flopsOf = (products: readonly MatrixProduct[]): number =>
  products.reduce((sum, { rows, inner, columns, count }) => sum + 2 * rows * inner * columns * count, 0);
