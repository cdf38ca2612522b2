import type { TinyCodecConfig } from '../../src/core/model-config.ts';
import { codecDecoderPart, codecEncoderPart, codecTensors } from '../../src/networks/tiny-video-codec.ts';
import { formulaInput, formulaWeight } from '../fixtures/formula-weights.ts';
import { decodeReference, encodeReference, planes } from './codec-reference.ts';
import { type ParityCase, relativeError } from './parity-case.ts';

const CONFIG: TinyCodecConfig = {
  channels: 5,
  stride: 4,
  framesIn: 2,
  framesOut: 3,
  trunk: 12,
  trunkBlocks: 2,
  stages: [8, 6, 4],
  lastShuffle: 2,
};
const CELLS = { height: 3, width: 5 };
const PIXELS = { height: 12, width: 20 };

/** Formula weights for any configuration. */
export const formulaTensors = (config: TinyCodecConfig): ((name: string) => Float32Array) => {
  const shapes = new Map(codecTensors(config).map((t) => [t.name, t.shape]));
  return (name) => formulaWeight(name, shapes.get(name)!);
};

const clip = (x: number): number => Math.min(1, Math.max(0, x));

const codecCase = (name: string, run: ParityCase['run'], limit = 2e-5): ParityCase => ({
  network: 'codec',
  name,
  precision: { activations: 'float32', weights: 'float32' },
  half: false,
  tolerance: () => limit,
  run,
});

const latentsInput = (): Float32Array =>
  formulaInput('input.latents', [1, 3 * CONFIG.channels, CELLS.height, CELLS.width]);

/** Frames of the reference's pixels, 0…1. */
function painted(frames: readonly number[]): Float32Array {
  const latents = planes(1, 3 * CONFIG.channels, CELLS.height, CELLS.width, latentsInput());
  const all = decodeReference(CONFIG, latents, formulaWeight);
  const frame = 3 * all.h * all.w;
  const out = new Float32Array(frames.length * frame);
  frames.forEach((f, i) => {
    out.set(all.data.subarray(f * frame, (f + 1) * frame).map(clip), i * frame);
  });
  return out;
}

/** `[n, 3, H, W]` 0…1 as bytes `[n, H, W, 4]`. */
function toBytes(pixels: Float32Array, count: number): Uint8Array {
  const area = pixels.length / count / 3;
  const out = new Uint8Array(count * area * 4).fill(255);
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < area; i++) {
        out[(n * area + i) * 4 + c] = Math.round(255 * pixels[(n * 3 + c) * area + i]!);
      }
    }
  }
  return out;
}

/** The codec's formula in plain loops against the graphs. */
export function codecCases(): ParityCase[] {
  const tensors = formulaTensors(CONFIG);
  const decode = (frames: readonly number[], bytes: boolean): ParityCase['run'] => {
    return async (runPart) => {
      const options = { frames, output: bytes ? ('rgba8' as const) : ('float32' as const) };
      const part = codecDecoderPart(CONFIG, CELLS, tensors, options);
      const { pixels } = await runPart(part, { latents: latentsInput() }, {});
      const expected = painted(frames);
      if (!bytes) return { error: relativeError(pixels!, expected) };
      const { buffer, byteOffset, byteLength } = pixels!;
      return {
        error: relativeError(
          new Uint8Array(buffer, byteOffset, byteLength),
          toBytes(expected, frames.length),
        ),
      };
    };
  };
  return [
    codecCase('encodes two pictures', async (runPart) => {
      const dims = [2, 3 * CONFIG.framesIn, PIXELS.height, PIXELS.width] as const;
      const pixels = formulaInput('input.pixels', dims);
      const part = codecEncoderPart(CONFIG, { frames: 2, ...PIXELS }, tensors);
      const { latents } = await runPart(part, { pixels }, {});
      const expected = encodeReference(CONFIG, planes(...dims, pixels), formulaWeight);
      return { error: relativeError(latents!, expected.data) };
    }),
    codecCase('decodes all frames of a latent frame', decode([0, 1, 2], false)), // 3·5 channels in: the graph pads channels here
    codecCase('decodes some frames of a latent frame', decode([2, 0], false)),
    // A number near a half may round either way: one step in a few bytes.
    codecCase('decodes to bytes', decode([0, 1, 2], true), 1e-3),
  ];
}
