// What the list of models says about time: only what was measured here.
import { describe, expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { defaultClip } from '../../src/core/clip-estimate.ts';
import type { GenerationReport } from '../../src/protocol/engine-api.ts';
import { clipOutlook } from '../../src/state/clip-outlook.ts';
import { keepClipTime, keptClipTime, secondsFrom } from '../../src/state/clip-times.ts';
import { keepReport } from '../../src/state/kept-report.ts';
import type { TextStore } from '../../src/state/language.ts';
import { OUTLOOK_TEXTS, outlookInWords } from '../../src/ui/texts/outlook-texts.ts';
import { gpuReport } from '../fixtures/gpu-report.ts';
import { MANIFEST, report, request } from './state-fixtures.ts';

const memory = (): TextStore => {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text) };
};
const wan = OPEN_MODELS[0]!;

/** A clip of one second that took 4 s of denoising, 1 s of it previews, and 2 s of everything else. */
const made: GenerationReport = {
  ...report(),
  previewSeconds: 1,
  seconds: { ...report().seconds, denoise: 4, decode: 2, total: 6 },
};

describe('how long a clip takes', () => {
  test('is not said before anything was measured', () => {
    for (const store of [null, memory()]) {
      expect(clipOutlook(wan, 'hardware', store)).toEqual({ kind: 'unmeasured' });
      expect(clipOutlook(wan, 'none', store)).toEqual({ kind: 'after-a-clip' });
      expect(clipOutlook(MANIFEST, 'software', store)).toEqual({ kind: 'after-a-clip' });
    }
  });

  test('is reckoned from the report on the graphics card that is here', () => {
    const store = memory();
    keepReport(gpuReport(), store);
    expect(clipOutlook(wan, 'hardware', store)).toMatchObject({
      kind: 'reckoned',
      basis: 'products',
      adapter: 'a fast card',
    });
    expect(clipOutlook(wan, null, store).kind).toBe('reckoned');
    expect(clipOutlook(wan, 'none', store).kind).toBe('after-a-clip');
  });

  test('is not reckoned from a software adapter’s report, nor from a card that failed the self-test', () => {
    const store = memory();
    keepReport(gpuReport({ adapter: { ...gpuReport().adapter, software: true } }), store);
    expect(clipOutlook(wan, 'hardware', store).kind).toBe('unmeasured');
    keepReport(gpuReport({ passed: false, rates: { products: [], attention: [], blocks: [] } }), store);
    expect(clipOutlook(wan, 'hardware', store).kind).toBe('after-a-clip');
  });

  test('is taken from the last clip of the same model, whatever the report says', () => {
    const store = memory();
    keepReport(gpuReport(), store);
    keepClipTime(request(), made, store);
    expect(clipOutlook(MANIFEST, 'hardware', store)).toMatchObject({ kind: 'made', device: 'wasm' });
    expect(clipOutlook({ ...MANIFEST, version: 'another' }, 'none', store).kind).toBe('after-a-clip');
    expect(clipOutlook(wan, 'none', store).kind).toBe('after-a-clip');
  });
});

describe('a clip that was made', () => {
  test('of the same size again takes as long, without its previews', () => {
    const store = memory();
    const asked = request();
    keepClipTime(asked, made, store);
    const time = keptClipTime(MANIFEST, store)!;
    expect(time).toMatchObject({ device: 'wasm', denoiseSeconds: 3, otherSeconds: 3, frames: 30 });
    const ask = { ...defaultClip(MANIFEST.limits), seconds: 1 };
    expect(secondsFrom(time, MANIFEST, ask)).toBeCloseTo(6, 9);
    expect(secondsFrom(time, MANIFEST, { ...ask, steps: 2 * ask.steps })).toBeCloseTo(9, 9);
    expect(secondsFrom(time, MANIFEST, { ...ask, seconds: 5 })).toBeGreaterThan(6 + 4 * 3); // frames alone make it five times the rest
  });

  test('is remembered beside other models’, and replaces the last of its own', () => {
    const store = memory();
    keepClipTime(request(), made, store);
    const other = { ...request(), manifest: { ...MANIFEST, id: 'other' } };
    keepClipTime(other, { ...made, device: 'webgpu' }, store);
    keepClipTime(request(), { ...made, frames: 60 }, store);
    expect(keptClipTime(MANIFEST, store)?.frames).toBe(60);
    expect(keptClipTime({ id: 'other', version: MANIFEST.version }, store)?.device).toBe('webgpu');
  });

  test.each([
    '{',
    '[]',
    'null',
    '{"seedling":{}}',
    '{"seedling":{"device":"wasm","version":"?","flops":0,"frames":1,"denoiseSeconds":1,"otherSeconds":1}}',
    '{"seedling":{"device":"wasm","version":"?","flops":1,"frames":1,"denoiseSeconds":"1","otherSeconds":1}}',
  ])('is forgotten where the store holds %s', (text) => {
    const store = memory();
    store.setItem('kindling.clip-times', text.replace('?', MANIFEST.version));
    expect(keptClipTime(MANIFEST, store)).toBeNull();
    keepClipTime(request(), made, store);
    expect(keptClipTime(MANIFEST, store)).not.toBeNull();
  });
});

test('it is said in both languages, with how it is known', () => {
  const outlooks = [
    { kind: 'made', seconds: 20, device: 'wasm' },
    { kind: 'reckoned', seconds: 120, basis: 'products', adapter: 'card' },
    { kind: 'unmeasured' },
    { kind: 'after-a-clip' },
  ] as const;
  for (const outlook of outlooks) {
    expect(outlookInWords(outlook, 5, 'zh')).toMatch(/\p{Script=Han}/u);
    expect(outlookInWords(outlook, 5, 'en')).not.toMatch(/\p{Script=Han}/u);
  }
  expect(outlookInWords(outlooks[0], 5, 'en')).toContain(
    'about 20 s here, as the last one did on the processor',
  );
  expect(outlookInWords(outlooks[1], 5, 'en')).toMatch(/at least 2 min of denoising.*\(card\)/);
  expect(OUTLOOK_TEXTS.zh.measure).toMatch(/\p{Script=Han}/u);
});
