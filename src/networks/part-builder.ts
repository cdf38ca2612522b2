import { assert } from '../core/errors.ts';
import { type FloatType, GraphBuilder, type Value } from '../graph/graph-builder.ts';
import type { TensorInfo } from '../graph/tensor.ts';
import { type GraphPart, type Precision, QUANT_BLOCK, type WeightFormat, type WeightSlot } from './part.ts';
import { DISPATCH_FLOPS, rowChunks } from './row-chunks.ts';

/** A {@link GraphBuilder} that also keeps the list of weights, so that a layer is one call. */
export class PartBuilder {
  /** Where nodes are written. */
  readonly graph: GraphBuilder;
  /** Type of the sums that run through all blocks. */
  readonly residual: FloatType;
  /** Type of everything else between the edges. */
  readonly activations: FloatType;
  readonly #name: string;
  readonly #precision: Precision;
  readonly #prefix: string;
  readonly #dispatchFlops: number;
  readonly #inputs: TensorInfo[] = [];
  readonly #outputs: TensorInfo[] = [];
  readonly #weights: WeightSlot[] = [];

  /**
   * @param prefix What a tensor's canonical name has before its input's name: `blocks.{i}.` or nothing.
   * @param dispatchFlops Work that one dispatch may have at most, see {@link PartBuilder.overRows}.
   */
  constructor(name: string, precision: Precision, prefix = '', dispatchFlops = DISPATCH_FLOPS) {
    this.graph = new GraphBuilder(name);
    this.activations = precision.activations;
    this.residual = precision.residual ?? precision.activations;
    this.#name = name;
    this.#precision = precision;
    this.#prefix = prefix;
    this.#dispatchFlops = dispatchFlops;
  }

  /** Declares an activation input. */
  input(name: string, dtype: TensorInfo['dtype'], dims: readonly number[]): Value {
    const value = this.graph.input(name, dtype, dims);
    this.#inputs.push(value);
    return value;
  }

  /** Declares an output. */
  output(value: Value, name: string): void {
    this.#outputs.push(this.graph.output(value, name));
  }

  /**
   * Declares a weight stored as floats of the activation dtype and gives it in `dtype` (default: as stored).
   * @param input The graph input's name, where the tensor's own is taken.
   */
  weight(
    name: string,
    shape: readonly number[],
    dtype: FloatType = this.activations,
    input: string = name,
  ): Value {
    return this.#float(name, shape, this.activations, dtype, input);
  }

  #float(
    name: string,
    shape: readonly number[],
    format: FloatType,
    dtype: FloatType,
    input: string = name,
  ): Value {
    this.#weights.push({ input, tensor: this.#prefix + name, shape, format });
    return this.graph.cast(this.graph.input(input, format, shape), dtype);
  }

  /**
   * Does something to `x` `[…, S, K]` whose rows S do not know of each other, in chunks of rows if all at once would be more
   * work than a dispatch may have. The numbers are the same; one chunk adds no nodes.
   * @param flopsPerRow work of one row.
   */
  overRows(x: Value, flopsPerRow: number, apply: (rows: Value) => Value): Value {
    const axis = x.dims.length - 2;
    const chunks = rowChunks(x.dims[axis]!, flopsPerRow, this.#dispatchFlops);
    if (chunks.length === 1) return apply(x);
    const pieces = chunks.map(({ start, end }) => apply(this.graph.slice(x, axis, start, end)));
    return this.graph.concat(pieces, axis);
  }

  /**
   * Declares a linear layer `${name}.weight` `[N, K]`, and `${name}.bias` unless told otherwise.
   * @param dtype what it is computed in.
   * @param options `large` layers are stored in the format of the precision; others as floats.
   * @returns applies it to `[…, S, K]`, as often as wanted; many rows take several dispatches.
   */
  layer(
    name: string,
    [n, k]: readonly [n: number, k: number],
    dtype: FloatType,
    options: { large?: boolean; bias?: boolean } = {},
  ): (x: Value) => Value {
    const { large = false, bias = true } = options;
    const format: WeightFormat = large ? this.#precision.weights : this.activations;
    const biasOf = (): Value | undefined => (bias ? this.weight(`${name}.bias`, [n], dtype) : undefined);
    if (format === 'float32' || format === 'float16') {
      const weight = this.#float(`${name}.weight`, [n, k], format, dtype);
      const biased = biasOf();
      return (x) => this.overRows(x, 2 * n * k, (rows) => this.graph.linear(rows, weight, biased));
    }
    assert(
      k % QUANT_BLOCK === 0,
      `${this.#name}: ${name} has ${k} columns; ${format} needs a multiple of ${QUANT_BLOCK}`,
    );
    const bits = format === 'q8' ? 8 : 4;
    const input = `${name}.weight`;
    this.#weights.push({ input, tensor: this.#prefix + input, shape: [n, k], format });
    const blocks = k / QUANT_BLOCK;
    const quantized = this.graph.input(`${input}.quantized`, 'uint8', [n, blocks, (QUANT_BLOCK * bits) / 8]);
    const scales = this.graph.cast(
      this.graph.input(`${input}.scales`, this.activations, [n * blocks]),
      dtype,
    );
    const biased = biasOf();
    const how = {
      bits,
      accuracyLevel: this.#precision.accuracyLevel ?? 0,
      ...(biased ? { bias: biased } : {}),
    } as const;
    return (x) => this.overRows(x, 2 * n * k, (rows) => this.graph.matMulNBits(rows, quantized, scales, how));
  }

  /** Declares such a layer for the columns and the type of `x`, and applies it. */
  linear(x: Value, name: string, n: number, options: { large?: boolean; bias?: boolean } = {}): Value {
    return this.layer(name, [n, x.dims.at(-1)!], x.dtype as FloatType, options)(x);
  }

  /** The finished part. */
  finish(): GraphPart {
    return {
      name: this.#name,
      onnx: this.graph.build(),
      inputs: this.#inputs,
      weights: this.#weights,
      outputs: this.#outputs,
    };
  }
}
