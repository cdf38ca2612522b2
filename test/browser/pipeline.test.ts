// The whole engine in its real Worker, with a tiny model: every device, every way a job can go.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineClient } from '../../src/client/engine-client.ts';
import { newJob } from '../../src/core/check-job.ts';
import { AppError, isAbort } from '../../src/core/errors.ts';
import type {
  DeviceKind,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  Phase,
} from '../../src/protocol/engine-api.ts';
import { parseJobRecord } from '../../src/protocol/job-file.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { readJobFromMp4 } from '../../src/protocol/mp4-job.ts';
import { publishedTinyModel, tinyModel } from '../fixtures/tiny-model.ts';

let client: EngineClient;
let model: ModelManifest;

beforeEach(async () => {
  client = new EngineClient(
    () => new Worker(new URL('../../workers/generation.worker.ts', import.meta.url), { type: 'module' }),
  );
  model = await tinyModel();
});

afterEach(() => client.dispose());

const request = (
  device: DeviceKind | 'auto' = 'wasm',
  changes: Partial<GenerateRequest> = {},
): GenerateRequest => ({
  job: newJob(model, { prompt: 'Superman骑着扫帚，路过月球', seed: 42 }),
  manifest: model,
  picture: null,
  device,
  visibleLabel: true,
  preview: true,
  ...changes,
});

/** A picture with a red left and a blue right half. */
async function picture(): Promise<Blob> {
  const canvas = new OffscreenCanvas(80, 60);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'rgb(220 50 40)';
  context.fillRect(0, 0, 40, 60);
  context.fillStyle = 'rgb(30 60 200)';
  context.fillRect(40, 0, 40, 60);
  return canvas.convertToBlob({ type: 'image/png' });
}

const bytes = async (result: GenerateResult): Promise<Uint8Array> =>
  new Uint8Array(await result.file.arrayBuffer());

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

describe.each(['wasm', 'webgpu'] as const)('on %s', (device) => {
  test('words become an MP4 with the right size, length and job', async () => {
    const events: GenerateEvent[] = [];
    const { file, report } = await client.generate(request(device), {
      onEvent: (event) => events.push(event),
    });
    expect(report).toMatchObject({ device, width: 64, height: 64, frames: 10, fps: 10, steps: 3, seed: 42 });
    const video = document.createElement('video');
    video.src = URL.createObjectURL(file);
    video.muted = true;
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = () => reject(video.error);
    });
    expect([video.videoWidth, video.videoHeight]).toEqual([64, 64]);
    expect(video.duration).toBeCloseTo(1, 2);
    expect(parseJobRecord(await readJobFromMp4(file)).job).toEqual(request().job);

    const phases = events.flatMap((event) => (event.type === 'progress' ? [event.phase] : []));
    const order: Phase[] = ['prepare', 'text', 'picture', 'denoise', 'decode', 'encode'];
    expect([...new Set(phases)]).toEqual(order);
    // Nothing was ever measured here: how long denoising will take is not known before it has begun.
    const early = events.flatMap((event) =>
      event.type === 'progress' && order.indexOf(event.phase) < order.indexOf('denoise')
        ? [event.secondsLeft]
        : [],
    );
    expect(new Set(early)).toEqual(new Set([null]));
    expect(events.some((event) => event.type === 'device' && event.device === device)).toBe(true);
    const preview = events.find((event) => event.type === 'preview');
    expect(preview?.type === 'preview' && preview.preview.frames.length).toBe(3); // one a latent frame
  });

  test('the same job gives the same file, another seed another', async () => {
    const first = await bytes(await client.generate(request(device)));
    const again = await bytes(await client.generate(request(device)));
    expect(again).toEqual(first);
    const job = newJob(model, { prompt: 'Superman骑着扫帚，路过月球', seed: 43 });
    const other = await bytes(await client.generate(request(device, { job })));
    expect(other).not.toEqual(first);
  });

  test('a picture becomes the first frame, and the file repeats itself from its own job', async () => {
    const job = newJob(model, { prompt: '', seed: 1, picture: { fit: 'crop' } });
    const made = await client.generate(request(device, { job, picture: await picture() }));
    const record = parseJobRecord(await readJobFromMp4(made.file));
    expect(record.picture).not.toBeNull();
    const stored = await (await fetch(`data:image/png;base64,${record.picture}`)).blob();
    const again = await client.generate(request(device, { job: record.job, picture: stored }));
    expect(await bytes(again)).toEqual(await bytes(made));
  });
});

describe.each(['wasm', 'webgpu'] as const)('a model like the published ones, on %s', (device) => {
  const make = async (
    published: ModelManifest,
    prompt: string,
    picture: Blob | null = null,
    onEvent: (event: GenerateEvent) => void = () => {},
  ): Promise<GenerateResult> => {
    const job = newJob(published, { prompt, seed: 3, ...(picture && { picture: { fit: 'crop' } }) });
    return client.generate(request(device, { manifest: published, job, picture }), { onEvent });
  };

  test('makes clips from words: fixed levels, fresh noise, a decoder that remembers', async () => {
    const published = await publishedTinyModel();
    const previews: number[] = [];
    const made = await make(published, 'a cat', null, (event) => {
      if (event.type === 'preview') previews.push(event.preview.frames.length);
    });
    expect(made.report).toMatchObject({ device, width: 64, height: 64, frames: 12, fps: 24, steps: 3 });
    expect(made.report.latents).toEqual([1, 8, 4, 4, 4]);
    expect(previews[0]).toBe(4);
    expect(await bytes(await make(published, 'a cat'))).toEqual(await bytes(made));
    expect(await bytes(await make(published, 'a dog'))).not.toEqual(await bytes(made));
  });

  test('and from a picture', async () => {
    const published = await publishedTinyModel();
    const made = await make(published, '', await picture());
    expect(made.report.frames).toBe(12);
    expect(await bytes(await make(published, ''.padEnd(3, 'x'), await picture()))).not.toEqual(
      await bytes(made),
    );
  });
});

test('both devices make nearly the same frames', async () => {
  // When a preview is due depends on the clock: what is compared are the steps that both devices showed.
  const previews = async (device: DeviceKind): Promise<Map<number, Uint8ClampedArray>> => {
    const shown = new Map<number, Uint8ClampedArray>();
    await client.generate(request(device), {
      onEvent: (event) => {
        if (event.type === 'preview') shown.set(event.preview.step, event.preview.frames[1]!);
      },
    });
    return shown;
  };
  const onWasm = await previews('wasm');
  const onGpu = await previews('webgpu');
  const both = [...onWasm.keys()].filter((step) => onGpu.has(step));
  expect(both).not.toEqual([]);
  for (const step of both) {
    const other = onGpu.get(step)!;
    let worst = 0;
    for (const [i, value] of onWasm.get(step)!.entries())
      worst = Math.max(worst, Math.abs(value - other[i]!));
    expect(worst, `step ${step}`).toBeLessThanOrEqual(2);
  }
});

test('auto passes over a software adapter and says why', async () => {
  const events: GenerateEvent[] = [];
  const { report } = await client.generate(request('auto'), { onEvent: (event) => events.push(event) });
  expect(report.device).toBe('wasm');
  const device = events.find((event) => event.type === 'device');
  expect(device?.type === 'device' && device.reason).toContain('WebAssembly');
});

test('guidance 1 takes half the evaluations and a prompt changes the clip', async () => {
  const plain = (prompt: string): GenerateRequest =>
    request('wasm', { job: newJob(model, { prompt, seed: 5 }, { guidance: 1 }), preview: false });
  let denoised = 0;
  const first = await client.generate(plain('a cat'), {
    onEvent: (event) => {
      if (event.type === 'progress' && event.phase === 'denoise') denoised = event.total;
    },
  });
  expect(denoised).toBe(3 * 2 * 3); // steps × blocks × latent frames
  const other = await client.generate(plain('a dog'));
  expect(await bytes(other)).not.toEqual(await bytes(first));
});

test.each(['prepare', 'text', 'denoise', 'decode', 'encode'] as const)(
  'cancelling during %s rejects with AbortError and the next job works',
  async (phase) => {
    const controller = new AbortController();
    const job = newJob(model, { prompt: 'a cat', seed: 9, seconds: 5 }, { steps: 8 });
    const stopped = client.generate(request('wasm', { job }), {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'progress' && event.phase === phase) controller.abort();
      },
    });
    expect(isAbort(await failure(stopped))).toBe(true);
    const { report } = await client.generate(request('wasm', { preview: false }));
    expect(report.frames).toBe(10);
  },
);

test('cancelling before the start and after the end does nothing bad', async () => {
  const before = new AbortController();
  before.abort();
  expect(isAbort(await failure(client.generate(request(), { signal: before.signal })))).toBe(true);
  const after = new AbortController();
  await client.generate(request('wasm', { preview: false }), { signal: after.signal });
  after.abort();
  expect((await client.generate(request('wasm', { preview: false }))).report.frames).toBe(10);
});

test('a second job while one runs is refused, and the first goes on', async () => {
  const first = client.generate(request('wasm', { preview: false }));
  expect(await failure(client.generate(request()))).toMatchObject({ code: 'worker/busy' });
  expect((await first).report.frames).toBe(10);
});

test('a prompt with more word pieces than fit is cut, and says so', async () => {
  const job = newJob(model, { prompt: '月'.repeat(100), seed: 1 });
  const { report } = await client.generate(request('wasm', { job, preview: false }));
  expect(report.tokens).toBe(64);
  expect(report.warnings).toMatchObject([{ code: 'prompt-truncated' }]);
});

test.each([
  ['transformer-short-of-tensors', 'model/tensor-missing', /blocks\.|head/],
  ['transformer-flipped-byte', 'model/hash', /tiny-transformer/],
  ['transformer-html', 'network/status', /tiny-transformer/],
  ['tokenizer-not-json', 'model/tokenizer', /tokenizer/],
] as const)('a model file that is damaged (%s) is refused with %s', async (damage, code, names) => {
  const manifest = await tinyModel(damage);
  const error = await failure(client.generate(request('wasm', { manifest })));
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code });
  expect(error.message).toMatch(names);
  expect((await client.generate(request('wasm', { preview: false }))).report.frames).toBe(10);
});

test('a picture that is text is refused before anything is made', async () => {
  const job = newJob(model, { prompt: '', seed: 1, picture: { fit: 'crop' } });
  const text = new Blob(['not a picture'], { type: 'image/png' });
  expect(await failure(client.generate(request('wasm', { job, picture: text })))).toMatchObject({
    code: 'input/picture-unreadable',
  });
});

test('an impossible job is refused before anything is fetched', async () => {
  const job = newJob(model, { prompt: 'a cat', seed: 1 }, { steps: 51 });
  const nowhere = { ...model, files: { ...model.files, text: { ...model.files.text, url: 'blob:nowhere' } } };
  expect(await failure(client.generate(request('wasm', { job, manifest: nowhere })))).toMatchObject({
    code: 'input/steps',
  });
});

test('a file that cannot be fetched is named', async () => {
  const nowhere = { ...model, files: { ...model.files, text: { ...model.files.text, url: 'blob:nowhere' } } };
  const error = await failure(client.generate(request('wasm', { manifest: nowhere })));
  expect(error).toMatchObject({ code: 'network/failed' });
  expect(error.message).toContain('tiny-text.gguf');
});
