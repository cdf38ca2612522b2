// What a model costs before anything is fetched: numbers, bytes on the device, operations. Formulas over its shape alone.
import type { WanConfig } from './model-config.ts';

/** Numbers in a Wan transformer: the large matrices inside its blocks, and everything else. */
export function wanParameters(config: WanConfig): { readonly matrices: number; readonly others: number } {
  const { dim, ffnDim, layers, channels, positionChannels = 0, patch, freqDim, textDim } = config;
  const pixels = patch[0] * patch[1] * patch[2];
  const linear = (n: number, k: number): number => n * k + n;
  const matrices = layers * (8 * dim * dim + 2 * dim * ffnDim);
  const biases = layers * (8 * dim + ffnDim + dim);
  const norms = layers * (4 * dim + 2 * dim + 6 * dim);
  const around =
    linear(dim, (channels + positionChannels) * pixels) +
    linear(dim, textDim) +
    linear(dim, dim) +
    linear(dim, freqDim) +
    linear(dim, dim) +
    linear(6 * dim, dim) +
    linear(pixels * channels, dim) +
    2 * dim;
  return { matrices, others: biases + norms + around };
}

/** Bytes for each number of a matrix in blocks of 32 with a scale. */
const packedBytes = (weights: 'q8' | 'q4', scaleBytes: number): number =>
  (weights === 'q8' ? 1 : 0.5) + scaleBytes / 32;

/**
 * Bytes on the device while a transformer runs: its weights and what a block holds between its operators.
 * @param tokens of a clip. @param halves whether activations are f16.
 */
export function transformerBytes(
  config: WanConfig,
  weights: 'q8' | 'q4',
  halves: boolean,
  tokens: number,
): { readonly weights: number; readonly activations: number } {
  const { matrices, others } = wanParameters(config);
  const number = halves ? 2 : 4;
  return {
    weights: matrices * packedBytes(weights, number) + others * number,
    // The stream and a copy in f32; q, k, v, what they are made of and what becomes of them; the two ends of the feed-forward.
    activations: tokens * (2 * 4 * config.dim + number * (8 * config.dim + 2 * config.ffnDim)),
  };
}

/** Operations by what does them: matrix products with weights, and attention's own two products. */
export interface Operations {
  readonly linear: number;
  readonly attention: number;
}

/**
 * Multiplications and additions of one block: six square products of the tokens (q, k, v and o of self-attention, q and o of
 * cross-attention), two of the text (k, v), the feed-forward's two; q·kᵀ and its product with v over tokens and text.
 * @param tokens of the clip. @param textTokens that it attends to.
 */
export function blockOperations(
  { dim, ffnDim }: Pick<WanConfig, 'dim' | 'ffnDim'>,
  tokens: number,
  textTokens: number,
): Operations {
  return {
    linear: 2 * tokens * (6 * dim * dim + 2 * dim * ffnDim) + 2 * textTokens * 2 * dim * dim,
    attention: 4 * tokens * (tokens + textTokens) * dim,
  };
}

/**
 * Multiplications and additions of one evaluation of the network's blocks, attention included.
 * @param tokens of the clip. @param textTokens that it attends to.
 */
export function evaluationFlops(config: WanConfig, tokens: number, textTokens: number): number {
  const { linear, attention } = blockOperations(config, tokens, textTokens);
  return config.layers * (linear + attention);
}
