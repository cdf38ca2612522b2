// The real pipeline on the real WebGPU of the browser, for what is counted there: frames are of no interest, and no file is written.
import { openDevice, requestAdapter } from '../../src/engine/device.ts';
import { fetchModelFile, openModelFiles } from '../../src/engine/model-files.ts';
import { preparePicture } from '../../src/engine/picture.ts';
import type { PipelineParts } from '../../src/engine/pipeline.ts';
import { availableThreads, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';

/** Opens the runtime on the browser's adapter. The caller closes it. @throws {Error} if there is none. */
export async function openGpuRuntime(): Promise<Runtime> {
  const adapter = await requestAdapter();
  if (!adapter) throw new Error('this browser has no WebGPU adapter');
  const gpu = await openDevice(adapter, { shaderF16: true, subgroups: true });
  return openRuntime({ gpu, threads: availableThreads() });
}

/** What the pipeline needs for a model, as the app computes on an adapter without f16 (src/engine/service.ts). */
export const framelessParts = (
  runtime: Runtime,
  manifest: ModelManifest,
  signal: AbortSignal,
): PipelineParts => ({
  runtime,
  precision: { activations: 'float32', weights: manifest.numbers.weights, accuracyLevel: 1 },
  openFiles: (onProgress) => openModelFiles(manifest, fetchModelFile, { signal, onProgress }),
  preparePicture: (picture, size) => preparePicture(picture, { ...size, signal }),
  openSink: async () => ({
    add: async () => {},
    finish: async () => ({ file: new Blob(), codec: 'none' }),
    close: () => {},
  }),
});
