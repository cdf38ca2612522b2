import type { TinyCodecConfig } from '../../src/core/model-config.ts';
import { codecDecoderPart, codecEncoderPart, codecTensors } from '../../src/networks/tiny-video-codec.ts';
import { formulaInput, formulaValues, formulaWeight } from '../fixtures/formula-weights.ts';
import golden from '../fixtures/golden/codec.json' with { type: 'json' };
import { decodeReference, encodeReference, planes } from './codec-reference.ts';
import { goldenValues, type ParityCase, type RunPart, relativeError } from './parity-case.ts';

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

const GOLDEN_CONFIG: TinyCodecConfig = {
  channels: golden.config.channels,
  stride: golden.config.patch,
  framesIn: golden.config.framesIn,
  framesOut: golden.config.framesOut,
  trunk: golden.config.trunk,
  trunkBlocks: 2,
  stages: [golden.config.stage1, golden.config.stage2, golden.config.stage3],
  lastShuffle: golden.config.final,
};

/** The codec that was trained, in PyTorch, against the graphs: moments of a clip to latents. */
async function goldenEncode(runPart: RunPart): Promise<{ error: number }> {
  const { framesIn, channels } = GOLDEN_CONFIG;
  const [count = 0, height = 0, width = 0] = golden.encode.frames.shape;
  const frames = formulaValues(golden.encode.frames.name, golden.encode.frames.shape); // [F, H, W, 3]
  const moments = (count - 1) / framesIn + 1;
  const area = height * width;
  const pixels = new Float32Array(moments * framesIn * 3 * area); // [T, framesIn·3, H, W]
  for (let f = 0; f < moments * framesIn; f++) {
    const from = Math.max(0, f - framesIn + 1); // the first frame fills the first moment
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < area; i++) {
        pixels[(f * 3 + c) * area + i] = frames[(from * area + i) * 3 + c]! * 0.5 + 0.5;
      }
    }
  }
  const part = codecEncoderPart(
    GOLDEN_CONFIG,
    { frames: moments, height, width },
    formulaTensors(GOLDEN_CONFIG),
  );
  const { latents } = await runPart(part, { pixels }, {}); // [T, C, h, w]
  const expected = goldenValues(golden.encode.output); // [C, T, h, w]
  const cells = expected.length / channels / moments;
  const moved = new Float32Array(expected.length);
  for (let c = 0; c < channels; c++) {
    for (let t = 0; t < moments; t++) {
      const from = (t * channels + c) * cells;
      moved.set(latents!.subarray(from, from + cells) as Float32Array, (c * moments + t) * cells);
    }
  }
  return { error: relativeError(moved, expected) };
}

/** The same: one moment's last frame. */
async function goldenDecode(runPart: RunPart): Promise<{ error: number }> {
  const [, height = 0, width = 0] = golden.decode.input.shape;
  const part = codecDecoderPart(GOLDEN_CONFIG, { height, width }, formulaTensors(GOLDEN_CONFIG), {
    frames: [golden.decode.frame],
  });
  const { pixels } = await runPart(part, { latents: goldenValues(golden.decode.input) }, {});
  return { error: relativeError(pixels!, goldenValues(golden.decode.output).map(clip)) };
}

/** The codec against PyTorch, and its formula in plain loops against the graphs. */
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
    codecCase('encodes as PyTorch does', goldenEncode),
    codecCase('decodes as PyTorch does', goldenDecode),
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
