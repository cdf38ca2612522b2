// What this browser has, asked as cheaply as can be: no Worker and no device before the button is pressed.

/** What WebGPU offers. `software` is a graphics processor that the processor imitates: right, but slower than WebAssembly. */
export type GpuKind = 'none' | 'software' | 'hardware';

/** What the page can tell before anything is started. */
export interface Support {
  /** The page may ask for a GPU; whether one answers only {@link Support.findGpu} knows. */
  readonly webgpu: boolean;
  /** Without these no clip can be made at all; empty on every current browser. */
  readonly missing: readonly ('worker' | 'wasm' | 'webcodecs')[];
  /** WebAssembly may use several threads. */
  readonly threads: boolean;
  /** Asks which adapter there is; opens no device. May start the browser's GPU process, so not for the first paint. Never rejects. */
  readonly findGpu: () => Promise<GpuKind>;
}

/** Reads a browser's global scope. */
export function readSupport(scope: typeof globalThis): Support {
  const gpu = (scope.navigator as { readonly gpu?: GPU | null } | undefined)?.gpu ?? null;
  const missing: Support['missing'][number][] = [];
  if (!('Worker' in scope)) missing.push('worker');
  if (!('WebAssembly' in scope)) missing.push('wasm');
  if (!('VideoEncoder' in scope)) missing.push('webcodecs');
  return {
    webgpu: gpu !== null,
    missing,
    threads: 'crossOriginIsolated' in scope && scope.crossOriginIsolated === true,
    findGpu: () => findGpu(gpu),
  };
}

async function findGpu(gpu: GPU | null): Promise<GpuKind> {
  try {
    const adapter = await gpu?.requestAdapter();
    if (!adapter) return 'none';
    return isSoftware(adapter.info) ? 'software' : 'hardware';
  } catch {
    return 'none'; // a blocked GPU process rejects instead of answering null
  }
}

/** True for an adapter that the processor imitates. The engine passes over the same when it is to choose by itself (`engine/device.ts`, which the page cannot import). */
export function isSoftware(info: GPUAdapterInfo & { readonly isFallbackAdapter?: boolean }): boolean {
  const { vendor, architecture, description, device } = info;
  const name = [vendor, architecture, description || device].join(' ');
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|basic render/i.test(name);
}

/** A five-second clip on two ordinary cores, with WebAssembly. */
const TYPICAL_SECONDS = 20;

/** About how long a clip takes without WebGPU, to tell before the first one was made. */
export const typicalSeconds = (support: Support): number => TYPICAL_SECONDS * (support.threads ? 1 : 2);
