// Files that the packages of the published formats wrote, from their bytes to the frames.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeRuntime, openNodeEngine } from '../../scripts/node-engine.ts';
import { newJob } from '../../src/core/check-job.ts';
import { denoise, denoisePasses } from '../../src/engine/denoise.ts';
import { type ModelFiles, openModelFiles } from '../../src/engine/model-files.ts';
import { JobClock } from '../../src/engine/progress.ts';
import { encodeText } from '../../src/engine/text-encoder.ts';
import type { Precision } from '../../src/networks/part.ts';
import { bufferSource } from '../../src/weights/byte-source.ts';
import { readTensor } from '../../src/weights/read-tensor.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import golden from '../fixtures/golden/tiny-checkpoint.json' with { type: 'json' };
import { CHECKPOINT_FOLDER, type CheckpointLayout, tinyCheckpoint } from '../fixtures/tiny-checkpoint.ts';
import { goldenValues, relativeError } from '../parity/parity-case.ts';
import { ROOT } from './source-files.ts';

const FOLDER = join(ROOT, CHECKPOINT_FOLDER);
const LAYOUTS = Object.keys(golden.layouts) as CheckpointLayout[];
const F32: Precision = { activations: 'float32', weights: 'float32' };
const LATENTS_ERROR = 1e-4;
const ROUNDING = 1; // of 255: the reference paints in f64
const bytesOf = (name: string): Uint8Array => readFileSync(join(FOLDER, name));

const open = (layout: CheckpointLayout): Promise<ModelFiles> =>
  openModelFiles(tinyCheckpoint(layout), async ({ name }) => bufferSource(bytesOf(name), name));

test('the golden file lists exactly the files that are there', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(Object.keys(golden.files).toSorted());
  for (const [name, { bytes, sha256 }] of Object.entries(golden.files)) {
    const content = bytesOf(name);
    expect([name, content.length]).toEqual([name, bytes]);
    expect(createHash('sha256').update(content).digest('hex'), name).toBe(sha256);
  }
});

type Listed = readonly (readonly [name: string, shape: readonly number[], sum: number, norm: number])[];
const weightFiles = Object.entries(golden.files).flatMap(([name, file]) =>
  'tensors' in file ? [[name, file.tensors as unknown as Listed] as const] : [],
);

test.each(weightFiles)('every tensor of %s is read as its own package reads it', async (name, listed) => {
  const file = await openWeightFile(bufferSource(bytesOf(name), name));
  expect([...file.tensors.keys()].toSorted()).toEqual(listed.map(([tensor]) => tensor).toSorted());
  for (const [tensor, shape, sum, norm] of listed) {
    expect([tensor, file.tensors.get(tensor)?.shape]).toEqual([tensor, shape]);
    const packed = await readTensor(file, tensor, 'float32');
    const values = 'data' in packed ? Array.from(packed.data as Float32Array) : [];
    expect(Math.hypot(...values) / norm, tensor).toBeCloseTo(1, 9);
    expect(Math.abs(values.reduce((a, b) => a + b, 0) - sum) / norm, tensor).toBeLessThan(1e-9);
  }
});

test.each(golden.prompts)('“$text” becomes the tokens of the tokenizers package', async ({ text, ids }) => {
  const { tokenizer } = await open('gguf');
  expect(tokenizer.encode(text).ids).toEqual(ids);
});

describe.each(LAYOUTS)('a model in %s files', (layout) => {
  const expected = golden.layouts[layout];

  test('gives the latents of the reference with the same files', async () => {
    const manifest = tinyCheckpoint(layout);
    const files = await open(layout);
    const runtime = nodeRuntime(1);
    const states = await encodeText(runtime, files.text, manifest.text, F32, golden.prompts[0]!.ids);
    const { data } = await denoise(
      runtime,
      {
        manifest,
        weights: files.transformer,
        precision: F32,
        passes: denoisePasses(manifest, golden.size, 0),
        steps: golden.timesteps.length,
        shift: 1,
        guidance: 1,
        seed: golden.seed,
        states: [states],
        prefix: null,
      },
      { signal: new AbortController().signal, clock: new JobClock('test', () => {}), previewer: null },
    );
    expect(relativeError(data, goldenValues(expected.latents))).toBeLessThanOrEqual(LATENTS_ERROR);
  });
});

test('from a prompt and GGUF files, nothing is lost on the way to the frames', async () => {
  const manifest = tinyCheckpoint('gguf'); // Q8_0, which the engine keeps as it is
  const engine = await openNodeEngine(manifest, FOLDER, 1);
  const job = newJob(manifest, { prompt: golden.prompts[0]!.text, seed: golden.seed });
  const { width, height, frames } = await engine.make(job);
  expect([width, height, frames.length]).toEqual([64, 64, 12]);
  const { every, values } = golden.frames;
  const rgb = frames.flatMap((frame) => Array.from(frame).filter((_, i) => i % 4 < 3));
  let largest = 0;
  for (let i = 0; i < rgb.length; i += every)
    largest = Math.max(largest, Math.abs(rgb[i]! - values[i / every]!));
  expect(largest).toBeLessThanOrEqual(ROUNDING);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(50); // they are no grey
});
