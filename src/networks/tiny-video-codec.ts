// The small latent codec: a strided convolution in, a convolutional painter out. One latent frame a run. A linear skip
// paints the frames at the encoder's size; the stages beside it sharpen them. Weights are
// constants in the graphs, because convolution weights given as inputs are reordered on every run.
import { assert } from '../core/errors.ts';
import type { TinyCodecConfig } from '../core/model-config.ts';
import type { Value } from '../graph/graph-builder.ts';
import { ConvWriter, type NamedShape, type PixelOutput, type TensorSource } from './conv-writer.ts';
import type { GraphPart } from './part.ts';

export type { TensorSource } from './conv-writer.ts';

const CONTEXT = 3; // the decoder sees the previous, this and the next latent frame
const RGB = 3;
const UPSCALE = 8; // three doublings between latent cells and the last layer
const BASE = RGB * UPSCALE ** 2; // numbers of a frame's colours under one latent cell

/** What a decoder part should give. */
export interface CodecDecoderOptions {
  /** Which of the latent frame's `framesOut` frames to paint; all by default. A preview paints one for a fraction of the work. */
  readonly frames?: readonly number[];
  /** Default `float32`. */
  readonly output?: PixelOutput;
}

/** Every tensor of a codec by its canonical name. */
export function codecTensors(config: TinyCodecConfig): readonly NamedShape[] {
  const { channels, stride, trunk, framesOut } = config;
  const [s0, s1, s2] = config.stages;
  const last = RGB * config.lastShuffle ** 2;
  const conv = (name: string, n: number, c: number, kernel: number): NamedShape[] => [
    { name: `${name}.weight`, shape: [n, c, kernel, kernel] },
    { name: `${name}.bias`, shape: [n] },
  ];
  const both = (name: string, n: number): NamedShape[] => [
    ...conv(`${name}.a`, n, n, 3),
    ...conv(`${name}.b`, n, n, 3),
  ];
  return [
    ...conv('encoder', channels, config.framesIn * RGB, stride),
    ...conv('decoder.in', trunk, CONTEXT * channels, 3),
    ...Array.from({ length: config.trunkBlocks }, (_, k) => both(`decoder.trunk.${k}`, trunk)).flat(),
    ...conv('decoder.expand', framesOut * s0 * 4, trunk, 1),
    ...both('decoder.stage1', s0),
    ...conv('decoder.up1', s1 * 4, s0, 1),
    ...both('decoder.stage2', s1),
    ...conv('decoder.up2', s2 * 4, s1, 1),
    ...conv('decoder.skip', framesOut * BASE, trunk, 1),
    ...conv('decoder.out', last, s2 + RGB, 3),
  ];
}

/** x + b(silu(a(x))). */
function residual(writer: ConvWriter, x: Value, name: string): Value {
  const { graph } = writer.part;
  return graph.add(x, writer.conv(graph.silu(writer.conv(x, `${name}.a`)), `${name}.b`));
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
  const writer = new ConvWriter('codec-encoder', codecTensors(config), tensors);
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
  const writer = new ConvWriter('codec-decoder', codecTensors(config), tensors);
  const { part } = writer;
  const { graph } = part;
  const { height: h, width: w } = size;
  const [s0] = config.stages;
  const n = frames.length;

  const latents = part.input('latents', 'float32', [1, CONTEXT * config.channels, h, w]);
  let x = writer.conv(latents, 'decoder.in'); // [1, trunk, h, w]
  for (let k = 0; k < config.trunkBlocks; k++) x = residual(writer, x, `decoder.trunk.${k}`);
  /** One convolution for all frames: channels of each, one after another. */
  const framewise = (from: Value, name: string, perFrame: number): Value => {
    const rows = frames.flatMap((frame) => Array.from({ length: perFrame }, (_, i) => frame * perFrame + i));
    return graph.reshape(writer.conv(from, name, { rows }), [n, perFrame, h, w]);
  };
  const base = graph.pixelShuffle(framewise(x, 'decoder.skip', BASE), UPSCALE); // [n, 3, 8h, 8w]
  x = graph.pixelShuffle(framewise(graph.silu(x), 'decoder.expand', s0 * 4), 2); // [n, s0, 2h, 2w]
  x = graph.silu(residual(writer, x, 'decoder.stage1'));
  x = graph.pixelShuffle(writer.conv(x, 'decoder.up1'), 2); // [n, s1, 4h, 4w]
  x = graph.silu(residual(writer, x, 'decoder.stage2'));
  x = graph.silu(graph.pixelShuffle(writer.conv(x, 'decoder.up2'), 2)); // [n, s2, 8h, 8w]
  x = graph.padEdges(graph.concat([x, base], 1), 1); // zeros would darken the picture's edges
  part.output(writer.paint(x, 'decoder.out', config.lastShuffle, output, { padding: 0 }), 'pixels');
  return part.finish();
}
