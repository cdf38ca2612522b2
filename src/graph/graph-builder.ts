import { assert } from '../core/errors.ts';
import { toFloat16 } from './float16.ts';
import {
  type Attribute,
  DATA_TYPE,
  encodeModel,
  MICROSOFT,
  type OnnxInitializer,
  type OnnxNode,
} from './onnx.ts';
import type { Dtype, TensorInfo } from './tensor.ts';

/** A value in a graph under construction: what a node made, an input or a constant. Belongs to one builder. */
export type Value = TensorInfo;

/** Element types that arithmetic is done in. */
export type FloatType = 'float32' | 'float16';

const FLOATS: readonly Dtype[] = ['float32', 'float16'];

/** Number of elements of a shape. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

const show = (v: Value): string => `${v.name}: ${v.dtype}[${v.dims.join(', ')}]`;

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

/**
 * Whether onnxruntime-web 1.30 computes a convolution wrongly on WebGPU: input channels divisible by 3 and not by 4, more
 * than 3 of them, a multiple of 4 outputs, a kernel larger than 1×1. Measured against WebAssembly: relative error 0.9–1.3,
 * no message. https://github.com/microsoft/onnxruntime/issues/29651; delete with the padding in {@link GraphBuilder.conv}
 * when the codec cases of test/parity, which have 15 channels, pass without it.
 */
const misreadByWebGpu = (channels: number, outputs: number, kernel: number): boolean =>
  channels > 3 && channels % 3 === 0 && channels % 4 !== 0 && outputs % 4 === 0 && kernel > 1;

/** The shape of an elementwise operation on two shapes (NumPy's rule), or undefined if they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(x === 1 ? y : x);
  }
  return out;
}

/**
 * Writes an ONNX graph node by node, with static shapes. Each method appends one node, checks that its operands
 * fit and returns its typed result. Only operators that run on WebAssembly and on WebGPU without falling back to the CPU
 * are offered, and each method's comment names the operator.
 * Every method throws AppError `internal/invariant` if operands do not fit: graphs are ours, so that is our mistake.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: Value[] = [];
  readonly #outputs: { value: Value; name: string }[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #known = new Set<string>();
  #count = 0;

  /** @param name The graph's name, shown by tools. */
  constructor(name: string) {
    this.#name = name;
  }

  #value(dtype: Dtype, dims: readonly number[], name = `v${this.#count++}`): Value {
    assert(!this.#known.has(name), `${this.#name}: two values are named ${name}`);
    assert(
      dims.every((dim) => Number.isSafeInteger(dim) && dim > 0),
      `${this.#name}: ${name} has the shape [${dims.join(', ')}]`,
    );
    this.#known.add(name);
    return { name, dtype, dims };
  }

  #node(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): void {
    for (const input of inputs) {
      assert(
        !input || this.#known.has(input.name),
        `${this.#name}: ${op} reads ${input?.name}, which is not in it`,
      );
    }
    const names = inputs.map((input) => input?.name ?? '');
    while (names.at(-1) === '') names.pop();
    this.#nodes.push({ op, domain, inputs: names, outputs: outputs.map((o) => o.name), attributes });
  }

  #check(condition: unknown, op: string, ...values: (Value | undefined)[]): asserts condition {
    const operands = values.map((v) => (v ? show(v) : '-')).join(' · ');
    assert(condition, `${this.#name}: ${op} cannot take ${operands}`);
  }

  #unary(op: string, x: Value, attributes: Record<string, Attribute> = {}, domain = ''): Value {
    this.#check(FLOATS.includes(x.dtype), op, x);
    const out = this.#value(x.dtype, x.dims);
    this.#node(op, [x], [out], attributes, domain);
    return out;
  }

  #binary(op: string, a: Value, b: Value): Value {
    const dims = broadcastDims(a.dims, b.dims);
    this.#check(dims && a.dtype === b.dtype, op, a, b);
    const out = this.#value(a.dtype, dims);
    this.#node(op, [a, b], [out]);
    return out;
  }

  #axis(op: string, x: Value, axis: number): number {
    const positive = axis < 0 ? axis + x.dims.length : axis;
    this.#check(positive >= 0 && positive < x.dims.length, `${op} (axis ${axis})`, x);
    return positive;
  }

  /** Declares an input of the graph. */
  input(name: string, dtype: Dtype, dims: readonly number[]): Value {
    const value = this.#value(dtype, dims, name);
    this.#inputs.push(value);
    return value;
  }

  /** Declares `value`, the result of a node, to be an output of the graph called `name`. */
  output(value: Value, name: string): TensorInfo {
    this.#check(
      this.#nodes.some((node) => node.outputs.includes(value.name)),
      `output ${name}`,
      value,
    );
    assert(!this.#known.has(name), `${this.#name}: two values are named ${name}`);
    this.#known.add(name);
    this.#outputs.push({ value, name });
    return { name, dtype: value.dtype, dims: value.dims };
  }

  /** A constant in the graph. Numbers are rounded to `dtype`; int64 numbers must be safe integers. */
  constant(dtype: Dtype, dims: readonly number[], data: ArrayLike<number>, name?: string): Value {
    assert(data.length === sizeOf(dims), `${this.#name}: ${data.length} numbers for [${dims.join(', ')}]`);
    const value = this.#value(dtype, dims, name);
    const typed =
      dtype === 'float32'
        ? Float32Array.from(data)
        : dtype === 'float16'
          ? toFloat16(data)
          : dtype === 'int32'
            ? Int32Array.from(data)
            : dtype === 'uint8'
              ? Uint8Array.from(data)
              : BigInt64Array.from(Array.from(data, BigInt));
    this.#initializers.push({ ...value, data: new Uint8Array(typed.buffer) });
    return value;
  }

  /** A constant scalar. */
  scalar(dtype: Dtype, value: number): Value {
    return this.constant(dtype, [], [value]);
  }

  #int64s(values: readonly number[]): Value {
    return this.constant('int64', [values.length], values);
  }

  /** a + b, broadcast. ONNX Add. */
  add(a: Value, b: Value): Value {
    return this.#binary('Add', a, b);
  }

  /** a − b, broadcast. ONNX Sub. */
  sub(a: Value, b: Value): Value {
    return this.#binary('Sub', a, b);
  }

  /** a · b, broadcast. ONNX Mul. */
  mul(a: Value, b: Value): Value {
    return this.#binary('Mul', a, b);
  }

  /** 1 / (1 + e^−x). ONNX Sigmoid. */
  sigmoid(x: Value): Value {
    return this.#unary('Sigmoid', x);
  }

  /** x · sigmoid(x). com.microsoft QuickGelu with alpha 1: one pass over memory where Sigmoid and Mul take two. */
  silu(x: Value): Value {
    return this.#unary('QuickGelu', x, { alpha: { float: 1 } }, MICROSOFT);
  }

  /** ONNX Tanh. */
  tanh(x: Value): Value {
    return this.#unary('Tanh', x);
  }

  /** GELU by its tanh formula (PyTorch `approximate='tanh'`). ONNX Gelu. */
  gelu(x: Value): Value {
    return this.#unary('Gelu', x, { approximate: { string: 'tanh' } });
  }

  /** The larger of x and 0. ONNX Relu. */
  relu(x: Value): Value {
    return this.#unary('Relu', x);
  }

  /** Rounds down. ONNX Floor. */
  floor(x: Value): Value {
    return this.#unary('Floor', x);
  }

  /** Limits to [min, max]. ONNX Clip. */
  clip(x: Value, min: number, max: number): Value {
    this.#check(FLOATS.includes(x.dtype), 'Clip', x);
    const out = this.#value(x.dtype, x.dims);
    this.#node('Clip', [x, this.scalar(x.dtype, min), this.scalar(x.dtype, max)], [out]);
    return out;
  }

  /** Converts to another element type; the same type emits nothing. ONNX Cast (no uint8: WebGPU cannot). */
  cast(x: Value, dtype: Exclude<Dtype, 'uint8'>): Value {
    if (x.dtype === dtype) return x;
    this.#check(x.dtype !== 'uint8', 'Cast', x);
    const out = this.#value(dtype, x.dims);
    this.#node('Cast', [x], [out], { to: { int: DATA_TYPE[dtype] } });
    return out;
  }

  /** The same elements under another shape; the same shape emits nothing. ONNX Reshape. */
  reshape(x: Value, dims: readonly number[]): Value {
    if (same(x.dims, dims)) return x;
    this.#check(sizeOf(dims) === sizeOf(x.dims), `Reshape to [${dims.join(', ')}]`, x);
    const out = this.#value(x.dtype, dims);
    this.#node('Reshape', [x, this.#int64s(dims)], [out]);
    return out;
  }

  /**
   * Reorders axes: axis i of the result is axis `order[i]` of x. ONNX Transpose.
   * Axes of length 1 are dropped and axes that stay neighbours are merged first, because kernels are faster at low
   * ranks; nothing but a Reshape is emitted if no element moves.
   */
  transpose(x: Value, order: readonly number[]): Value {
    this.#check(same([...order].sort(), [...x.dims.keys()]), `Transpose (${order.join(', ')})`, x);
    const dims = order.map((axis) => x.dims[axis]!);
    const groups: number[][] = [];
    for (const axis of order.filter((a) => x.dims[a] !== 1)) {
      const last = groups.at(-1)?.at(-1);
      const joins = last !== undefined && x.dims.slice(last + 1, axis).every((d) => d === 1) && last < axis;
      if (joins) groups.at(-1)!.push(axis);
      else groups.push([axis]);
    }
    if (groups.length < 2) return this.reshape(x, dims);
    const before = [...groups.keys()].sort((a, b) => groups[a]![0]! - groups[b]![0]!);
    const length = (group: number): number => sizeOf(groups[group]!.map((axis) => x.dims[axis]!));
    const merged = this.reshape(x, before.map(length));
    const perm = [...groups.keys()].map((group) => before.indexOf(group));
    const out = this.#value(
      x.dtype,
      perm.map((axis) => merged.dims[axis]!),
    ); // prettier-free: one shape per axis group
    this.#node('Transpose', [merged], [out], { perm: { ints: perm } });
    return this.reshape(out, dims);
  }

  /** Elements `start` (inclusive) to `end` (exclusive) along `axis`. ONNX Slice. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    const at = this.#axis('Slice', x, axis);
    this.#check(start >= 0 && start < end && end <= x.dims[at]!, `Slice ${start}…${end} of axis ${at}`, x);
    const out = this.#value(x.dtype, x.dims.with(at, end - start));
    this.#node('Slice', [x, this.#int64s([start]), this.#int64s([end]), this.#int64s([at])], [out]);
    return out;
  }

  /** Cuts `axis` into `parts` equal pieces. ONNX Split. */
  split(x: Value, axis: number, parts: number): Value[] {
    const at = this.#axis('Split', x, axis);
    const length = x.dims[at]! / parts;
    this.#check(Number.isInteger(length), `Split into ${parts}`, x);
    const outs = Array.from({ length: parts }, () => this.#value(x.dtype, x.dims.with(at, length)));
    const lengths = this.#int64s(outs.map(() => length));
    this.#node('Split', [x, lengths], outs, { axis: { int: at } });
    return outs;
  }

  /** Joins along `axis`; all other axes must agree. ONNX Concat. */
  concat(values: readonly Value[], axis: number): Value {
    const [first] = values;
    assert(first, `${this.#name}: Concat of nothing`);
    const at = this.#axis('Concat', first, axis);
    for (const v of values) {
      this.#check(
        v.dtype === first.dtype && same(v.dims.with(at, 0), first.dims.with(at, 0)),
        'Concat',
        first,
        v,
      );
    }
    const out = this.#value(
      first.dtype,
      first.dims.with(
        at,
        values.reduce((sum, v) => sum + v.dims[at]!, 0),
      ),
    );
    this.#node('Concat', values, [out], { axis: { int: at } });
    return out;
  }

  /** Rows of `x` along `axis`, picked by an int32 tensor of any shape, which takes the axis's place. ONNX Gather. */
  gather(x: Value, indices: Value, axis = 0): Value {
    const at = this.#axis('Gather', x, axis);
    this.#check(indices.dtype === 'int32', 'Gather', x, indices);
    const out = this.#value(x.dtype, [...x.dims.slice(0, at), ...indices.dims, ...x.dims.slice(at + 1)]);
    this.#node('Gather', [x, indices], [out], { axis: { int: at } });
    return out;
  }

  /** Matrix product over the last two axes, leading axes broadcast. ONNX MatMul. */
  matmul(a: Value, b: Value): Value {
    this.#check(a.dims.length >= 2 && b.dims.length >= 2 && a.dtype === b.dtype, 'MatMul', a, b);
    const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
    this.#check(batch && a.dims.at(-1) === b.dims.at(-2), 'MatMul', a, b);
    const out = this.#value(a.dtype, [...batch, a.dims.at(-2)!, b.dims.at(-1)!]);
    this.#node('MatMul', [a, b], [out]);
    return out;
  }

  /**
   * x · weightᵀ + bias over the last axis: a linear layer as PyTorch stores it, `weight` `[N, K]`. ONNX Gemm, which reads
   * the transposed weight in place; leading axes of x are flattened around it.
   */
  linear(x: Value, weight: Value, bias?: Value): Value {
    const [n = 0, k = 0] = weight.dims;
    this.#check(
      weight.dims.length === 2 &&
        x.dims.at(-1) === k &&
        x.dtype === weight.dtype &&
        (!bias || (same(bias.dims, [n]) && bias.dtype === x.dtype)),
      'Gemm',
      x,
      weight,
      bias,
    );
    const rows = sizeOf(x.dims) / k;
    const out = this.#value(x.dtype, [rows, n]);
    this.#node('Gemm', [this.reshape(x, [rows, k]), weight, bias], [out], { transB: { int: 1 } });
    return this.reshape(out, [...x.dims.slice(0, -1), n]);
  }

  /**
   * The same with a weight in blocks of 32 along K. com.microsoft MatMulNBits, symmetric.
   * @param quantized uint8 `[N, K/32, 32·bits/8]`, zero point 2^(bits−1).
   * @param scales `[N·K/32]` in the type of x.
   * @param accuracyLevel 0 the provider's own choice, 1 f32, 4 x rounded to 8 bits.
   */
  matMulNBits(
    x: Value,
    quantized: Value,
    scales: Value,
    options: { bits: 4 | 8; accuracyLevel?: 0 | 1 | 4; bias?: Value },
  ): Value {
    const { bits, accuracyLevel = 0, bias } = options;
    const [n = 0, blocks = 0, bytes = 0] = quantized.dims;
    this.#check(
      quantized.dtype === 'uint8' &&
        quantized.dims.length === 3 &&
        x.dims.at(-1) === blocks * 32 &&
        bytes === 4 * bits &&
        FLOATS.includes(x.dtype) &&
        scales.dtype === x.dtype &&
        same(scales.dims, [n * blocks]) &&
        (!bias || (same(bias.dims, [n]) && bias.dtype === x.dtype)),
      `MatMulNBits (${bits} bits)`,
      x,
      quantized,
      scales,
      bias,
    );
    const out = this.#value(x.dtype, [...x.dims.slice(0, -1), n]);
    this.#node(
      'MatMulNBits',
      [x, quantized, scales, undefined, undefined, bias],
      [out],
      {
        K: { int: blocks * 32 },
        N: { int: n },
        bits: { int: bits },
        block_size: { int: 32 },
        accuracy_level: { int: accuracyLevel },
      },
      MICROSOFT,
    );
    return out;
  }

  /** (x − mean) / √(variance + epsilon) · scale + shift over the last axis. ONNX LayerNormalization. */
  layerNorm(x: Value, scale: Value, shift: Value | undefined, epsilon: number): Value {
    const dims = x.dims.slice(-1);
    this.#check(
      same(scale.dims, dims) &&
        scale.dtype === x.dtype &&
        (!shift || (same(shift.dims, dims) && shift.dtype === x.dtype)),
      'LayerNormalization',
      x,
      scale,
      shift,
    );
    const out = this.#value(x.dtype, x.dims);
    this.#node('LayerNormalization', [x, scale, shift], [out], {
      axis: { int: -1 },
      epsilon: { float: epsilon },
    });
    return out;
  }

  /** x / √(mean(x²) + epsilon) · scale over the last axis (RMSNorm). SimplifiedLayerNormalization, which onnxruntime keeps in ONNX's domain. */
  simplifiedLayerNorm(x: Value, scale: Value, epsilon: number): Value {
    this.#check(
      same(scale.dims, x.dims.slice(-1)) && scale.dtype === x.dtype && FLOATS.includes(x.dtype),
      'SimplifiedLayerNormalization',
      x,
      scale,
    );
    const out = this.#value(x.dtype, x.dims);
    this.#node('SimplifiedLayerNormalization', [x, scale], [out], {
      axis: { int: -1 },
      epsilon: { float: epsilon },
    });
    return out;
  }

  /**
   * Rotates neighbouring pairs (2i, 2i+1) of every head. com.microsoft RotaryEmbedding, interleaved.
   * @param x `[1, S, heads · headDim]`.
   * @param cos `[S, headDim/2]`, row s for position s; `sin` alike.
   */
  rotaryEmbedding(x: Value, cos: Value, sin: Value): Value {
    const [rows = 0, half = 0] = cos.dims;
    this.#check(
      x.dims.length === 3 &&
        x.dims[0] === 1 &&
        x.dims[1] === rows &&
        x.dims[2]! % (2 * half) === 0 &&
        cos.dims.length === 2 &&
        same(cos.dims, sin.dims) &&
        cos.dtype === x.dtype &&
        sin.dtype === x.dtype,
      'RotaryEmbedding',
      x,
      cos,
      sin,
    );
    const out = this.#value(x.dtype, x.dims);
    const start = this.#int64s([0]); // one number means: positions count up from it
    this.#node('RotaryEmbedding', [x, start, cos, sin], [out], { interleaved: { int: 1 } }, MICROSOFT);
    return out;
  }

  /**
   * softmax(q·kᵀ·scale + bias)·v for each head. com.microsoft MultiHeadAttention.
   * @param query `[1, S, heads · headDim]`; `key` and `value` `[1, L, heads · headDim]`; headDim a multiple of 8.
   * @param options `scale` defaults to 1/√headDim; `bias` is `[1, heads, S, L]`.
   */
  multiHeadAttention(
    query: Value,
    key: Value,
    value: Value,
    options: { heads: number; scale?: number; bias?: Value },
  ): Value {
    const { heads, scale, bias } = options;
    const [batch = 0, rows = 0, width = 0] = query.dims;
    const fits = [key, value].every(
      (v) => v.dtype === query.dtype && v.dims.length === 3 && v.dims[0] === batch && v.dims[2] === width,
    );
    this.#check(
      query.dims.length === 3 &&
        fits &&
        key.dims[1] === value.dims[1] &&
        width % heads === 0 &&
        (width / heads) % 8 === 0 &&
        (!bias || (bias.dtype === query.dtype && same(bias.dims, [batch, heads, rows, key.dims[1]!]))),
      `MultiHeadAttention (${heads} heads)`,
      query,
      key,
      value,
      bias,
    );
    const out = this.#value(query.dtype, query.dims);
    this.#node(
      'MultiHeadAttention',
      [query, key, value, undefined, undefined, bias],
      [out],
      { num_heads: { int: heads }, ...(scale === undefined ? {} : { scale: { float: scale } }) },
      MICROSOFT,
    );
    return out;
  }

  /**
   * 2-D convolution. ONNX Conv.
   * @param x `[B, C, H, W]`. @param weight `[N, C, kh, kw]`. @param bias `[N]`.
   * @param options `stride` default 1; `padding` zeros on every side, default 0.
   */
  conv(
    x: Value,
    weight: Value,
    bias: Value | undefined,
    options: { stride?: number; padding?: number } = {},
  ): Value {
    const { stride = 1, padding = 0 } = options;
    const [n = 0, channels = 0, kh = 0, kw = 0] = weight.dims;
    const [batch = 0, inputs = 0, height = 0, width = 0] = x.dims;
    this.#check(
      x.dims.length === 4 &&
        weight.dims.length === 4 &&
        inputs === channels &&
        x.dtype === weight.dtype &&
        (!bias || (same(bias.dims, [n]) && bias.dtype === x.dtype)),
      'Conv',
      x,
      weight,
      bias,
    );
    if (misreadByWebGpu(channels, n, kh * kw)) {
      const missing = 4 - (channels % 4);
      const zeros = (dims: readonly number[]): Value =>
        this.constant(x.dtype, dims, new Float32Array(sizeOf(dims)));
      return this.conv(
        this.concat([x, zeros([batch, missing, height, width])], 1),
        this.concat([weight, zeros([n, missing, kh, kw])], 1),
        bias,
        options,
      );
    }
    const steps = (length: number, kernel: number): number =>
      Math.floor((length + 2 * padding - kernel) / stride) + 1;
    const out = this.#value(x.dtype, [batch, n, steps(height, kh), steps(width, kw)]);
    this.#node('Conv', [x, weight, bias], [out], {
      kernel_shape: { ints: [kh, kw] },
      strides: { ints: [stride, stride] },
      pads: { ints: [padding, padding, padding, padding] },
    });
    return out;
  }

  /** `[B, C, H, W]` with `size` more rows and columns on every side, repeating the outermost. ONNX Pad, edge. */
  padEdges(x: Value, size: number): Value {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.dims;
    this.#check(x.dims.length === 4, `Pad (${size})`, x);
    const out = this.#value(x.dtype, [batch, channels, height + 2 * size, width + 2 * size]);
    const pads = this.#int64s([0, 0, size, size, 0, 0, size, size]);
    this.#node('Pad', [x, pads], [out], { mode: { string: 'edge' } });
    return out;
  }

  /** `[B, C·s·s, H, W]` → `[B, C, H·s, W·s]` with channel order (C, dy, dx): PyTorch `pixel_shuffle`. ONNX DepthToSpace, CRD. */
  pixelShuffle(x: Value, size: number): Value {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.dims;
    this.#check(x.dims.length === 4 && channels % (size * size) === 0, `DepthToSpace (${size})`, x);
    if (size === 1) return x;
    const out = this.#value(x.dtype, [batch, channels / (size * size), height * size, width * size]);
    this.#node('DepthToSpace', [x], [out], { blocksize: { int: size }, mode: { string: 'CRD' } });
    return out;
  }

  /** `[B, C, H, W]` → `[B, C, H·s, W·s]`, every number s × s times: PyTorch `nn.Upsample(scale_factor=s)`. ONNX Resize, nearest. */
  upsampleNearest(x: Value, size: number): Value {
    const [batch = 0, channels = 0, height = 0, width = 0] = x.dims;
    this.#check(x.dims.length === 4 && Number.isInteger(size) && size >= 1, `Resize (${size})`, x);
    if (size === 1) return x;
    const out = this.#value(x.dtype, [batch, channels, height * size, width * size]);
    const scales = this.constant('float32', [4], [1, 1, size, size]);
    this.#node('Resize', [x, undefined, scales], [out], {
      mode: { string: 'nearest' },
      coordinate_transformation_mode: { string: 'asymmetric' },
      nearest_mode: { string: 'floor' },
    });
    return out;
  }

  /** The finished graph as a serialised ModelProto. @throws {AppError} `internal/invariant` if there is no output. */
  build(): Uint8Array {
    assert(this.#outputs.length > 0, `${this.#name}: a graph without outputs`);
    const names = new Map(this.#outputs.map(({ value, name }) => [value.name, name]));
    assert(names.size === this.#outputs.length, `${this.#name}: one value is two outputs`);
    const named = (name: string): string => names.get(name) ?? name;
    return encodeModel({
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs.map(({ value, name }) => ({ ...value, name })),
      initializers: this.#initializers,
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(named),
        outputs: node.outputs.map(named),
      })),
    });
  }
}
