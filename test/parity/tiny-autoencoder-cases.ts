import type { TinyAutoencoderConfig } from '../../src/core/model-config.ts';
import {
  cellPixels,
  picturesOf,
  type StreamingPart,
  tinyAutoencoderTensors,
  tinyDecoderPart,
  tinyEncoderPart,
} from '../../src/networks/tiny-autoencoder.ts';
import { formulaInput, formulaWeight } from '../fixtures/formula-weights.ts';
import golden from '../fixtures/golden/tiny-autoencoder.json' with { type: 'json' };
import {
  f32Limit,
  goldenValues,
  type Numbers,
  type ParityCase,
  type RunPart,
  relativeError,
} from './parity-case.ts';

const tensorsOf = (config: TinyAutoencoderConfig): ((name: string) => Float32Array) => {
  const shapes = new Map(tinyAutoencoderTensors(config).map((tensor) => [tensor.name, tensor.shape]));
  return (name) => formulaWeight(name, shapes.get(name)!);
};

/** Runs a part once for each piece of `inputs`, handing on what it remembers. @returns the named output of each run. */
async function stream(
  runPart: RunPart,
  part: StreamingPart,
  inputs: readonly Readonly<Record<string, Numbers>>[],
  output: string,
): Promise<Float32Array[]> {
  let memories: Record<string, Numbers> = Object.fromEntries(
    part.memories.map(({ name, dims }) => [name, new Float32Array(dims.reduce((a, b) => a * b, 1))]),
  );
  const results: Float32Array[] = [];
  for (const given of inputs) {
    const out = await runPart(part, { ...given, ...memories }, {});
    memories = Object.fromEntries(
      part.memories.map(({ name }) => [name, out[`${name}.next`] as Float32Array]),
    );
    results.push(out[output] as Float32Array);
  }
  return results;
}

const joined = (pieces: readonly Float32Array[]): Float32Array => {
  const out = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
};

/** `[F, 3, H, W]` → `[F, 3·p², H/p, W/p]`: PyTorch `pixel_unshuffle`. */
function unshuffle(
  pixels: Float32Array,
  [count, , height, width]: readonly number[],
  patch: number,
): Float32Array {
  const out = new Float32Array(pixels.length);
  let at = 0;
  for (let plane = 0; plane < count! * 3; plane++) {
    for (let i = 0; i < patch * patch; i++) {
      for (let y = Math.floor(i / patch); y < height!; y += patch) {
        for (let x = i % patch; x < width!; x += patch)
          out[at++] = pixels[(plane * height! + y) * width! + x]!;
      }
    }
  }
  return out;
}

/** The tiny autoencoders, a latent frame at a time, against PyTorch with the whole clip at once. */
export function tinyAutoencoderCases(): ParityCase[] {
  return golden.cases.flatMap((entry): ParityCase[] => {
    const config: TinyAutoencoderConfig = entry.config;
    const tensors = tensorsOf(config);
    const make = (name: string, run: ParityCase['run']): ParityCase => ({
      network: 'tiny autoencoder',
      name: `${name}, ${entry.name}`,
      precision: { activations: 'float32', weights: 'float32' },
      half: false,
      tolerance: f32Limit,
      run,
    });
    return [
      make('decodes a clip frame by frame', async (runPart) => {
        const [count = 0, channels = 0, height = 0, width = 0] = entry.latents;
        const all = formulaInput('input.latents', entry.latents).map((x) => 3 * x);
        const frame = channels * height * width;
        const part = tinyDecoderPart(config, { height, width }, tensors);
        const latents = Array.from({ length: count }, (_, t) => ({
          latents: all.slice(t * frame, (t + 1) * frame),
        }));
        const pixels = joined(await stream(runPart, part, latents, 'pixels'));
        const expected = goldenValues(entry.decoded);
        const [painted = 0] = entry.decoded.shape;
        if (painted !== count * picturesOf(config)) throw new RangeError(`${painted} pictures`);
        return { error: relativeError(pixels, expected) };
      }),
      make('encodes a clip piece by piece', async (runPart) => {
        const [count = 0, , height = 0, width = 0] = entry.pixels;
        const all = formulaInput('input.pixels', entry.pixels).map((x) => (x + 1) / 2);
        const part = tinyEncoderPart(config, { height, width }, tensors);
        const [together = 1] = part.inputs[0]!.dims;
        const piece = together * 3 * height * width;
        const pieces = Array.from({ length: count / together }, (_, k) => ({
          pixels: unshuffle(
            all.slice(k * piece, (k + 1) * piece),
            [together, 3, height, width],
            config.patch,
          ),
        }));
        const latents = joined(await stream(runPart, part, pieces, 'latents'));
        if (height / entry.encoded.shape[2]! !== cellPixels(config)) throw new RangeError('cells');
        return { error: relativeError(latents, goldenValues(entry.encoded)) };
      }),
    ];
  });
}
