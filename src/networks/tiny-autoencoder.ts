// The tiny autoencoders of published video models, one latent frame a run. What a block saw last goes out of one run and into
// the next, so that a clip of any length is painted in the same memory. After TAEHV (github.com/madebyollin/taehv, MIT).
import { assert } from '../core/errors.ts';
import type { TinyAutoencoderConfig } from '../core/model-config.ts';
import type { Value } from '../graph/graph-builder.ts';
import type { TensorInfo } from '../graph/tensor.ts';
import { ConvWriter, type NamedShape, type PixelOutput, type TensorSource } from './conv-writer.ts';
import type { GraphPart } from './part.ts';

const RGB = 3;
const BLOCKS = 3; // memory blocks of every stage
const STAGE = BLOCKS + 2; // layers of an encoder stage: pool, convolution, blocks
const GROW_STAGE = BLOCKS + 3; // of a decoder stage: blocks, upsampling, growth, convolution
const FIRST_STAGE = { encoder: 2, decoder: 3 }; // layers before it, as the reference numbers them
const LIMIT = 3; // latents are squeezed to (−3, 3)

/** Latent frames give this many pictures each; the first one only its last. */
export const picturesOf = (config: TinyAutoencoderConfig): number => config.grows.reduce((a, b) => a * b, 1);

/** Pixels of a picture's side for each latent cell. */
export const cellPixels = (config: TinyAutoencoderConfig): number => config.patch * 2 ** config.grows.length;

/** Every tensor by the reference's name. */
export function tinyAutoencoderTensors(config: TinyAutoencoderConfig): readonly NamedShape[] {
  const { channels, patch, width, pools, widths, grows, lastWidth } = config;
  const pixels = RGB * patch ** 2;
  const conv = (name: string, n: number, c: number, kernel = 3): NamedShape[] => [
    { name: `${name}.weight`, shape: [n, c, kernel, kernel] },
    { name: `${name}.bias`, shape: [n] },
  ];
  const plain = (name: string, n: number, c: number, kernel = 3): NamedShape =>
    ({ name: `${name}.weight`, shape: [n, c, kernel, kernel] }) as const;
  const block = (name: string, n: number): NamedShape[] => [
    ...conv(`${name}.conv.0`, n, 2 * n),
    ...conv(`${name}.conv.2`, n, n),
    ...conv(`${name}.conv.4`, n, n),
  ];
  const blocks = (coder: string, first: number, n: number): NamedShape[] =>
    Array.from({ length: BLOCKS }, (_, k) => block(`${coder}.${first + k}`, n)).flat();
  return [
    ...conv('encoder.0', width, pixels),
    ...pools.flatMap((pool, s) => {
      const at = FIRST_STAGE.encoder + s * STAGE;
      return [
        plain(`encoder.${at}.conv`, width, width * pool, 1),
        plain(`encoder.${at + 1}`, width, width),
        ...blocks('encoder', at + 2, width),
      ];
    }),
    ...conv(`encoder.${FIRST_STAGE.encoder + pools.length * STAGE}`, channels, width),
    ...conv('decoder.1', widths[0]!, channels),
    ...grows.flatMap((grow, s) => {
      const at = FIRST_STAGE.decoder + s * GROW_STAGE;
      const n = widths[s]!;
      return [
        ...blocks('decoder', at, n),
        plain(`decoder.${at + BLOCKS + 1}.conv`, n * grow, n, 1),
        plain(`decoder.${at + BLOCKS + 2}`, widths[s + 1] ?? lastWidth, n),
      ];
    }),
    ...conv(`decoder.${FIRST_STAGE.decoder + grows.length * GROW_STAGE + 1}`, pixels, lastWidth),
  ];
}

/** A part that remembers: each output `${name}.next` is the input `name` of the next run; zeros for the first. */
export interface StreamingPart extends GraphPart {
  readonly memories: readonly TensorInfo[];
}

/** Writes memory blocks and keeps the list of what they remember. */
class Memory {
  readonly #writer: ConvWriter;
  readonly memories: TensorInfo[] = [];

  constructor(writer: ConvWriter) {
    this.#writer = writer;
  }

  /** relu(conv(x, what was seen a frame earlier) + x). @param x `[n, C, H, W]`, n frames in order. */
  block(x: Value, name: string): Value {
    const { graph } = this.#writer.part;
    const [n = 0] = x.dims;
    const memory = this.#writer.part.input(`memory.${name}`, 'float32', x.dims.with(0, 1));
    this.memories.push(memory);
    const past = n === 1 ? memory : graph.concat([memory, graph.slice(x, 0, 0, n - 1)], 0);
    let y = this.#writer.conv(graph.concat([x, past], 1), `${name}.conv.0`);
    y = this.#writer.conv(graph.relu(y), `${name}.conv.2`);
    y = this.#writer.conv(graph.relu(y), `${name}.conv.4`);
    // An output must be a value of its own, also where it is all of x.
    const last = n === 1 ? graph.add(x, graph.scalar('float32', 0)) : graph.slice(x, 0, n - 1, n);
    this.#writer.part.output(last, `memory.${name}.next`);
    return graph.relu(graph.add(y, x));
  }

  finish(): StreamingPart {
    return { ...this.#writer.part.finish(), memories: this.memories };
  }
}

/**
 * The decoder for latents of one size: `latents` f32 `[1, C, h, w]` as the transformer leaves them → `pixels` of
 * {@link picturesOf} pictures. Of the first latent frame only the last picture counts.
 * @param size in latent cells.
 * @throws {AppError} `internal/invariant` if a tensor has the wrong length.
 */
export function tinyDecoderPart(
  config: TinyAutoencoderConfig,
  size: { readonly height: number; readonly width: number },
  tensors: TensorSource,
  options: { readonly output?: PixelOutput } = {},
): StreamingPart {
  const { output = 'float32' } = options;
  const writer = new ConvWriter('tiny-decoder', tinyAutoencoderTensors(config), tensors);
  const memory = new Memory(writer);
  const { part } = writer;
  const { graph } = part;
  const latents = part.input('latents', 'float32', [1, config.channels, size.height, size.width]);
  const squeezed = graph.mul(
    graph.tanh(graph.mul(latents, graph.scalar('float32', 1 / LIMIT))),
    graph.scalar('float32', LIMIT),
  );
  let x = graph.relu(writer.conv(squeezed, 'decoder.1')); // [1, widths[0], h, w]
  for (const [s, grow] of config.grows.entries()) {
    const at = FIRST_STAGE.decoder + s * GROW_STAGE;
    for (let k = 0; k < BLOCKS; k++) x = memory.block(x, `decoder.${at + k}`);
    // The reference upsamples first; a 1×1 convolution gives the same before, for a quarter of the work.
    const grown = writer.conv(x, `decoder.${at + BLOCKS + 1}.conv`);
    const [n = 0, c = 0, h = 0, w = 0] = x.dims;
    x = graph.upsampleNearest(graph.reshape(grown, [n * grow, c, h, w]), 2); // [n·grow, c, 2h, 2w]
    x = writer.conv(x, `decoder.${at + BLOCKS + 2}`);
  }
  const last = `decoder.${FIRST_STAGE.decoder + config.grows.length * GROW_STAGE + 1}`;
  part.output(writer.paint(graph.relu(x), last, config.patch, output), 'pixels');
  return memory.finish();
}

/**
 * The encoder for pictures of one size: `pixels` f32 `[F, 3·patch², H/patch, W/patch]`, RGB 0…1 with the pixels of a patch as channels
 * (PyTorch `pixel_unshuffle`), F = as many frames as one latent frame holds → `latents` f32 `[1, C, h, w]`.
 * @param size in pixels, multiples of {@link cellPixels}.
 * @throws {AppError} `internal/invariant` if they are not, or a tensor has the wrong length.
 */
export function tinyEncoderPart(
  config: TinyAutoencoderConfig,
  size: { readonly height: number; readonly width: number },
  tensors: TensorSource,
): StreamingPart {
  const { patch, pools } = config;
  const cell = patch * 2 ** pools.length;
  assert(
    size.height % cell === 0 && size.width % cell === 0,
    `pictures of ${size.width}×${size.height} cannot be cut into cells of ${cell}×${cell}`,
  );
  const writer = new ConvWriter('tiny-encoder', tinyAutoencoderTensors(config), tensors);
  const memory = new Memory(writer);
  const { part } = writer;
  const { graph } = part;
  const frames = pools.reduce((a, b) => a * b, 1);
  const dims = [frames, RGB * patch ** 2, size.height / patch, size.width / patch];
  const pixels = part.input('pixels', 'float32', dims);
  let x = graph.relu(writer.conv(pixels, 'encoder.0'));
  for (const [s, pool] of pools.entries()) {
    const at = FIRST_STAGE.encoder + s * STAGE;
    const [n = 0, c = 0, h = 0, w = 0] = x.dims;
    x = writer.conv(graph.reshape(x, [n / pool, c * pool, h, w]), `encoder.${at}.conv`);
    x = writer.conv(x, `encoder.${at + 1}`, { stride: 2, padding: 1 });
    for (let k = 0; k < BLOCKS; k++) x = memory.block(x, `encoder.${at + 2 + k}`);
  }
  part.output(writer.conv(x, `encoder.${FIRST_STAGE.encoder + pools.length * STAGE}`), 'latents');
  return memory.finish();
}
