// Shapes of the networks as plain numbers. A manifest holds them, the graph writers read them; nothing here knows a file or a device.

/** A Wan transformer (Wan 2.1 and 2.2, arXiv:2503.20314; diffusers `WanTransformer3DModel`). */
export interface WanConfig {
  /** Width of the residual stream, D = heads · headDim. */
  readonly dim: number;
  /** Width of the feed-forward layer. */
  readonly ffnDim: number;
  readonly layers: number;
  readonly heads: number;
  /** Latent channels in and out, C. */
  readonly channels: number;
  /**
   * Further input channels that say where each latent is, a multiple of 3; none if left out, as in the published models.
   * They follow the latents in `patch_embedding.weight` `[dim, C + P, …]`, as the conditions of Wan 2.1's picture models do.
   */
  readonly positionChannels?: number;
  /** Patch in latent frames, rows, columns. Wan uses (1, 2, 2). */
  readonly patch: readonly [t: number, y: number, x: number];
  /** Width of the sinusoidal timestep embedding (256 in Wan). */
  readonly freqDim: number;
  /** Width of the text states. */
  readonly textDim: number;
  /** RMSNorm and LayerNorm epsilon (1e-6). */
  readonly eps: number;
}

/** A umT5 encoder (arXiv:2304.09151; transformers `UMT5EncoderModel`). */
export interface Umt5Config {
  readonly vocab: number;
  readonly dim: number;
  readonly ffnDim: number;
  readonly layers: number;
  readonly heads: number;
  /** Width of one head; heads · headDim need not equal dim. */
  readonly headDim: number;
  /** Relative position buckets (32) and the distance of the last one (128). */
  readonly buckets: number;
  readonly maxDistance: number;
  /** RMSNorm epsilon (1e-6). */
  readonly eps: number;
}

/**
 * A tiny autoencoder for the latents of a published model (TAEHV by Ollin Boer Bohan, MIT; `taew2_1`, `taew2_2`): 2-D convolutions,
 * and blocks that also see what they were given one frame earlier.
 */
export interface TinyAutoencoderConfig {
  /** Latent channels, C. */
  readonly channels: number;
  /** Pixels that enter and leave as channels of one cell, both ways: 1, or 2 for Wan 2.2. */
  readonly patch: number;
  /** Width of the encoder. */
  readonly width: number;
  /** Frames that each of the encoder's stages takes together; each halves both sides. */
  readonly pools: readonly number[];
  /** Width of each of the decoder's stages. */
  readonly widths: readonly number[];
  /** Frames that each of the decoder's stages makes of one; each doubles both sides. */
  readonly grows: readonly number[];
  /** Width before the last layer. */
  readonly lastWidth: number;
}

/** Any codec that the engine has. */
export type CodecConfig =
  | ({ readonly kind: 'blocks' } & TinyCodecConfig)
  | ({ readonly kind: 'tiny-autoencoder' } & TinyAutoencoderConfig);

/** The small latent codec: a linear encoder of pixel blocks and a convolutional decoder that paints finer and smoother than the encoder saw. */
export interface TinyCodecConfig {
  /** Latent channels, C. */
  readonly channels: number;
  /** Pixels of the encoder's picture per latent cell, both ways. */
  readonly stride: number;
  /** Encoder frames per latent frame after the first. */
  readonly framesIn: number;
  /** Decoder frames per latent frame after the first. */
  readonly framesOut: number;
  /** Width of the trunk at latent resolution and the number of its residual blocks. */
  readonly trunk: number;
  readonly trunkBlocks: number;
  /** Channels at 2×, 4× and 8× latent resolution. */
  readonly stages: readonly [number, number, number];
  /** Pixels painted per cell at 8× latent resolution, both ways: output pixels per latent cell = 8 · lastShuffle. */
  readonly lastShuffle: number;
}
