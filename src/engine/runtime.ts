// The one home of onnxruntime-web. Both providers live in the same build, so one description of a network and one
// code path serve a GPU and a machine without one. Facts that shape this file (onnxruntime-web 1.30):
// - concurrent create() or run() calls trap: everything goes through one queue;
// - 'simple' buffer caching is fixed by the first session on a device; the default kept 384 MiB for one 66 MiB tensor;
// - on WebGPU run() resolves at submit: finish() is the back-pressure.

import asyncifyScript from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiScript from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import type { InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { AppError, assert, isAbort } from '../core/errors.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { GraphPart, TensorInfo } from '../networks/part.ts';
import type { GpuDevice } from './device.ts';
import { SerialQueue } from './serial-queue.ts';
import { bufferWriter, collectTensor, type HostArray, type TensorWriter } from './tensor-writer.ts';

export type { HostArray, TensorWriter } from './tensor-writer.ts';

type Ort = typeof import('onnxruntime-web/webgpu');

/** A tensor on the runtime's device. Owned by whoever got it; released with {@link DeviceTensor.free}. */
export interface DeviceTensor {
  readonly dims: readonly number[];
  /** Copies the values out, in the tensor's own type. Waits for the device. */
  read(): Promise<HostArray>;
  /** Idempotent. */
  free(): void;
}

/** Copies the numbers of an f32 tensor out and frees it. */
export async function takeFloats(tensor: DeviceTensor): Promise<Float32Array> {
  try {
    return await copyFloats(tensor);
  } finally {
    tensor.free();
  }
}

/** Copies the numbers of an f32 tensor out; it stays the caller's. */
export async function copyFloats(tensor: DeviceTensor): Promise<Float32Array> {
  const values = await tensor.read();
  assert(values instanceof Float32Array, `expected f32 numbers, got ${values.constructor.name}`);
  return values.slice(); // on WebAssembly they are the runtime's own memory
}

/** One session: a part of a network, ready to run with weights as inputs. */
export interface Session {
  readonly part: GraphPart;
  /**
   * Runs the part once.
   * @param feeds every graph input by name, more do not matter; not consumed.
   * @returns every output by name; the caller frees them.
   * @throws {AppError} `gpu/lost`, `gpu/out-of-memory`, `gpu/failed` or `internal/runtime`.
   */
  run(feeds: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>>;
  /**
   * Gives the session back. Free its outputs first: the last session of a GPU takes the runtime's memory with it, and
   * freeing a tensor after that traps (onnxruntime-web 1.30: “null function”). Never rejects: what is broken has nothing
   * left to give back, and the error that broke it is the one worth hearing.
   */
  release(): Promise<void>;
}

/** A device that runs network parts. One per Worker at a time; close it before opening the next. */
export interface Runtime {
  readonly kind: 'webgpu' | 'wasm';
  /** The GPU's name, null on WebAssembly. */
  readonly adapter: string | null;
  readonly shaderF16: boolean;
  readonly threads: number;
  createSession(part: GraphPart): Promise<Session>;
  /** Copies numbers to the device. `data` is not kept on a GPU; on WebAssembly it is the tensor's memory. */
  upload(info: Pick<TensorInfo, 'dtype' | 'dims'>, data: HostArray): DeviceTensor;
  /** Makes room for a tensor that is copied in part by part: large ones never are as a whole in memory here, if the device has its own. */
  allocate(info: Pick<TensorInfo, 'dtype' | 'dims'>): TensorWriter<DeviceTensor>;
  /** Resolves when the device has done everything submitted so far. Free on WebAssembly. */
  finish(): Promise<void>;
  /**
   * Destroys the buffers that the runtime keeps on a GPU for later runs, and with them its compiled shaders: for the end of a
   * stage that needed much memory. No session may be open and no output unfreed; does nothing otherwise, or on WebAssembly.
   */
  trim(): Promise<void>;
  /** Forgets errors that earlier work left behind: a cancelled job's are not the next one's. */
  forgetErrors(): void;
  close(): Promise<void>;
}

/** How a runtime is opened. */
export interface RuntimeOptions {
  /** Null for WebAssembly. The runtime closes it. */
  readonly gpu: GpuDevice | null;
  /** WebAssembly threads; more than one needs cross-origin isolation. */
  readonly threads: number;
  /** Session creation fails if an operator has no GPU kernel, instead of moving data to the CPU. */
  readonly strictPlacement?: boolean;
}

/** One for all runtimes: they share one WebAssembly module, and it is not re-entrant. */
const queue = new SerialQueue();

let loading: Promise<Ort> | null = null;

/** Loads the runtime's script once; the WebAssembly module itself is fetched by the first session. */
function loadOrt(threads: number): Promise<Ort> {
  loading ??= importOrt(threads).catch((cause: unknown) => {
    loading = null; // the next job tries again
    throw new AppError(
      'internal/runtime',
      'The inference runtime could not be loaded. Reload the page to try again.',
      { cause },
    );
  });
  return loading;
}

async function importOrt(threads: number): Promise<Ort> {
  // JavaScript promise integration: a smaller module (16.8 MB against 26.8 MB) where the browser has it.
  const jspi = 'Suspending' in WebAssembly;
  const ort: Ort = jspi ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu');
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = jspi
    ? { wasm: jspiWasm, mjs: jspiScript }
    : { wasm: asyncifyWasm, mjs: asyncifyScript };
  ort.env.logLevel = 'error';
  return ort;
}

/** Threads that WebAssembly may use here: all cores up to 8 with cross-origin isolation, else one. */
export function availableThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(8, Math.max(1, navigator.hardwareConcurrency || 1)) : 1;
}

/**
 * Opens a runtime on a GPU device or on WebAssembly.
 * @throws {AppError} `internal/runtime` if the runtime's files cannot be loaded.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const ort = await loadOrt(options.threads);
  const runtime = new OrtRuntime(ort, options);
  await runtime.anchor();
  return runtime;
}

/**
 * A graph that is never run. Its session keeps the device's context, and with it all compiled shaders, alive between
 * stages: without it a second clip compiled everything anew (software adapter: 24 s a tiny clip against 5 s).
 */
function anchorPart(): GraphPart {
  const graph = new GraphBuilder('anchor');
  const x = graph.input('x', 'float32', [1]);
  const y = graph.output(graph.add(x, x), 'y');
  return { name: 'anchor', onnx: graph.build(), inputs: [x], weights: [], outputs: [y] };
}

class OrtRuntime implements Runtime {
  readonly kind: 'webgpu' | 'wasm';
  readonly adapter: string | null;
  readonly shaderF16: boolean;
  readonly threads: number;
  readonly #ort: Ort;
  readonly #gpu: GpuDevice | null;
  readonly #strict: boolean;
  readonly #sessions = new Set<InferenceSession>();
  /** See {@link anchorPart}; null on WebAssembly. */
  #anchor: Session | null = null;

  constructor(ort: Ort, options: RuntimeOptions) {
    this.#ort = ort;
    this.#gpu = options.gpu;
    this.#strict = options.strictPlacement ?? false;
    this.kind = options.gpu ? 'webgpu' : 'wasm';
    this.adapter = options.gpu?.name ?? null;
    this.shaderF16 = options.gpu?.shaderF16 ?? false;
    this.threads = options.threads;
  }

  /** Keeps the device's context alive. Does nothing on WebAssembly or while it is kept. */
  async anchor(): Promise<void> {
    if (this.#gpu) this.#anchor ??= await this.createSession(anchorPart());
  }

  async trim(): Promise<void> {
    if (!this.#anchor || this.#sessions.size > 1) return;
    const anchor = this.#anchor;
    this.#anchor = null;
    await anchor.release(); // the last session of the context: everything goes with it
    await this.anchor();
  }

  async createSession(part: GraphPart): Promise<Session> {
    const session = await this.#guard(`prepare ${part.name}`, () =>
      this.#ort.InferenceSession.create(part.onnx, this.#sessionOptions()),
    );
    this.#sessions.add(session);
    return {
      part,
      run: (feeds) => this.#run(part, session, feeds),
      release: async () => {
        if (this.#sessions.delete(session)) await queue.run(() => session.release()).catch(() => {});
      },
    };
  }

  #sessionOptions(): InferenceSession.SessionOptions {
    if (!this.#gpu) return { executionProviders: ['wasm'] };
    return {
      executionProviders: [
        {
          name: 'webgpu',
          device: this.#gpu.device,
          storageBufferCacheMode: 'simple',
        } as InferenceSession.ExecutionProviderConfig,
      ],
      preferredOutputLocation: 'gpu-buffer',
      ...(this.#strict ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
    };
  }

  async #run(
    part: GraphPart,
    session: InferenceSession,
    feeds: Readonly<Record<string, DeviceTensor>>,
  ): Promise<Record<string, DeviceTensor>> {
    const inputs: Record<string, Tensor> = {};
    for (const name of session.inputNames) {
      const tensor = feeds[name];
      assert(tensor, `${part.name} was not given ${name}`);
      inputs[name] = (tensor as OrtTensor).value;
    }
    const outputs = await this.#guard(`run ${part.name}`, () => session.run(inputs));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, new OrtTensor(value as Tensor, null)]),
    );
  }

  upload({ dtype, dims }: Pick<TensorInfo, 'dtype' | 'dims'>, data: HostArray): DeviceTensor {
    if (!this.#gpu) {
      // Only f16 changes its view: the runtime wants 16-bit floats where the browser has that type.
      return new OrtTensor(new this.#ort.Tensor(dtype as 'float32', data as Float32Array, dims), null);
    }
    const { device } = this.#gpu;
    const size = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const buffer = device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      mappedAtCreation: true, // one copy instead of two, and no rounding of odd byte counts
    });
    new Uint8Array(buffer.getMappedRange()).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    buffer.unmap();
    const value = this.#ort.Tensor.fromGpuBuffer(buffer, { dataType: dtype as 'float32', dims });
    return new OrtTensor(value as Tensor, buffer);
  }

  allocate({ dtype, dims }: Pick<TensorInfo, 'dtype' | 'dims'>): TensorWriter<DeviceTensor> {
    if (!this.#gpu) return collectTensor({ dtype, dims }, (kind, data) => this.upload(kind, data));
    return bufferWriter(this.#gpu.device, { dtype, dims }, (buffer) => {
      const value = this.#ort.Tensor.fromGpuBuffer(buffer, { dataType: dtype as 'float32', dims });
      return new OrtTensor(value as Tensor, buffer);
    });
  }

  async finish(): Promise<void> {
    await this.#gpu?.device.queue.onSubmittedWorkDone();
    this.#throwGpuErrors('finish');
  }

  forgetErrors(): void {
    this.#gpu?.takeError();
  }

  async close(): Promise<void> {
    const open = [...this.#sessions];
    this.#sessions.clear();
    for (const session of open) await queue.run(() => session.release()).catch(() => {});
    this.#gpu?.close();
  }

  #throwGpuErrors(what: string): void {
    const lost = this.#gpu?.lost();
    if (lost) {
      throw new AppError(
        'gpu/lost',
        `The graphics processor was lost (${lost}). Press Generate again; WebAssembly works without it.`,
      );
    }
    const error = this.#gpu?.takeError();
    if (error) throw gpuError(what, error);
  }

  /** Queues a call and turns the runtime's errors into ours. */
  async #guard<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      const result = await queue.run(call);
      this.#throwGpuErrors(what);
      return result;
    } catch (cause) {
      if (cause instanceof AppError || isAbort(cause)) throw cause;
      this.#throwGpuErrors(what);
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (this.#gpu) throw gpuError(what, reason, cause);
      throw new AppError('internal/runtime', `The runtime could not ${what}: ${reason}`, { cause });
    }
  }
}

function gpuError(what: string, reason: string, cause?: unknown): AppError {
  const memory = /out.of.memory|allocat/i.test(reason);
  return new AppError(
    memory ? 'gpu/out-of-memory' : 'gpu/failed',
    memory
      ? `The graphics processor ran out of memory (${what}). Close other tabs, make a shorter or smaller clip, or use WebAssembly.`
      : `The graphics processor could not ${what}: ${reason}. WebAssembly works without it.`,
    { cause },
  );
}

class OrtTensor implements DeviceTensor {
  readonly value: Tensor;
  readonly #buffer: GPUBuffer | null;

  constructor(value: Tensor, buffer: GPUBuffer | null) {
    this.value = value;
    this.#buffer = buffer;
  }

  get dims(): readonly number[] {
    return this.value.dims;
  }

  async read(): Promise<HostArray> {
    const data = await this.value.getData();
    if (this.value.type !== 'float16') return data as HostArray;
    const bits = data as unknown as { buffer: ArrayBuffer; byteOffset: number; byteLength: number };
    return new Uint16Array(bits.buffer, bits.byteOffset, bits.byteLength / 2);
  }

  free(): void {
    this.value.dispose();
    this.#buffer?.destroy();
  }
}
