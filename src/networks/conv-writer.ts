// Convolutions whose weights are constants of the graph: given as inputs, onnxruntime reorders them on every run.
import { assert } from '../core/errors.ts';
import { sizeOf, type Value } from '../graph/graph-builder.ts';
import { PartBuilder } from './part-builder.ts';

/** Gives the numbers of a tensor by its canonical name, row-major. */
export type TensorSource = (name: string) => Float32Array;

/** A tensor that a network needs. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** How one convolution is written. */
export interface ConvOptions {
  readonly stride?: number;
  /** Zeros on every side; by default as many as keep the size of an unstrided odd kernel, and none with a stride. */
  readonly padding?: number;
  /** Output channels to compute, in this order; all by default. */
  readonly rows?: readonly number[];
  /** Results are `gain` · (convolution) + `offset`. */
  readonly gain?: number;
  readonly offset?: number;
}

/** Writes convolutions of a codec in f32. */
export class ConvWriter {
  readonly part: PartBuilder;
  readonly #tensors: TensorSource;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(name: string, expected: readonly NamedShape[], tensors: TensorSource) {
    this.part = new PartBuilder(name, { activations: 'float32', weights: 'float32' });
    this.#tensors = tensors;
    this.#shapes = new Map(expected.map((tensor) => [tensor.name, tensor.shape]));
  }

  #tensor(name: string): { shape: readonly number[]; data: Float32Array } {
    const shape = this.#shapes.get(name);
    assert(shape, `the codec has no tensor ${name}`);
    const data = this.#tensors(name);
    assert(data.length === sizeOf(shape), `${name} has ${data.length} numbers, not [${shape.join(', ')}]`);
    return { shape, data };
  }

  /** Convolves with `${name}.weight`, and `${name}.bias` if the network has it. */
  conv(x: Value, name: string, options: ConvOptions = {}): Value {
    const { stride = 1, rows, gain = 1, offset = 0 } = options;
    const { graph } = this.part;
    const weight = this.#tensor(`${name}.weight`);
    const bias = this.#shapes.has(`${name}.bias`) ? this.#tensor(`${name}.bias`).data : null;
    const [all = 0, ...rest] = weight.shape;
    const picked = rows ?? Array.from({ length: all }, (_, i) => i);
    const size = sizeOf(rest);
    const weights = new Float32Array(picked.length * size);
    picked.forEach((row, i) => {
      weights.set(weight.data.subarray(row * size, (row + 1) * size), i * size);
    });
    const scaled = gain === 1 ? weights : weights.map((w) => w * gain);
    const biases = picked.map((row) => (bias?.[row] ?? 0) * gain + offset);
    const { padding = stride > 1 ? 0 : (rest[1]! - 1) / 2 } = options;
    return graph.conv(
      x,
      graph.constant('float32', [picked.length, ...rest], scaled, `${name}.weight`),
      bias || offset !== 0 ? graph.constant('float32', [picked.length], biases, `${name}.bias`) : undefined,
      { stride, padding },
    );
  }

  /**
   * The last layer of a painter: a convolution of x and a pixel shuffle.
   * @param output see `PixelOutput`.
   * @returns `[n, 3, H, W]` 0…1, or int32 `[n, H, W]`.
   */
  paint(x: Value, name: string, shuffle: number, output: PixelOutput, options: ConvOptions = {}): Value {
    const { graph } = this.part;
    if (output === 'float32')
      return graph.clip(graph.pixelShuffle(this.conv(x, name, options), shuffle), 0, 1);
    // Bytes rounded to nearest are floor(255·x + ½); the multiplication is folded into the last layer.
    const painted = graph.pixelShuffle(this.conv(x, name, { ...options, gain: 255, offset: 0.5 }), shuffle);
    const bytes = graph.floor(graph.clip(painted, 0.5, 255.5));
    const places = graph.constant('float32', [1, 3, 1, 1], [1, 2 ** 8, 2 ** 16]); // exact: below 2^24
    const packed = graph.cast(graph.conv(bytes, places, undefined), 'int32'); // [n, 1, H, W]
    const opaque = graph.add(packed, graph.constant('int32', [1], [0xff << 24]));
    const [n = 0, , height = 0, width = 0] = packed.dims;
    return graph.reshape(opaque, [n, height, width]);
  }
}

/**
 * `float32`: `[n, 3, H, W]`, 0…1. `rgba8`: int32 `[n, H, W]`, one pixel a number, whose little-endian bytes are R, G, B and
 * alpha 255 (WebGPU has no 8-bit results): `new Uint8ClampedArray(data.buffer)` is `[n, H, W, 4]`.
 */
export type PixelOutput = 'float32' | 'rgba8';
