// A Wan transformer on the device: every block's weights resident, one block session run once per block. The sampling
// arithmetic runs there too, so that between steps only scalars go up and nothing comes down.

import { isAbort } from '../core/errors.ts';
import type { WanConfig } from '../core/model-config.ts';
import type { LatentOps } from '../core/samplers.ts';
import type { GraphPart, Precision } from '../networks/part.ts';
import {
  sinusoidalTimestep,
  type WanGraphs,
  type WanShape,
  wanGraphs,
  wanPositions,
  wanRope,
  wanTokens,
} from '../networks/wan-transformer.ts';
import { breathe } from '../weights/breathe.ts';
import { type LoadedWeights, loadPartWeights, type WeightOrigin } from './part-weights.ts';
import type { DeviceTensor, Runtime, Session } from './runtime.ts';

/** Blocks between two waits for the GPU: keeps its queue short enough for cancel and progress. */
const BLOCKS_PER_WAIT = 4;

/** What one evaluation predicts: with a prompt, and with the negative prompt where guidance asks for it. */
export interface GuidedVelocity {
  readonly cond: DeviceTensor;
  readonly uncond: DeviceTensor | null;
}

/** Sizes of a run, and which of its frames are known already. */
export interface DenoisePass {
  readonly shape: Omit<WanShape, 'textLength'>;
  /** Leading latent frames that are given and stay as they are. */
  readonly prefixFrames: number;
}

/** What stays the same for all passes over a clip. */
export interface DenoiseSetup {
  readonly config: WanConfig;
  /** Rows of the text states of each prompt, padding included. Each different one has sessions of its own. */
  readonly textLengths: readonly number[];
  readonly precision: Precision;
  readonly guidance: number;
  readonly signal?: AbortSignal;
  /** Called after each block, for progress. */
  readonly onBlock?: () => void;
}

type PartName = keyof WanGraphs;

/** The parts that see the text: their graphs depend on its length. */
const TEXT_PARTS: readonly PartName[] = ['text', 'block'];

/** What the blocks and the head are told about a noise level. */
interface TimeStates {
  readonly e: DeviceTensor;
  readonly modulation: DeviceTensor;
}

/** A loaded transformer, ready for one pass at a time. The owner calls {@link Transformer.free}. */
export class Transformer {
  readonly #runtime: Runtime;
  readonly #origin: WeightOrigin;
  readonly #setup: DenoiseSetup;
  #pass: DenoisePass;
  /** By part; those that see the text by part and length. */
  readonly #sessions = new Map<string, Session>();
  /** By part, whatever the sizes of the pass. */
  readonly #weights = new Map<PartName, LoadedWeights>();
  readonly #blocks: LoadedWeights[] = [];
  readonly #constants: Record<string, DeviceTensor> = {};
  readonly #contexts: DeviceTensor[] = [];
  readonly #times = new Map<number, TimeStates>();

  private constructor(runtime: Runtime, origin: WeightOrigin, setup: DenoiseSetup, pass: DenoisePass) {
    this.#runtime = runtime;
    this.#origin = origin;
    this.#setup = setup;
    this.#pass = pass;
  }

  /**
   * Reads all weights to the device and prepares the sessions for a first pass.
   * @throws {AppError} `model/…`, `gpu/out-of-memory`; rejects with AbortError. Nothing stays behind on failure.
   */
  static async load(
    runtime: Runtime,
    origin: WeightOrigin,
    setup: DenoiseSetup,
    pass: DenoisePass,
  ): Promise<Transformer> {
    const transformer = new Transformer(runtime, origin, setup, pass);
    try {
      await transformer.enter(pass);
      return transformer;
    } catch (error) {
      await transformer.free();
      throw error;
    }
  }

  /**
   * Prepares for latents of other sizes: weights and contexts stay on the device, noise levels are to be prepared anew.
   * @throws {AppError} `gpu/out-of-memory`; rejects with AbortError. What there is by then goes with {@link Transformer.free}.
   */
  async enter(pass: DenoisePass): Promise<void> {
    await this.#leave();
    this.#pass = pass;
    const { config, textLengths, precision, signal } = this.#setup;
    for (const textLength of new Set(textLengths)) {
      const graphs = wanGraphs(config, { ...pass.shape, textLength }, precision);
      for (const [name, part] of Object.entries(graphs) as [PartName, GraphPart][]) {
        signal?.throwIfAborted();
        const key = TEXT_PARTS.includes(name) ? `${name} ${textLength}` : name;
        if (!this.#sessions.has(key)) this.#sessions.set(key, await this.#runtime.createSession(part));
        if (name !== 'block' && !this.#weights.has(name)) {
          this.#weights.set(
            name,
            await loadPartWeights(this.#runtime, this.#origin, part, precision, 0, signal),
          );
        }
      }
      // The weights are the same whatever the text's length and the clip's size.
      for (let i = this.#blocks.length; i < config.layers; i++) {
        this.#blocks.push(
          await loadPartWeights(this.#runtime, this.#origin, graphs.block, precision, i, signal),
        );
        await breathe();
      }
    }
    this.#makeConstants();
  }

  /** Gives back what belongs to one pass. The projection of the text does not know the clip's size: it stays. */
  async #leave(): Promise<void> {
    for (const [key, session] of this.#sessions) {
      if (key.startsWith('text ')) continue;
      this.#sessions.delete(key);
      await session.release();
    }
    for (const { e, modulation } of this.#times.values()) {
      e.free();
      modulation.free();
    }
    this.#times.clear();
    for (const [name, tensor] of Object.entries(this.#constants)) {
      tensor.free();
      delete this.#constants[name];
    }
  }

  /** What stays the same for all steps of a pass: positions, which timestep each token has, which frames move. */
  #makeConstants(): void {
    const { config, guidance } = this.#setup;
    const { shape, prefixFrames } = this.#pass;
    const rope = wanRope(config, shape);
    const tokens = wanTokens(config, shape);
    const perFrame = tokens / shape.frames;
    for (const name of ['cos', 'sin'] as const) {
      this.#constants[name] = this.#runtime.upload(
        { dtype: 'float32', dims: [tokens, rope[name].length / tokens] },
        rope[name],
      );
    }
    if (config.positionChannels) {
      this.#constants.positions = this.#runtime.upload(
        { dtype: 'float32', dims: [1, config.positionChannels, shape.frames, shape.height, shape.width] },
        wanPositions(config, shape),
      );
    }
    const tokenTime = new Int32Array(tokens); // [N]: 0 = moving, 1 = given (timestep 0)
    tokenTime.fill(1, 0, shape.times > 1 ? prefixFrames * perFrame : 0);
    this.#constants.token_time = this.#runtime.upload({ dtype: 'int32', dims: [tokens] }, tokenTime);
    const mask = new Float32Array(shape.frames).fill(1);
    mask.fill(0, 0, prefixFrames);
    this.#constants.mask = this.#runtime.upload({ dtype: 'float32', dims: [1, 1, shape.frames, 1, 1] }, mask);
    this.#constants.guidance = this.#runtime.upload(
      { dtype: 'float32', dims: [1] },
      new Float32Array([guidance]),
    );
  }

  /**
   * Projects text states to what the blocks attend to. Once per prompt, for all passes.
   * @param states `[L, textDim]` f32, L = one of the textLengths. The transformer keeps the result until freed.
   */
  async context(states: Float32Array): Promise<DeviceTensor> {
    const { config } = this.#setup;
    const length = states.length / config.textDim;
    const text = this.#runtime.upload({ dtype: 'float32', dims: [1, length, config.textDim] }, states);
    const { context } = await this.#run('text', { text }, `text ${length}`);
    await this.#runtime.finish();
    text.free();
    this.#contexts.push(context!);
    return context!;
  }

  /** Latents to the device. The caller frees them (or gives them to {@link Transformer.ops}). */
  latents(data: Float32Array): DeviceTensor {
    const { config } = this.#setup;
    const { shape } = this.#pass;
    return this.#runtime.upload(
      { dtype: 'float32', dims: [1, config.channels, shape.frames, shape.height, shape.width] },
      data,
    );
  }

  /** Works out ahead what depends on the noise level alone, so that a step sends nothing but scalars to the device. */
  async prepareTimes(sigmas: readonly number[]): Promise<void> {
    for (const sigma of sigmas) await this.#timeStates(sigma);
  }

  async #timeStates(sigma: number): Promise<TimeStates> {
    const known = this.#times.get(sigma);
    if (known) return known;
    const { config } = this.#setup;
    const { shape } = this.#pass;
    const timesteps = shape.times > 1 ? [1000 * sigma, 0] : [1000 * sigma];
    const timestep = this.#runtime.upload(
      { dtype: 'float32', dims: [timesteps.length, config.freqDim] },
      sinusoidalTimestep(config, timesteps), // [M, freqDim]
    );
    try {
      const { e, modulation } = await this.#run('time', { timestep });
      const states = { e: e!, modulation: modulation! };
      this.#times.set(sigma, states);
      await this.#runtime.finish();
      return states;
    } finally {
      timestep.free();
    }
  }

  /**
   * One evaluation of the network.
   * @param x `[1, C, T, h, w]`; not consumed.
   * @returns the velocity `noise − clean`, same shape; the caller frees it.
   */
  async velocity(x: DeviceTensor, sigma: number, context: DeviceTensor): Promise<DeviceTensor> {
    const { signal, onBlock } = this.#setup;
    const { e, modulation } = await this.#timeStates(sigma);
    const { cos, sin, token_time, positions } = this.#constants;
    let hidden = (await this.#run('embed', { latents: x, ...(positions && { positions }) })).x!; // [1, N, D]
    const session = this.#sessions.get(`block ${context.dims[1]}`)!;
    try {
      for (const [i, weights] of this.#blocks.entries()) {
        signal?.throwIfAborted();
        const feeds = {
          x: hidden,
          context,
          modulation,
          token_time: token_time!,
          cos: cos!,
          sin: sin!,
          ...weights.feeds,
        };
        const { out } = await session.run(feeds);
        hidden.free();
        hidden = out!;
        if ((i + 1) % BLOCKS_PER_WAIT === 0) await this.#runtime.finish();
        onBlock?.();
        await breathe();
      }
      signal?.throwIfAborted();
      const { velocity } = await this.#run('head', { x: hidden, e, token_time: token_time! });
      await this.#runtime.finish();
      return velocity!;
    } finally {
      hidden.free();
    }
  }

  /** The sampler's arithmetic on the device. Frames of the prefix never move. Not consuming: the caller frees what it gave. */
  readonly ops: LatentOps<DeviceTensor, GuidedVelocity> = {
    addScaled: async (x, { cond, uncond }, scale) => {
      const delta = this.#runtime.upload({ dtype: 'float32', dims: [1] }, new Float32Array([scale]));
      const { mask, guidance } = this.#constants;
      try {
        const { out } = uncond
          ? await this.#run('combine', { x, cond, uncond, mask: mask!, guidance: guidance!, delta })
          : await this.#run('combineOne', { x, cond, mask: mask!, delta });
        return out!;
      } finally {
        delta.free();
      }
    },
  };

  async #run(
    name: PartName,
    feeds: Readonly<Record<string, DeviceTensor>>,
    key: string = name,
  ): Promise<Record<string, DeviceTensor>> {
    return this.#sessions.get(key)!.run({ ...feeds, ...this.#weights.get(name)?.feeds });
  }

  /** Gives everything on the device back. Idempotent. */
  async free(): Promise<void> {
    await this.#runtime.finish().catch((error: unknown) => {
      if (isAbort(error)) throw error; // a lost device has nothing left to wait for
    });
    await this.#leave();
    for (const session of this.#sessions.values()) await session.release();
    for (const weights of [...this.#blocks, ...this.#weights.values()]) weights.free();
    for (const context of this.#contexts) context.free();
    this.#sessions.clear();
    this.#weights.clear();
    this.#blocks.length = 0;
    this.#contexts.length = 0;
  }
}
