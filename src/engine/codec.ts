// Whichever codec a model has, behind one door.

import type { CodecConfig } from '../core/model-config.ts';
import type { NamedShape, TensorSource } from '../networks/conv-writer.ts';
import { cellPixels, picturesOf, tinyAutoencoderTensors } from '../networks/tiny-autoencoder.ts';
import { codecTensors } from '../networks/tiny-video-codec.ts';
import { readTensor } from '../weights/read-tensor.ts';
import { AutoencoderDecoder, encodeWithAutoencoder } from './autoencoder-codec.ts';
import { BlockDecoder, encodeBlocks } from './block-codec.ts';
import type { FrameDecoder, Rgba } from './latents.ts';
import type { WeightOrigin } from './part-weights.ts';
import type { Runtime } from './runtime.ts';

/** How a codec's latents relate to pictures. */
export interface CodecFacts {
  /** Pixels of the encoder's picture for each latent cell, both ways. */
  readonly stride: number;
  /** Pictures painted for each latent frame after the first. */
  readonly pictures: number;
  /** Every tensor it needs, by canonical name. */
  readonly tensors: readonly NamedShape[];
}

/** What the engine has to know of a codec. */
export function codecFacts(config: CodecConfig): CodecFacts {
  return config.kind === 'blocks'
    ? { stride: config.stride, pictures: config.framesOut, tensors: codecTensors(config) }
    : { stride: cellPixels(config), pictures: picturesOf(config), tensors: tinyAutoencoderTensors(config) };
}

/** Reads all tensors of a codec as f32: a few MB. They enter the graphs as constants: convolutions are prepacked once that way. */
export async function readCodecTensors(
  origin: WeightOrigin,
  config: CodecConfig,
  signal?: AbortSignal,
): Promise<TensorSource> {
  const tensors = new Map<string, Float32Array>();
  for (const { name } of codecFacts(config).tensors) {
    const packed = await readTensor(
      origin.file,
      origin.names.get(name) ?? name,
      'float32',
      signal ? { signal } : {},
    );
    if (packed.format === 'float32') tensors.set(name, packed.data);
  }
  return (name) => tensors.get(name)!;
}

/**
 * Prepares a decoder for latents of one size.
 * @param options `lastOnly`: only the last picture of each latent frame, for previews; cheaper where the codec allows.
 */
export function openDecoder(
  runtime: Runtime,
  tensors: TensorSource,
  config: CodecConfig,
  size: { readonly height: number; readonly width: number },
  { lastOnly = false }: { readonly lastOnly?: boolean } = {},
): Promise<FrameDecoder> {
  return config.kind === 'blocks'
    ? BlockDecoder.open(runtime, tensors, config, size, lastOnly ? [config.framesOut - 1] : undefined)
    : AutoencoderDecoder.open(runtime, tensors, config, size, { lastOnly });
}

/**
 * Encodes one picture as the latent frame that a clip starts from: the picture stands still for the frame's time.
 * @param picture at the encoder's size.
 * @returns `[C, h, w]` f32 in model scale.
 */
export const encodePicture = (
  runtime: Runtime,
  tensors: TensorSource,
  config: CodecConfig,
  picture: Rgba,
): Promise<Float32Array> =>
  config.kind === 'blocks'
    ? encodeBlocks(runtime, tensors, config, picture)
    : encodeWithAutoencoder(runtime, tensors, config, picture);
