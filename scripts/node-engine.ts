// The engine without a browser: the same pipeline and graphs, run by onnxruntime's native build on this machine's processor.
// What it makes are frames; for files there is `npm run generate`.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError, assert } from '../src/core/errors.ts';
import type { Job } from '../src/core/job.ts';
import { type FileOpener, type ModelFiles, openModelFiles } from '../src/engine/model-files.ts';
import { encodePng } from '../src/engine/picture-png.ts';
import { generate, type PipelineParts } from '../src/engine/pipeline.ts';
import { precisionFor } from '../src/engine/precision.ts';
import { JobClock } from '../src/engine/progress.ts';
import type { DeviceTensor, HostArray, Runtime, Session } from '../src/engine/runtime.ts';
import { collectTensor } from '../src/engine/tensor-writer.ts';
import type { GraphPart } from '../src/networks/part.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import { bufferSource } from '../src/weights/byte-source.ts';

/** Numbers in this process's memory. */
class NodeTensor implements DeviceTensor {
  readonly value: ort.Tensor;

  constructor(value: ort.Tensor) {
    this.value = value;
  }

  get dims(): readonly number[] {
    return this.value.dims;
  }

  async read(): Promise<HostArray> {
    return (await this.value.getData()) as HostArray;
  }

  free(): void {
    this.value.dispose();
  }
}

/**
 * A runtime on the processor.
 * @param threads for each operator.
 */
export function nodeRuntime(threads: number): Runtime {
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  const upload: Runtime['upload'] = ({ dtype, dims }, data) =>
    new NodeTensor(new ort.Tensor(dtype as 'float32', data as Float32Array, dims));
  return {
    kind: 'wasm', // what the engine needs to know: a processor, no GPU
    adapter: null,
    shaderF16: false,
    threads,
    async createSession(part: GraphPart): Promise<Session> {
      const session = await ort.InferenceSession.create(part.onnx, options);
      return {
        part,
        async run(feeds) {
          const inputs = Object.fromEntries(
            session.inputNames.map((name) => {
              const tensor = feeds[name];
              assert(tensor, `${part.name} was not given ${name}`);
              return [name, (tensor as NodeTensor).value];
            }),
          );
          const outputs = await session.run(inputs);
          return Object.fromEntries(
            Object.entries(outputs).map(([name, value]) => [name, new NodeTensor(value)]),
          );
        },
        release: () => session.release(),
      };
    },
    upload,
    allocate: (info) => collectTensor(info, upload),
    async finish() {},
    forgetErrors() {},
    async trim() {},
    async close() {},
  };
}

/** Pictures of one clip, RGBA, in order. */
export interface ClipFrames {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Uint8ClampedArray[];
}

/** A picture that already has the clip's size. */
export interface ExactPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** The engine with one model's files open. */
export interface NodeEngine {
  /**
   * Makes a clip's frames.
   * @param picture for a job whose segment begins with one; at the decoder's size.
   * @throws {AppError} as the engine does.
   */
  make(job: Job, picture?: ExactPicture): Promise<ClipFrames>;
}

/**
 * Opens a model from a folder of this machine.
 * @param folder where the manifest's files lie, by name.
 * @throws {AppError} `storage/read` if a file is missing, `model/…` if it is not what the manifest says.
 */
export async function openNodeEngine(
  manifest: ModelManifest,
  folder: string,
  threads: number,
): Promise<NodeEngine> {
  const runtime = nodeRuntime(threads);
  const files = await openModelFiles(manifest, fileIn(folder));
  return { make: (job, picture) => makeFrames(runtime, manifest, files, job, picture ?? null) };
}

const fileIn =
  (folder: string): FileOpener =>
  async ({ name }) => {
    const path = resolve(folder, name); // a name may be a path of its own
    try {
      return bufferSource(readFileSync(path), name);
    } catch (cause) {
      throw new AppError('storage/read', `${path} could not be read.`, { cause });
    }
  };

async function makeFrames(
  runtime: Runtime,
  manifest: ModelManifest,
  files: ModelFiles,
  job: Job,
  picture: ExactPicture | null,
): Promise<ClipFrames> {
  const frames: Uint8ClampedArray[] = [];
  let size = { width: 0, height: 0 };
  const parts: PipelineParts = {
    runtime,
    precision: precisionFor(manifest, false),
    openFiles: async () => files,
    async preparePicture(_, { width, height }) {
      assert(picture?.width === width && picture.height === height, `the picture must be ${width}×${height}`);
      return { ...picture, png: await encodePng(picture.rgba, width, height) };
    },
    async openSink({ width, height }) {
      size = { width, height };
      return {
        async add({ data }) {
          frames.push(data.slice());
        },
        finish: async () => ({ file: new Blob(), codec: 'none' }),
        close() {},
      };
    },
  };
  const request = {
    job,
    manifest,
    picture: picture && new Blob(),
    device: 'wasm',
    visibleLabel: false,
    preview: false,
  } as const;
  const ignore = (): void => {};
  await generate(request, parts, {
    signal: new AbortController().signal,
    clock: new JobClock('node', ignore),
    onEvent: ignore,
  });
  return { ...size, frames };
}
