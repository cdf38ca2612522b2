// What crosses between memory and a WebGPU device from one denoising step to the next, in a tiny job of the real pipeline.
import { newJob } from '../../src/core/check-job.ts';
import { generate } from '../../src/engine/pipeline.ts';
import { JobClock } from '../../src/engine/progress.ts';
import type { Runtime } from '../../src/engine/runtime.ts';
import type { GenerationReport } from '../../src/protocol/engine-api.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { tinyModel } from '../fixtures/tiny-model.ts';
import type { StepTransfers } from './bench-api.ts';
import { framelessParts, openGpuRuntime } from './gpu-pipeline.ts';

/** Few: the software adapter makes 0.3 GFLOP/s. */
const STEPS = 4;

/** The parts that end a step, with guidance or without, and that are run once per layer: src/networks/wan-transformer.ts. */
const LAST_OF_STEP = /^wan-combine/;
const BLOCK = 'wan-block';

interface Counts {
  dispatches: number;
  reads: number;
  readBytes: number;
  mappedBytes: number;
  writtenBytes: number;
}

/** Counts what goes through the doors that WebGPU has between memory and a device. Never undone: the Worker is ours. */
function watchTransfers(): () => Counts {
  const counts: Counts = { dispatches: 0, reads: 0, readBytes: 0, mappedBytes: 0, writtenBytes: 0 };
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, ...args: Parameters<typeof mapAsync>) {
    const [mode, offset = 0, size = this.size - offset] = args;
    if (mode & GPUMapMode.READ) {
      counts.reads++;
      counts.readBytes += size;
    } else counts.mappedBytes += size;
    return mapAsync.apply(this, args);
  };
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
    if (descriptor.mappedAtCreation) counts.mappedBytes += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (this: GPUQueue, ...args: Parameters<typeof writeBuffer>) {
    const [, , data, offset = 0, size] = args;
    // Offset and size count elements of a typed array, bytes of anything else.
    const element = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    counts.writtenBytes += size === undefined ? data.byteLength - offset * element : size * element;
    return writeBuffer.apply(this, args);
  };
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...args) {
    counts.dispatches++;
    return dispatchWorkgroups.apply(this, args);
  };
  return () => ({ ...counts });
}

/** Calls `onRun` with the name of every part before and after it is run. */
function watchRuns(runtime: Runtime, onRun: (part: string, when: 'before' | 'after') => void): void {
  const createSession = runtime.createSession.bind(runtime);
  runtime.createSession = async (part) => {
    const session = await createSession(part);
    return {
      ...session,
      run: async (feeds) => {
        onRun(part.name, 'before');
        const outputs = await session.run(feeds);
        onRun(part.name, 'after');
        return outputs;
      },
    };
  };
}

/**
 * Makes a tiny clip on WebGPU and counts from the end of its first step to the end of its last.
 * @param layers of the transformer.
 */
export async function countStepTransfers(layers?: number): Promise<StepTransfers> {
  const counts = watchTransfers();
  const runtime = await openGpuRuntime();
  try {
    const ends: Counts[] = [];
    const perBlock: number[] = [];
    let begun = 0;
    watchRuns(runtime, (part, when) => {
      if (when === 'after' && LAST_OF_STEP.test(part)) ends.push(counts());
      if (part !== BLOCK) return;
      if (when === 'before') begun = counts().dispatches;
      else perBlock.push(counts().dispatches - begun);
    });
    const manifest = await tinyModel(undefined, undefined, layers);
    const report = await makeClip(runtime, manifest);
    const [first, last] = [ends[0], ends.at(-1)];
    if (!first || !last || ends.length !== STEPS)
      throw new Error(`${ends.length} steps of ${STEPS} were seen`);
    const perStep = (key: keyof Counts): number => (last[key] - first[key]) / (STEPS - 1);
    return {
      adapter: report.adapter,
      steps: STEPS - 1,
      layers: manifest.transformer.layers,
      dispatches: perStep('dispatches'),
      dispatchesPerBlock: Math.max(...perBlock),
      readBytes: perStep('readBytes'),
      reads: perStep('reads'),
      uploadedBytes: perStep('mappedBytes') + perStep('writtenBytes'),
      mappedBytes: perStep('mappedBytes'),
      writtenBytes: perStep('writtenBytes'),
      latentBytes: 4 * report.latents.reduce((product, dim) => product * dim, 1),
    };
  } finally {
    await runtime.close();
  }
}

async function makeClip(runtime: Runtime, manifest: ModelManifest): Promise<GenerationReport> {
  const { signal } = new AbortController();
  const { report } = await generate(
    {
      job: newJob(manifest, { prompt: 'a cat', seed: 1 }, { steps: STEPS }),
      manifest,
      picture: null,
      device: 'webgpu',
      visibleLabel: false,
      preview: false,
    },
    framelessParts(runtime, manifest, signal),
    { signal, clock: new JobClock('bench', () => {}), onEvent: () => {} },
  );
  return report;
}
