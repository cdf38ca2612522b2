// The published models on offer: that the catalogue and the facts that the reference code gives agree.
import { describe, expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { checkJob, newJob } from '../../src/core/check-job.ts';
import { clipShape } from '../../src/core/video-format.ts';
import { codecFacts } from '../../src/engine/codec.ts';
import { HUB, hubAddress, MODEL_PARTS, openManifest } from '../../src/protocol/open-model.ts';
import golden from '../fixtures/golden/tensor-names.json' with { type: 'json' };

const REFERENCE = { 'wan2.2-ti2v-5b': 'Wan2.2-TI2V-5B', 'wan2.1-t2v-1.3b': 'Wan2.1-T2V-1.3B' } as const;

describe.each(OPEN_MODELS.map((model) => [model.name, model] as const))('%s', (_, model) => {
  test('has the shape of the reference', () => {
    const reference = golden.models[REFERENCE[model.id as keyof typeof REFERENCE]];
    expect(model.transformer).toEqual(reference.config);
    expect(model.text).toEqual(golden.models['umt5-xxl-encoder'].config);
    expect(codecFacts(model.codec).pictures).toBe(4);
    expect(codecFacts(model.codec).stride * model.transformer.patch[1]).toBe(model.geometry.unit);
    expect(model.geometry.decoderFps).toBe(4 * model.geometry.latentRate);
    expect(model.codec.channels).toBe(model.transformer.channels);
  });

  test('says of each file where it is, how large, and whether that was confirmed', () => {
    for (const part of MODEL_PARTS) {
      const file = model.files[part];
      expect(file.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(file.path.split('.').at(-1)).toBe(file.format);
      expect(file.bytes).toBeGreaterThan(1e6);
      if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      // What is confirmed stays what it is: a commit, and a hash to prove it.
      if (file.confirmed) {
        expect(file.revision).toMatch(/^[0-9a-f]{40}$/);
        expect(file.sha256).not.toBeNull();
      }
      expect(file.licence.url).toMatch(/^https:/);
      expect(hubAddress(file)).toBe(`${HUB}/${file.repository}/resolve/${file.revision}/${file.path}`);
    }
  });

  test('makes five seconds of every named shape, the 5B in at most eight thousand tokens', () => {
    for (const aspect of ['16:9', '9:16', '1:1', '21:9']) {
      const job = newJob(model, { prompt: 'a cat', seed: 1 }, { aspect });
      expect(() => checkJob(job, model.limits, { hasPicture: false })).not.toThrow();
      const shape = clipShape(model.geometry, aspect, 5, job.fps);
      const cell = model.geometry.unit;
      const tokens = (shape.latentFrames * shape.encoderWidth * shape.encoderHeight) / cell ** 2;
      expect(Number.isInteger(tokens)).toBe(true);
      if (model.id === 'wan2.2-ti2v-5b' && aspect !== '21:9') expect(tokens).toBeLessThanOrEqual(8000);
    }
  });

  test('becomes a manifest of stored files with the hashes that were verified', () => {
    const at = (letter: string) => ({ key: `key-${letter}`, sha256: letter });
    const kept = { transformer: at('a'), text: at('b'), codec: at('c'), tokenizer: at('d') };
    const manifest = openManifest(model, kept, 'https://mirror.example/');
    for (const part of MODEL_PARTS) {
      expect(manifest.files[part]).toMatchObject({ sha256: kept[part].sha256, stored: kept[part].key });
      expect(manifest.files[part].url).toMatch(/^https:\/\/mirror\.example\/\w/);
    }
    expect(manifest).not.toHaveProperty('languages');
  });
});

test('addresses keep odd names whole', () => {
  expect(hubAddress({ repository: 'a/b', revision: 'refs/pr/1', path: 'x y/z#1.gguf' }, 'http://h/')).toBe(
    'http://h/a/b/resolve/refs%2Fpr%2F1/x%20y/z%231.gguf',
  );
});

test('the text encoder is one file for all models', () => {
  expect(new Set(OPEN_MODELS.map((model) => hubAddress(model.files.text))).size).toBe(1);
});
