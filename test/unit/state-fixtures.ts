import { MODELS } from '../../models/catalog.ts';
import type { Engine } from '../../src/client/engine.ts';
import { newJob } from '../../src/core/check-job.ts';
import type { GenerateRequest, GenerationReport } from '../../src/protocol/engine-api.ts';
import type { TextStore } from '../../src/state/language.ts';
import type { StudioParts } from '../../src/state/studio.ts';

/** The model that comes with the app. */
export const MANIFEST = MODELS[0];

/** What a studio needs at least: a page without a GPU that keeps nothing, in English. Seeds are `seed` + 1, + 2 … */
export function studioParts(engine: Engine, seed = 0): StudioParts {
  let last = seed;
  return {
    engine,
    manifest: MANIFEST,
    support: { webgpu: false, missing: [], threads: true, findGpu: async () => 'none' },
    languages: ['en'],
    store: null,
    loadLexicon: async () => null,
    loadShelf: () => Promise.reject(new Error('not asked for')),
    drawSeed: () => ++last,
  };
}

/** What a page keeps as text, in a map. */
export const textStore = (notes: Map<string, string>): TextStore => ({
  getItem: (name) => notes.get(name) ?? null,
  setItem: (name, text) => void notes.set(name, text),
});

/** A request for a short clip. */
export const request = (prompt = 'a cat', seed = 7): GenerateRequest => ({
  job: newJob(MANIFEST, { prompt, seed, seconds: 1 }),
  manifest: MANIFEST,
  picture: null,
  device: 'wasm',
  visibleLabel: true,
  preview: true,
});

/** A report as it would come with a clip. */
export const report = (seed = 7): GenerationReport => ({
  device: 'wasm',
  adapter: null,
  precision: 'q8',
  threads: 2,
  model: { id: MANIFEST.id, version: MANIFEST.version, hash: 'aa' },
  seed,
  width: 448,
  height: 256,
  fps: 30,
  frames: 30,
  codec: 'avc1.42001f',
  bytes: 4,
  latents: [1, 24, 3, 8, 14],
  tokens: 84,
  steps: 4,
  seconds: { prepare: 0, text: 0, picture: 0, denoise: 1, decode: 0, encode: 0, total: 1 },
  previewSeconds: 0,
  warnings: [],
  segments: [],
});

/** Waits until something is true. */
export async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('it never became true');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
