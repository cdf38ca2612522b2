// What this browser has, asked as cheaply as can be: no Worker, no adapter, no device before Generate is pressed.

/** What the page can tell before anything is started. */
export interface Support {
  /** The page may ask for a GPU; whether one answers is only known when a clip is made. */
  readonly webgpu: boolean;
  /** Without these no clip can be made at all; empty on every current browser. */
  readonly missing: readonly ('worker' | 'wasm' | 'webcodecs')[];
  /** WebAssembly may use several threads. */
  readonly threads: boolean;
}

/** Reads a browser's global scope. */
export function readSupport(scope: typeof globalThis): Support {
  const navigator: object = scope.navigator ?? {};
  const missing: Support['missing'][number][] = [];
  if (!('Worker' in scope)) missing.push('worker');
  if (!('WebAssembly' in scope)) missing.push('wasm');
  if (!('VideoEncoder' in scope)) missing.push('webcodecs');
  return {
    webgpu: 'gpu' in navigator && navigator.gpu !== undefined && navigator.gpu !== null,
    missing,
    threads: 'crossOriginIsolated' in scope && scope.crossOriginIsolated === true,
  };
}

/** A five-second clip on two ordinary cores, with WebAssembly. */
const TYPICAL_SECONDS = 20;

/** About how long a clip takes without WebGPU, to tell before the first one was made. */
export const typicalSeconds = (support: Support): number => TYPICAL_SECONDS * (support.threads ? 1 : 2);
