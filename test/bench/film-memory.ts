// What a film takes on the GPU in its second segment and in its last: counted in the real pipeline on the real WebGPU of the browser.
import { newJob } from '../../src/core/check-job.ts';
import { MAX_SEGMENTS } from '../../src/core/job.ts';
import { openDevice, requestAdapter } from '../../src/engine/device.ts';
import { fetchModelFile, openModelFiles } from '../../src/engine/model-files.ts';
import { preparePicture } from '../../src/engine/picture.ts';
import { generate } from '../../src/engine/pipeline.ts';
import { JobClock } from '../../src/engine/progress.ts';
import { availableThreads, openRuntime } from '../../src/engine/runtime.ts';
import { tinyModel } from '../fixtures/tiny-model.ts';
import type { FilmMemory } from './bench-api.ts';
import { GpuMemory } from './gpu-memory.ts';

/**
 * Makes a film of a tiny model on WebGPU, each segment going on from the one before.
 * @param count of segments.
 * @returns the most that existed at once while the second and while the last one was made. The first is left out: nothing is before it.
 */
export async function measureFilmMemory(count: number = MAX_SEGMENTS): Promise<FilmMemory> {
  const adapter = await requestAdapter();
  if (!adapter) throw new Error('this browser has no WebGPU adapter');
  const memory = new GpuMemory();
  const gpu = await openDevice(adapter, { shaderF16: true, subgroups: true });
  const runtime = await openRuntime({ gpu, threads: availableThreads() });
  const { signal } = new AbortController();
  const manifest = await tinyModel();
  const plain = newJob(manifest, { prompt: 'a cat', seed: 1 }, { steps: 1, guidance: 1 });
  const segments = Array.from({ length: count }, (_, seed) => ({
    ...plain.segments[0]!,
    seconds: 0.5,
    seed,
  }));
  const peaks: number[] = []; // [i]: of what came before segment i began
  try {
    await generate(
      {
        job: { ...plain, segments },
        manifest,
        picture: null,
        device: 'webgpu',
        visibleLabel: false,
        preview: true,
      },
      {
        runtime,
        precision: { activations: 'float32', weights: manifest.numbers.weights, accuracyLevel: 1 },
        openFiles: (onProgress) => openModelFiles(manifest, fetchModelFile, { signal, onProgress }),
        preparePicture: (picture, size) => preparePicture(picture, { ...size, signal }),
        openSink: async () => ({
          add: async () => {},
          finish: async () => ({ file: new Blob(), codec: 'none' }),
          close: () => {},
        }),
      },
      {
        signal,
        clock: new JobClock('bench', () => {}),
        onEvent: ({ type }) => {
          if (type === 'segment') peaks.push(memory.takePeak().total);
        },
      },
    );
    peaks.push(memory.takePeak().total);
    const [second, last] = [peaks[2]!, peaks.at(-1)!];
    return { segments: segments.length, second, last, ratio: last / second };
  } finally {
    await runtime.close();
    memory.stop();
  }
}
