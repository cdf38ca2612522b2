// What a film takes on the GPU in its second segment and in its last: counted in the real pipeline on the real WebGPU of the browser.
import { newJob } from '../../src/core/check-job.ts';
import { MAX_SEGMENTS } from '../../src/core/job.ts';
import { generate } from '../../src/engine/pipeline.ts';
import { JobClock } from '../../src/engine/progress.ts';
import { tinyModel } from '../fixtures/tiny-model.ts';
import type { FilmMemory } from './bench-api.ts';
import { GpuMemory } from './gpu-memory.ts';
import { framelessParts, openGpuRuntime } from './gpu-pipeline.ts';

/**
 * Makes a film of a tiny model on WebGPU, each segment going on from the one before.
 * @param count of segments.
 * @returns the most that existed at once while the second and while the last one was made. The first is left out: nothing is before it.
 */
export async function measureFilmMemory(count: number = MAX_SEGMENTS): Promise<FilmMemory> {
  const runtime = await openGpuRuntime();
  const memory = new GpuMemory();
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
      framelessParts(runtime, manifest, signal),
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
