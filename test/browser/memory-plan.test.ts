// The plan of a clip's memory against what the engine really asks of WebGPU: every buffer that the page makes is counted from its
// creation to its destruction, those that the runtime keeps for later included.

import { afterEach, describe, expect, test } from 'vitest';
import { newJob } from '../../src/core/check-job.ts';
import { memoryPlan, STAGES, type Stage } from '../../src/core/memory-plan.ts';
import { generate } from '../../src/engine/pipeline.ts';
import { JobClock } from '../../src/engine/progress.ts';
import type { Phase } from '../../src/protocol/engine-api.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { GpuMemory, type MemoryCount } from '../bench/gpu-memory.ts';
import { framelessParts, openGpuRuntime } from '../bench/gpu-pipeline.ts';
import { publishedTinyModel, tinyModel } from '../fixtures/tiny-model.ts';

/** The session that keeps the runtime's context alive has a scalar and its parameters. */
const ANCHOR_BYTES = 1024;
/** A plan that says far more than what is used would refuse devices that can do it. */
const MOST_SLACK = 2.5;

const STAGE_OF: Readonly<Partial<Record<Phase, Stage>>> = {
  text: 'text',
  picture: 'condition',
  denoise: 'denoise',
  decode: 'decode',
};

interface Seen {
  readonly start: MemoryCount;
  readonly peak: MemoryCount;
}

let memory: GpuMemory;
afterEach(() => memory.stop());

async function picture(): Promise<Blob> {
  const canvas = new OffscreenCanvas(80, 80);
  canvas.getContext('2d')!.fillRect(10, 10, 40, 40);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** Makes a clip. @returns what existed at the start of each stage and at its peak, and after the last one. */
async function measure(
  manifest: ModelManifest,
  options: { readonly picture: boolean; readonly preview: boolean; readonly keptBytes: number },
): Promise<{ readonly seen: ReadonlyMap<Stage, Seen>; readonly end: MemoryCount }> {
  memory = new GpuMemory();
  const runtime = await openGpuRuntime();
  const { signal } = new AbortController();
  const seen = new Map<Stage, Seen>();
  let at: { readonly stage: Stage; readonly start: MemoryCount } | null = null;
  const enter = (stage: Stage | null): void => {
    if (at?.stage === stage) return;
    const peak = memory.takePeak();
    if (at) seen.set(at.stage, { start: at.start, peak });
    at = stage && { stage, start: memory.now() };
  };
  const clock = new JobClock('plan', (event) => {
    // Frames are painted and encoded in turns; encoding takes nothing on this device.
    if (event.type === 'progress' && STAGE_OF[event.phase]) enter(STAGE_OF[event.phase]!);
  });
  const asked = options.picture
    ? { prompt: 'a cat', seed: 1, picture: { fit: 'crop' as const } }
    : { prompt: 'a cat', seed: 1 };
  try {
    await generate(
      {
        job: newJob(manifest, asked),
        manifest,
        picture: options.picture ? await picture() : null,
        device: 'webgpu',
        visibleLabel: false,
        preview: options.preview,
      },
      { ...framelessParts(runtime, manifest, signal), keptBytes: options.keptBytes },
      { signal, clock, onEvent: () => {} },
    );
    enter(null);
    return { seen, end: memory.now() };
  } finally {
    await runtime.close();
  }
}

const plan = (manifest: ModelManifest, options: { readonly picture: boolean; readonly preview: boolean }) => {
  const job = newJob(manifest, { prompt: 'a cat', seed: 1 });
  return memoryPlan(
    manifest,
    { weights: manifest.numbers.weights, halves: false }, // the software adapter has no f16
    { ...job, seconds: job.segments[0]!.seconds, ...options, promptTokens: 'a cat'.length + 1 },
  );
};

describe.each([
  ['a published kind of model', publishedTinyModel, { picture: false, preview: true }],
  [
    'a published kind of model, from a picture, without previews',
    publishedTinyModel,
    { picture: true, preview: false },
  ],
  ['a small model with guidance, from a picture', tinyModel, { picture: true, preview: true }],
  [
    'a small model that paints its first frame first',
    async () => ({ ...(await tinyModel()), firstFrameFirst: true }),
    { picture: false, preview: true },
  ],
] as const)('%s', (_, model, options) => {
  test('takes no more on the GPU than planned, and each stage is gone before the next', async () => {
    const manifest = await model();
    const planned = plan(manifest, options);
    const { seen, end } = await measure(manifest, { ...options, keptBytes: 0 });
    expect([...seen.keys()]).toEqual([...STAGES]);
    for (const [stage, { start, peak }] of seen) {
      expect.soft(start.total, `before ${stage}`).toBeLessThanOrEqual(ANCHOR_BYTES);
      if (planned[stage].total === 0) continue; // without a picture there is nothing to condition on
      expect.soft(peak.total, stage).toBeLessThanOrEqual(planned[stage].total);
      expect.soft(planned[stage].total, stage).toBeLessThanOrEqual(MOST_SLACK * peak.total);
    }
    expect(end.total).toBeLessThanOrEqual(ANCHOR_BYTES);
  });
});

test('what the runtime would keep without being told is counted, and gone when it is closed', async () => {
  const manifest = await publishedTinyModel();
  const { seen, end } = await measure(manifest, {
    picture: false,
    preview: false,
    keptBytes: Number.POSITIVE_INFINITY,
  });
  expect(seen.get('decode')!.start.total).toBeGreaterThan(100 * ANCHOR_BYTES);
  expect(end.total).toBeGreaterThan(seen.get('decode')!.start.total);
  expect(memory.now().total).toBe(0);
});
