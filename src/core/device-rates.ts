// What was measured on a device, as plain numbers: the estimator's input. Seconds are medians of whole runs, from submitting to
// the device having finished.

/** A product with quantised weights (MatMulNBits): `[rows, inner] · [inner, columns]`. */
export interface ProductRate {
  readonly bits: 4 | 8;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly seconds: number;
}

/** Self-attention over `tokens` rows of `width` numbers in `heads` heads. */
export interface AttentionRate {
  readonly width: number;
  readonly heads: number;
  readonly tokens: number;
  readonly seconds: number;
}

/** One whole block of a Wan transformer. */
export interface BlockRate {
  readonly weights: 'q8' | 'q4';
  readonly dim: number;
  readonly ffnDim: number;
  readonly tokens: number;
  readonly textTokens: number;
  readonly seconds: number;
}

/** All that is known of one device. Any list may be empty. */
export interface DeviceRates {
  readonly products: readonly ProductRate[];
  readonly attention: readonly AttentionRate[];
  readonly blocks: readonly BlockRate[];
}

/** FLOP/s; a multiply-add is two. */
export const productFlops = ({ rows, inner, columns, seconds }: ProductRate): number =>
  (2 * rows * inner * columns) / seconds;

/** FLOP/s of q·kᵀ and its product with v. */
export const attentionFlops = ({ width, tokens, seconds }: AttentionRate): number =>
  (4 * tokens * tokens * width) / seconds;
