import { assert } from '../core/errors.ts';
import type { WanConfig } from '../core/model-config.ts';

/** Size of a run of the transformer. */
export interface WanShape {
  /** Latent frames, T. */
  readonly frames: number;
  /** Latent rows, h. */
  readonly height: number;
  /** Latent columns, w. */
  readonly width: number;
  /** Rows of the text states, L, padding included. */
  readonly textLength: number;
  /** Different timesteps in one run, M: 1, or 2 with a clean prefix. */
  readonly times: number;
}

const THETA = 10_000; // the base of both kinds of sinusoids in Wan

/** Patches along time, rows and columns. @throws {AppError} `internal/invariant` if the patch does not divide the latents. */
export function wanGrid(
  config: Pick<WanConfig, 'patch'>,
  shape: Pick<WanShape, 'frames' | 'height' | 'width'>,
): readonly [t: number, y: number, x: number] {
  const [pt, py, px] = config.patch;
  const grid = [shape.frames / pt, shape.height / py, shape.width / px] as const;
  assert(
    grid.every((n) => Number.isInteger(n) && n > 0),
    `latents of ${shape.frames}×${shape.height}×${shape.width} cannot be cut into patches of ${pt}×${py}×${px}`,
  );
  return grid;
}

/** Tokens of a run, N: one a patch. */
export const wanTokens = (
  config: Pick<WanConfig, 'patch'>,
  shape: Pick<WanShape, 'frames' | 'height' | 'width'>,
): number => wanGrid(config, shape).reduce((n, axis) => n * axis, 1);

/** Rotations per axis: a head's pairs are shared out in thirds, and time takes what is left over (128: 44, 42, 42 numbers). */
function axisPairs(headDim: number): readonly [t: number, y: number, x: number] {
  const third = Math.floor(headDim / 6);
  return [headDim / 2 - 2 * third, third, third];
}

/**
 * Rotary embedding of every token, computed in f64.
 * @returns `cos` and `sin` `[N, headDim/2]`: per token the angles of its frame, then its row, then its column.
 * Source: Wan `rope_params`, `rope_apply`; diffusers `WanRotaryPosEmbed`.
 */
export function wanRope(
  config: WanConfig,
  shape: Pick<WanShape, 'frames' | 'height' | 'width'>,
): { cos: Float32Array; sin: Float32Array } {
  const grid = wanGrid(config, shape);
  const headDim = config.dim / config.heads;
  const pairs = axisPairs(headDim);
  const half = headDim / 2;
  const cos = new Float32Array(wanTokens(config, shape) * half);
  const sin = new Float32Array(cos.length);
  let at = 0;
  for (let t = 0; t < grid[0]; t++) {
    for (let y = 0; y < grid[1]; y++) {
      for (let x = 0; x < grid[2]; x++) {
        [t, y, x].forEach((position, axis) => {
          const count = pairs[axis]!;
          for (let i = 0; i < count; i++, at++) {
            const angle = position / THETA ** (i / count);
            cos[at] = Math.cos(angle);
            sin[at] = Math.sin(angle);
          }
        });
      }
    }
  }
  return { cos, sin };
}

/** Latent channels that enter the patch embedding: the latents' own and those that say where they are. */
export const wanInputChannels = (config: Pick<WanConfig, 'channels' | 'positionChannels'>): number =>
  config.channels + (config.positionChannels ?? 0);

/**
 * Where each latent is, for models with {@link WanConfig.positionChannels} P. Rotary angles tell how far two tokens are
 * apart; these tell the upper edge from the lower and the beginning from the end (CoordConv, arXiv:1807.03247).
 * @returns `[P, T, h, w]`: P/3 cosines cos(π·n·u), n = 1 …, of time, then of rows, then of columns. u = k/(T−1) in time
 * (0 for a single frame), (i + ½)/n along a side.
 */
export function wanPositions(
  config: Pick<WanConfig, 'positionChannels'>,
  { frames, height, width }: Pick<WanShape, 'frames' | 'height' | 'width'>,
): Float32Array {
  const waves = (config.positionChannels ?? 0) / 3;
  assert(Number.isInteger(waves), `${config.positionChannels} position channels: a multiple of 3 is needed`);
  const out = new Float32Array(3 * waves * frames * height * width);
  let at = 0;
  for (let axis = 0; axis < 3; axis++) {
    for (let n = 1; n <= waves; n++) {
      for (let t = 0; t < frames; t++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++, at++) {
            const u = [t / Math.max(frames - 1, 1), (y + 0.5) / height, (x + 0.5) / width][axis]!;
            out[at] = Math.cos(Math.PI * n * u);
          }
        }
      }
    }
  }
  return out;
}

/**
 * Timesteps as sinusoids, the input of the `time` part, computed in f64.
 * @param timesteps 0 … 1000, that is 1000·σ.
 * @returns `[M, freqDim]`: cosines, then sines. Source: Wan `sinusoidal_embedding_1d`.
 */
export function sinusoidalTimestep(
  config: Pick<WanConfig, 'freqDim'>,
  timesteps: readonly number[],
): Float32Array {
  const half = config.freqDim / 2;
  const out = new Float32Array(timesteps.length * config.freqDim);
  timesteps.forEach((timestep, row) => {
    for (let i = 0; i < half; i++) {
      const angle = timestep / THETA ** (i / half);
      out[row * config.freqDim + i] = Math.cos(angle);
      out[row * config.freqDim + half + i] = Math.sin(angle);
    }
  });
  return out;
}
