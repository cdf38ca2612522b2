import { AppError } from '../src/core/errors.ts';
import type { ManifestFile, ModelManifest } from '../src/protocol/manifest.ts';
import seedling from './seedling/weights/seedling.json';
import codecUrl from './seedling/weights/seedling-codec-f16.gguf?url';
import textUrl from './seedling/weights/seedling-text-q8_0.gguf?url';
import transformerUrl from './seedling/weights/seedling-transformer-q8_0.gguf?url';
import tokenizerUrl from './seedling/weights/tokenizer.json?url';

/** What the export writes beside Seedling's weights: `seedling.json`. */
export type SeedlingFacts = typeof seedling;

type SeedlingFileName = keyof SeedlingFacts['files'] & string;

/**
 * The manifest of some Seedling weights.
 * @param urlOf where each file is.
 */
export const seedlingManifest = (
  facts: SeedlingFacts,
  urlOf: (name: SeedlingFileName) => string,
): ModelManifest => {
  const file = (name: SeedlingFileName): ManifestFile => ({
    name,
    url: urlOf(name),
    bytes: facts.files[name].bytes,
    sha256: facts.files[name].sha256,
  });
  return {
    id: 'seedling',
    version: facts.version,
    name: 'Seedling',
    licence: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    files: {
      transformer: file('seedling-transformer-q8_0.gguf'),
      text: file('seedling-text-q8_0.gguf'),
      codec: file('seedling-codec-f16.gguf'),
      tokenizer: file('tokenizer.json'),
    },
    transformer: {
      dim: 256,
      ffnDim: 768,
      layers: 6,
      heads: 4,
      channels: facts.transformer.outChannels,
      positionChannels: facts.transformer.inChannels - facts.transformer.outChannels,
      patch: facts.transformer.patch as [number, number, number],
      freqDim: 256,
      textDim: 128,
      eps: 1e-6,
    },
    numbers: { weights: 'q8', halves: false }, // a small model gains little from f16, and f32 is right everywhere
    firstFrameFirst: facts.firstFrameFirst,
    sampler: { kind: 'euler' },
    text: {
      vocab: 4096,
      dim: 128,
      ffnDim: 256,
      layers: 4,
      heads: 4,
      headDim: 32,
      buckets: 32,
      maxDistance: 128,
      eps: 1e-6,
    },
    textOptions: { lowerCase: true, maxTokens: 512, padTo: facts.text.padTo },
    codec: {
      kind: 'blocks',
      channels: facts.codec.channels,
      stride: 8,
      framesIn: 4,
      framesOut: 15,
      trunk: 128,
      trunkBlocks: 2,
      stages: [48, 32, 16],
      lastShuffle: 4,
    },
    geometry: { latentRate: 2, shortSide: 64, unit: 16, upscale: 4, decoderFps: 30 },
    limits: {
      pictures: true,
      seconds: { min: 1, max: 5, default: 5 },
      fps: { min: 1, max: 30, default: 30 },
      steps: { min: 1, max: 50, default: facts.defaults.steps },
      guidance: { min: 1, max: 10, default: facts.defaults.guidance },
      shift: { min: 1, max: 12, default: facts.defaults.shift },
      aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
      // Two: how things move is seen, and the seam jumps less than the clip itself. Measured over four segments: 4.2 against 4.7 inside
      // (mean difference of the worst frame), with one 5.6 against 5.4.
      // A still scene of 36 segments: ΔE 5.4 without drift, 2.0 with 0.1, and its seams 4.9 against 8.0 inside (`npm run bench -- drift`).
      continuation: { prefixFrames: 2, secondsStep: 1 / 2, from: 'latents', drift: 0.1 },
    },
  };
};

const URLS: Readonly<Record<SeedlingFileName, string>> = {
  'seedling-transformer-q8_0.gguf': transformerUrl,
  'seedling-text-q8_0.gguf': textUrl,
  'seedling-codec-f16.gguf': codecUrl,
  'tokenizer.json': tokenizerUrl,
};

const SEEDLING = seedlingManifest(seedling, (name) => URLS[name]);

/** Every model on offer; the first is the one that comes with the app. */
export const MODELS: readonly [ModelManifest, ...ModelManifest[]] = [SEEDLING];

/**
 * Finds a model by its identifier.
 * @throws {AppError} `model/unknown` naming the models there are.
 */
export function findModel(id: string): ModelManifest {
  const found = MODELS.find((model) => model.id === id);
  if (found) return found;
  throw new AppError(
    'model/unknown',
    `There is no model “${id}” here. Available: ${MODELS.map((model) => model.id).join(', ')}.`,
  );
}
