// How many bytes each stage of a clip takes on a GPU. One stage is resident at a time: text encoder, picture encoder, transformer,
// decoder. The runtime gives no buffer back while a stage runs; it keeps every size it ever needed, as often as it needed it at
// once (onnxruntime-web 1.30, storageBufferCacheMode 'simple'). So a stage takes its weights, and of each size of tensor between
// its operators as many as are alive at once; those counts were taken from real allocations, and test/browser/memory-plan.test.ts
// holds the plan against them.
import type { ClipAsk } from './clip-estimate.ts';
import { clipWork, type EstimatedModel } from './clip-estimate.ts';
import type { CodecConfig, TinyAutoencoderConfig, TinyCodecConfig, Umt5Config } from './model-config.ts';
import { wanParameters } from './model-cost.ts';
import { clipShape } from './video-format.ts';

/** The stages in order. */
export const STAGES = ['text', 'condition', 'denoise', 'decode'] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** Bytes of one stage. */
export interface StageBytes {
  readonly weights: number;
  /** Everything else: tensors between operators, what goes in and out, copies on their way to memory. */
  readonly activations: number;
  readonly total: number;
}

/** What a plan has to know of a model; a manifest has it all. */
export interface PlannedModel extends EstimatedModel {
  readonly text: Umt5Config;
  readonly codec: CodecConfig;
  readonly textOptions: { readonly padTo: number; readonly maxTokens: number };
}

/** In what numbers are kept, as the engine chooses it for a device. */
export interface PlannedPrecision {
  /** Bits of the large matrices on the device, whatever the file has. */
  readonly weights: 'q8' | 'q4';
  /** f16 between the operators; the sums that run through all blocks stay f32. */
  readonly halves: boolean;
}

/** What is to be made, and how. */
export interface PlannedClip extends ClipAsk {
  /** Begins with a picture, so that there is a condition stage and each token has one of two timesteps. */
  readonly picture: boolean;
  /** Previews while denoising: a decoder beside the transformer. */
  readonly preview: boolean;
  /** Tokens of each prompt; as many as the model reads if left out. */
  readonly promptTokens?: number;
}

const F32 = 4;
/** Scalars, masks, indices, parameters of kernels. */
const SMALL = 24 * 1024;

/** Plans a clip. @throws {AppError} `input/aspect`. */
export function memoryPlan(
  model: PlannedModel,
  precision: PlannedPrecision,
  clip: PlannedClip,
): Readonly<Record<Stage, StageBytes>> {
  const shape = clipShape(model.geometry, clip.aspect, clip.seconds, clip.fps);
  const cell = model.geometry.unit / model.transformer.patch[1];
  const size = { height: shape.encoderHeight / cell, width: shape.encoderWidth / cell };
  const prompts = clip.guidance === 1 ? 1 : 2;
  const promptTokens = clip.promptTokens ?? model.textOptions.maxTokens;
  const decode = decodeBytes(model.codec, size, false);
  return {
    text: textBytes(model.text, promptTokens, prompts),
    condition: clip.picture ? encodeBytes(model.codec, size) : stage(0, 0),
    denoise: denoiseBytes(model, precision, clip, {
      ...size,
      frames: shape.latentFrames,
      prompts,
      promptTokens,
    }),
    decode,
  };
}

/** The most that is resident at once. */
export const peakBytes = (plan: Readonly<Record<Stage, StageBytes>>): number =>
  Math.max(...STAGES.map((name) => plan[name].total));

const stage = (weights: number, activations: number): StageBytes => ({
  weights,
  activations,
  total: weights + activations,
});

/** Bytes of a number in blocks of 32 with one scale. */
const packed = (weights: 'q8' | 'q4', scaleBytes: number): number =>
  (weights === 'q8' ? 1 : 0.5) + scaleBytes / 32;

/** Two layers at a time, 8 bits with f32 between them; each prompt has sizes of its own. */
function textBytes(config: Umt5Config, tokens: number, prompts: number): StageBytes {
  const { dim, ffnDim, heads, headDim, buckets } = config;
  const width = heads * headDim;
  const matrices = 4 * dim * width + 3 * dim * ffnDim;
  const layer = matrices * packed('q8', F32) + F32 * (2 * dim + buckets * heads);
  const rows = tokens * (10 * Math.max(dim, width) + 4 * ffnDim);
  const scores = tokens * tokens * (2 * heads + 1); // bias, weights; which bucket
  return stage(2 * layer + F32 * dim, prompts * F32 * (rows + scores) + SMALL);
}

function denoiseBytes(
  model: PlannedModel,
  { weights, halves }: PlannedPrecision,
  clip: PlannedClip,
  size: {
    readonly frames: number;
    readonly height: number;
    readonly width: number;
    readonly prompts: number;
    readonly promptTokens: number;
  },
): StageBytes {
  const { transformer: config, textOptions, firstFrameFirst } = model;
  const { dim, ffnDim, channels, positionChannels = 0, heads, freqDim, textDim } = config;
  const number = halves ? 2 : F32;
  const { matrices, others } = wanParameters(config);
  const held = matrices * packed(weights, number) + others * number;

  const tokens = clipWork(model, clip).passes.reduce((sum, pass) => sum + pass, 0);
  // Ten rows of the width at f32; with f16 the sums stay f32, and half of what is between them is there twice for a moment.
  const perToken = (halves ? 5 * F32 + 9 * number : 10 * F32) * dim + 2 * number * ffnDim;
  const turns = (dim / heads) * (F32 + (halves ? number : 0)); // cosines and sines, half a head each
  const texts =
    size.prompts *
    Math.ceil(size.promptTokens / textOptions.padTo) *
    textOptions.padTo *
    (8 * number * dim + F32 * textDim);
  // The clip itself: before and after the step, velocities, fresh noise, patches on their way in and out, a copy for memory.
  const latents = F32 * size.frames * size.height * size.width * (12 * channels + 4 * positionChannels);
  const times = clip.picture || firstFrameFirst ? 2 : 1;
  const levels = times * F32 * (clip.steps * 7 * dim + 4 * 6 * dim + 4 * dim + freqDim);
  const preview = clip.preview ? decodeBytes(model.codec, size, true).total : 0;
  return stage(held, tokens * (perToken + turns) + texts + latents + levels + preview + SMALL);
}

/** A size in latent cells. */
interface Cells {
  readonly height: number;
  readonly width: number;
}

const decodeBytes = (codec: CodecConfig, size: Cells, lastOnly: boolean): StageBytes =>
  codec.kind === 'blocks' ? blockDecoder(codec, size, lastOnly) : autoencoderDecoder(codec, size);

const encodeBytes = (codec: CodecConfig, size: Cells): StageBytes =>
  codec.kind === 'blocks' ? blockEncoder(codec, size) : autoencoderEncoder(codec, size);

const RGB = 3;
const conv = (n: number, c: number, kernel = 3): number => n * c * kernel * kernel + n;
const residuals = (n: number): number => 2 * conv(n, n);

/** Pictures as they leave: three planes painted, shuffled and clipped; a number a pixel packed, and copied to memory. */
const paintedBytes = (pixels: number): number => F32 * pixels * (3 * RGB + 5);

/** Memory blocks of the reference: convolutions from twice the width, and two more. Three in a stage. */
const memoryBlocks = (n: number): number => 3 * (conv(n, 2 * n) + 2 * conv(n, n));

/** Tensors of one stage: its own size, two frames beside each other, and what is remembered of single frames. */
const memoryStage = (frames: number, frame: number): number =>
  F32 * (frames * frame * (6 + 2 * 2) + 10 * frame);

function autoencoderDecoder(
  { channels, patch, widths, grows, lastWidth }: TinyAutoencoderConfig,
  size: Cells,
): StageBytes {
  let weights = conv(widths[0]!, channels);
  let bytes = 4 * F32 * channels * size.height * size.width;
  let frames = 1;
  let area = size.height * size.width;
  for (const [s, grow] of grows.entries()) {
    const n = widths[s]!;
    const next = widths[s + 1] ?? lastWidth;
    weights += memoryBlocks(n) + n * grow * n + next * n * 9;
    bytes += memoryStage(frames, n * area);
    frames *= grow;
    bytes += F32 * frames * n * area; // grown
    area *= 4;
    bytes += 2 * F32 * frames * Math.max(n, next) * area; // doubled, and brought to the next width
  }
  weights += conv(RGB * patch ** 2, lastWidth);
  bytes += F32 * frames * lastWidth * area + paintedBytes(frames * area * patch ** 2);
  return stage(F32 * weights, bytes + SMALL);
}

function autoencoderEncoder(
  { channels, patch, width, pools }: TinyAutoencoderConfig,
  size: Cells,
): StageBytes {
  const planes = RGB * patch ** 2;
  let frames = pools.reduce((a, b) => a * b, 1);
  let area = size.height * size.width * 4 ** pools.length;
  let weights = conv(width, planes);
  let bytes = F32 * frames * area * (2 * planes + 3 * width);
  for (const pool of pools) {
    weights += width * pool * width + width * width * 9 + memoryBlocks(width);
    frames /= pool;
    bytes += 2 * F32 * frames * width * area; // pooled
    area /= 4;
    bytes += memoryStage(frames, width * area);
  }
  weights += conv(channels, width);
  return stage(F32 * weights, bytes + 4 * F32 * channels * area + SMALL);
}

function blockDecoder(config: TinyCodecConfig, size: Cells, lastOnly: boolean): StageBytes {
  const { channels, trunk, trunkBlocks, stages, framesOut, lastShuffle } = config;
  const [s0, s1, s2] = stages;
  const frames = lastOnly ? 1 : framesOut;
  const area = size.height * size.width;
  const base = RGB * 64; // eight pixels each way
  const weights =
    conv(trunk, 3 * channels) +
    trunkBlocks * residuals(trunk) +
    conv(frames * (s0 * 4 + base), trunk, 1) +
    residuals(s0) +
    conv(s1 * 4, s0, 1) +
    residuals(s1) +
    conv(s2 * 4, s1, 1) +
    conv(RGB * lastShuffle ** 2, s2 + RGB);
  const rows =
    area * (2 * 3 * channels + 4 * trunk) + // latents of three instants; the trunk
    frames * area * (3 * base + 3 * 4 * s0) + // a plain picture, and what is painted on it, shuffled once
    frames * 4 * area * (3 * s0 + 3 * 4 * s1) +
    frames * 16 * area * (3 * s1 + 3 * 4 * s2) +
    frames * 64 * area * (2 * s2 + 3 * (s2 + RGB));
  const edges = frames * (2 * size.height + 2 * size.width) * 8 * 2 * (s2 + RGB);
  return stage(
    F32 * weights,
    F32 * (rows + edges) + paintedBytes(frames * 64 * area * lastShuffle ** 2) + SMALL,
  );
}

function blockEncoder({ channels, stride, framesIn }: TinyCodecConfig, size: Cells): StageBytes {
  const area = size.height * size.width;
  const weights = conv(channels, framesIn * RGB, stride);
  return stage(F32 * weights, F32 * area * (2 * framesIn * RGB * stride ** 2 + 3 * channels) + SMALL);
}
