// How long a clip will take, from what was measured on this device. Without a measurement there is no number: null.
import {
  type AttentionRate,
  attentionFlops,
  type BlockRate,
  type DeviceRates,
  type ProductRate,
  productFlops,
} from './device-rates.ts';
import type { ModelGeometry } from './job.ts';
import type { WanConfig } from './model-config.ts';
import { blockOperations, evaluationFlops, type Operations } from './model-cost.ts';
import { clipShape } from './video-format.ts';

/** What is to be made. */
export interface ClipAsk {
  /** `W:H`. */
  readonly aspect: string;
  readonly seconds: number;
  readonly fps: number;
  readonly steps: number;
  /** 1 takes one evaluation a step, anything else two. */
  readonly guidance: number;
}

/** What a model makes when nothing is said. */
export interface ClipDefaults {
  readonly seconds: { readonly default: number };
  readonly fps: { readonly default: number };
  readonly steps: { readonly default: number };
  readonly guidance: { readonly default: number };
  readonly aspect: { readonly default: string };
}

/** The clip that is made when nothing is said. */
export const defaultClip = ({ seconds, fps, steps, guidance, aspect }: ClipDefaults): ClipAsk => ({
  aspect: aspect.default,
  seconds: seconds.default,
  fps: fps.default,
  steps: steps.default,
  guidance: guidance.default,
});

/** What an estimate has to know of a model; a manifest has it all. */
export interface EstimatedModel {
  readonly transformer: WanConfig;
  readonly numbers: { readonly weights: 'q8' | 'q4' };
  readonly geometry: ModelGeometry;
  readonly textOptions: { readonly padTo: number };
  /** See `ModelManifest.firstFrameFirst`: the first latent frame is a pass of its own. */
  readonly firstFrameFirst: boolean;
}

/** The work of denoising one clip. */
export interface ClipWork {
  /** Tokens in each pass over the clip. */
  readonly passes: readonly number[];
  /** Rows of text states that each token attends to. */
  readonly textTokens: number;
  /** Of the network, in each pass. */
  readonly evaluations: number;
  /** Per pass: two with guidance. */
  readonly evaluationsPerStep: number;
  readonly flops: number;
}

/** Seconds, and what they rest on. */
export interface ClipEstimate {
  /** One step of the longest pass. */
  readonly stepSeconds: number;
  /** Denoising alone: reading the model, the words and painting the frames come on top. */
  readonly seconds: number;
  /**
   * `blocks`: a block of this model was run here. `products`: only its products and attention, maybe at smaller sizes; what lies
   * between them is missing, so it will rather take longer.
   */
  readonly basis: 'blocks' | 'products';
}

/** Rows of a prompt's states where they are not padded: a sentence. It hardly matters, the clip has many more. */
const UNPADDED_TEXT = 32;

/** Counts what denoising a clip takes. @throws {AppError} `input/aspect`. */
export function clipWork(model: EstimatedModel, ask: ClipAsk): ClipWork {
  const { transformer, geometry, textOptions, firstFrameFirst } = model;
  const shape = clipShape(geometry, ask.aspect, ask.seconds, ask.fps);
  const perFrame = (shape.encoderWidth * shape.encoderHeight) / geometry.unit ** 2;
  const tokens = (perFrame * shape.latentFrames) / transformer.patch[0];
  const passes = firstFrameFirst && shape.latentFrames > 1 ? [perFrame, tokens] : [tokens];
  const textTokens = textOptions.padTo > 1 ? textOptions.padTo : UNPADDED_TEXT;
  const evaluationsPerStep = ask.guidance === 1 ? 1 : 2;
  const evaluations = ask.steps * evaluationsPerStep;
  const flops =
    evaluations * passes.reduce((sum, pass) => sum + evaluationFlops(transformer, pass, textTokens), 0);
  return { passes, textTokens, evaluations, evaluationsPerStep, flops };
}

/** Estimates a clip. Null if nothing was measured that it could be told from. */
export function estimateClip(model: EstimatedModel, ask: ClipAsk, rates: DeviceRates): ClipEstimate | null {
  const { transformer, numbers } = model;
  const { passes, textTokens, evaluations, evaluationsPerStep } = clipWork(model, ask);
  const speed = speedOf(transformer, numbers.weights, rates);
  const block = rates.blocks.find(
    ({ weights, dim, ffnDim }) =>
      weights === numbers.weights && dim === transformer.dim && ffnDim === transformer.ffnDim,
  );
  if (!block && !speed) return null;
  const secondsOf = (tokens: number): number =>
    transformer.layers * blockSeconds(transformer, tokens, textTokens, block, speed);
  return {
    stepSeconds: evaluationsPerStep * secondsOf(Math.max(...passes)),
    seconds: evaluations * passes.reduce((sum, tokens) => sum + secondsOf(tokens), 0),
    basis: block ? 'blocks' : 'products',
  };
}

/** Seconds per operation. */
type Speed = Operations;

/**
 * A block at the size asked for. One that was run at another size is scaled by what its products and attention are expected to
 * take at both, so that all else keeps its share.
 */
function blockSeconds(
  config: WanConfig,
  tokens: number,
  textTokens: number,
  block: BlockRate | undefined,
  speed: Speed | null,
): number {
  const { linear, attention } = speed ?? { linear: 1, attention: 1 };
  const expected = (n: number, text: number): number => {
    const work = blockOperations(config, n, text);
    return work.linear * linear + work.attention * attention;
  };
  const here = expected(tokens, textTokens);
  return block ? (block.seconds * here) / expected(block.tokens, block.textTokens) : here;
}

/** What this device needs for an operation: of the measured products and attentions those whose width is nearest count. */
function speedOf(config: WanConfig, weights: 'q8' | 'q4', rates: DeviceRates): Speed | null {
  const bits = weights === 'q8' ? 8 : 4;
  const product = nearest<ProductRate>(
    rates.products.filter((rate) => rate.bits === bits),
    ({ inner }) => inner,
    config.dim,
  );
  const attention = nearest<AttentionRate>(rates.attention, ({ width }) => width, config.dim);
  return product && attention
    ? { linear: 1 / productFlops(product), attention: 1 / attentionFlops(attention) }
    : null;
}

function nearest<T>(rates: readonly T[], widthOf: (rate: T) => number, width: number): T | undefined {
  const distance = (rate: T): number => Math.abs(Math.log(widthOf(rate) / width));
  return [...rates].sort((a, b) => distance(a) - distance(b))[0];
}
