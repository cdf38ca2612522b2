// The small latent codec: a strided convolution in, a convolutional painter out. One latent frame a run. A linear skip
// paints the frames at the encoder's size; the stages beside it sharpen them. Weights are
// constants in the graphs, because convolution weights given as inputs are reordered on every run.
import { assert } from '../core/errors.ts';
import type { TinyCodecConfig } from '../core/model-config.ts';
import { sizeOf, type Value } from '../graph/graph-builder.ts';
import type { GraphPart } from './part.ts';
import { PartBuilder } from './part-builder.ts';

/** Gives the numbers of a tensor by its canonical name, row-major. */
export type TensorSource = (name: string) => Float32Array;

const CONTEXT = 3; // the decoder sees the previous, this and the next latent frame
const RGB = 3;
const UPSCALE = 8; // three doublings between latent cells and the last layer
const BASE = RGB * UPSCALE ** 2; // numbers of a frame's colours under one latent cell

/** What a decoder part should give. */
export interface CodecDecoderOptions {
  /** Which of the latent frame's `framesOut` frames to paint; all by default. A preview paints one for a fraction of the work. */
  readonly frames?: readonly number[];
  /**
   * `float32` (default): `[n, 3, H, W]`, 0…1. `rgba8`: int32 `[n, H, W]`, one pixel a number, whose little-endian bytes
   * are R, G, B and alpha 255 (WebGPU has no 8-bit results): `new Uint8ClampedArray(data.buffer)` is `[n, H, W, 4]`.
   */
  readonly output?: 'float32' | 'rgba8';
}

/** Every tensor of a codec by its canonical name. */
export function codecTensors(config: TinyCodecConfig): readonly { name: string; shape: readonly number[] }[] {
  const { channels, stride, trunk, framesOut } = config;
  const [s0, s1, s2] = config.stages;
  const last = RGB * config.lastShuffle ** 2;
  const conv = (
    name: string,
    n: number,
    c: number,
    kernel: number,
  ): { name: string; shape: readonly number[] }[] => [
    { name: `${name}.weight`, shape: [n, c, kernel, kernel] },
    { name: `${name}.bias`, shape: [n] },
  ];
  const residual = (name: string, n: number): { name: string; shape: readonly number[] }[] => [
    ...conv(`${name}.a`, n, n, 3),
    ...conv(`${name}.b`, n, n, 3),
  ];
  return [
    ...conv('encoder', channels, config.framesIn * RGB, stride),
    ...conv('decoder.in', trunk, CONTEXT * channels, 3),
    ...Array.from({ length: config.trunkBlocks }, (_, k) => residual(`decoder.trunk.${k}`, trunk)).flat(),
    ...conv('decoder.expand', framesOut * s0 * 4, trunk, 1),
    ...residual('decoder.stage1', s0),
    ...conv('decoder.up1', s1 * 4, s0, 1),
    ...residual('decoder.stage2', s1),
    ...conv('decoder.up2', s2 * 4, s1, 1),
    ...conv('decoder.skip', framesOut * BASE, trunk, 1),
    ...conv('decoder.out', last, s2 + RGB, 3),
  ];
}

/** Writes convolutions whose weights are constants. */
class ConvWriter {
  readonly part: PartBuilder;
  readonly #tensors: TensorSource;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(name: string, config: TinyCodecConfig, tensors: TensorSource) {
    this.part = new PartBuilder(name, { activations: 'float32', weights: 'float32' });
    this.#tensors = tensors;
    this.#shapes = new Map(codecTensors(config).map((t) => [t.name, t.shape]));
  }

  #tensor(name: string): { shape: readonly number[]; data: Float32Array } {
    const shape = this.#shapes.get(name);
    assert(shape, `the codec has no tensor ${name}`);
    const data = this.#tensors(name);
    assert(data.length === sizeOf(shape), `${name} has ${data.length} numbers, not [${shape.join(', ')}]`);
    return { shape, data };
  }

  /**
   * @param options `rows` picks output channels; results are `gain` · (convolution) + `offset`.
   */
  conv(
    x: Value,
    name: string,
    options: {
      stride?: number;
      padding?: number;
      rows?: readonly number[];
      gain?: number;
      offset?: number;
    } = {},
  ): Value {
    const { stride = 1, rows, gain = 1, offset = 0 } = options;
    const { graph } = this.part;
    const weight = this.#tensor(`${name}.weight`);
    const bias = this.#tensor(`${name}.bias`);
    const [all = 0, ...rest] = weight.shape;
    const picked = rows ?? Array.from({ length: all }, (_, i) => i);
    const size = sizeOf(rest);
    const weights = new Float32Array(picked.length * size);
    picked.forEach((row, i) => {
      weights.set(weight.data.subarray(row * size, (row + 1) * size), i * size);
    });
    const scaled = gain === 1 ? weights : weights.map((w) => w * gain);
    const biases = picked.map((row) => bias.data[row]! * gain + offset);
    const { padding = (rest[1]! - 1) / 2 } = options;
    return graph.conv(
      x,
      graph.constant('float32', [picked.length, ...rest], scaled, `${name}.weight`),
      graph.constant('float32', [picked.length], biases, `${name}.bias`),
      stride > 1 ? { stride } : { padding },
    );
  }

  /** x + b(silu(a(x))). */
  residual(x: Value, name: string): Value {
    const { graph } = this.part;
    return graph.add(x, this.conv(graph.silu(this.conv(x, `${name}.a`)), `${name}.b`));
  }
}

/**
 * The encoder for pictures of one size: `pixels` f32 `[frames, framesIn · 3, H, W]`, RGB 0…1, channels frame by frame →
 * `latents` f32 `[frames, C, h, w]`.
 * @param size `frames`: latent frames a run, usually 1; `height` and `width` in pixels, multiples of the stride.
 * @throws {AppError} `internal/invariant` if they are not, or a tensor has the wrong length.
 */
export function codecEncoderPart(
  config: TinyCodecConfig,
  size: { readonly frames: number; readonly height: number; readonly width: number },
  tensors: TensorSource,
): GraphPart {
  const { stride } = config;
  assert(
    size.height % stride === 0 && size.width % stride === 0,
    `pictures of ${size.width}×${size.height} cannot be cut into blocks of ${stride}×${stride}`,
  );
  const writer = new ConvWriter('codec-encoder', config, tensors);
  const { part } = writer;
  const pixels = part.input('pixels', 'float32', [
    size.frames,
    config.framesIn * RGB,
    size.height,
    size.width,
  ]);
  part.output(writer.conv(pixels, 'encoder', { stride }), 'latents');
  return part.finish();
}

/**
 * The decoder for latents of one size: `latents` f32 `[1, 3·C, h, w]`, previous, this and next latent frame on the channels
 * (the ends repeat their neighbour) → `pixels`, see {@link CodecDecoderOptions}. H = 8 · lastShuffle · h.
 * @param size In latent cells.
 * @throws {AppError} `internal/invariant` if a frame does not exist or a tensor has the wrong length.
 */
export function codecDecoderPart(
  config: TinyCodecConfig,
  size: { readonly height: number; readonly width: number },
  tensors: TensorSource,
  options: CodecDecoderOptions = {},
): GraphPart {
  const { frames = Array.from({ length: config.framesOut }, (_, i) => i), output = 'float32' } = options;
  assert(
    frames.length > 0 && frames.every((f) => Number.isInteger(f) && f >= 0 && f < config.framesOut),
    `frames ${frames.join(', ')} of ${config.framesOut}`,
  );
  const writer = new ConvWriter('codec-decoder', config, tensors);
  const { part } = writer;
  const { graph } = part;
  const { height: h, width: w } = size;
  const [s0] = config.stages;
  const n = frames.length;

  const latents = part.input('latents', 'float32', [1, CONTEXT * config.channels, h, w]);
  let x = writer.conv(latents, 'decoder.in'); // [1, trunk, h, w]
  for (let k = 0; k < config.trunkBlocks; k++) x = writer.residual(x, `decoder.trunk.${k}`);
  /** One convolution for all frames: channels of each, one after another. */
  const framewise = (from: Value, name: string, perFrame: number): Value => {
    const rows = frames.flatMap((frame) => Array.from({ length: perFrame }, (_, i) => frame * perFrame + i));
    return graph.reshape(writer.conv(from, name, { rows }), [n, perFrame, h, w]);
  };
  const base = graph.pixelShuffle(framewise(x, 'decoder.skip', BASE), UPSCALE); // [n, 3, 8h, 8w]
  x = graph.pixelShuffle(framewise(graph.silu(x), 'decoder.expand', s0 * 4), 2); // [n, s0, 2h, 2w]
  x = graph.silu(writer.residual(x, 'decoder.stage1'));
  x = graph.pixelShuffle(writer.conv(x, 'decoder.up1'), 2); // [n, s1, 4h, 4w]
  x = graph.silu(writer.residual(x, 'decoder.stage2'));
  x = graph.silu(graph.pixelShuffle(writer.conv(x, 'decoder.up2'), 2)); // [n, s2, 8h, 8w]
  x = graph.padEdges(graph.concat([x, base], 1), 1); // zeros would darken the picture's edges
  if (output === 'float32') {
    const painted = graph.pixelShuffle(writer.conv(x, 'decoder.out', { padding: 0 }), config.lastShuffle);
    part.output(graph.clip(painted, 0, 1), 'pixels'); // [n, 3, H, W]
    return part.finish();
  }
  // Bytes rounded to nearest are floor(255·x + ½); the multiplication is folded into the last layer.
  const painted = writer.conv(x, 'decoder.out', { padding: 0, gain: 255, offset: 0.5 });
  const bytes = graph.floor(graph.clip(graph.pixelShuffle(painted, config.lastShuffle), 0.5, 255.5));
  const places = graph.constant('float32', [1, RGB, 1, 1], [1, 2 ** 8, 2 ** 16]); // exact: below 2^24
  const packed = graph.cast(graph.conv(bytes, places, undefined), 'int32'); // [n, 1, H, W]
  const opaque = graph.add(packed, graph.constant('int32', [1], [0xff << 24]));
  part.output(
    graph.reshape(opaque, [n, h * UPSCALE * config.lastShuffle, w * UPSCALE * config.lastShuffle]),
    'pixels',
  );
  return part.finish();
}
