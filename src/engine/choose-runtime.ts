import { AppError } from '../core/errors.ts';
import type { Precision } from '../networks/part.ts';
import type { DeviceChoice, JobWarning } from '../protocol/engine-api.ts';
import {
  adapterName,
  type DeviceFeatures,
  type GpuDevice,
  isSoftware,
  openDevice,
  requestAdapter,
} from './device.ts';
import { availableThreads, openRuntime, type Runtime } from './runtime.ts';
import { selfTest } from './self-test.ts';

/** A runtime that passed, and why it was chosen over what was asked or hoped for. */
export interface ChosenRuntime {
  readonly runtime: Runtime;
  /** What the model is computed in there. */
  readonly precision: Precision;
  /** For people: why not the GPU, or null if there is nothing to explain. */
  readonly reason: string | null;
  /** What the user should be warned of: a GPU that was passed over, or one that will be slow. */
  readonly warning: JobWarning | null;
}

/** What decides whether a GPU is trusted. */
export interface DeviceChecks {
  readonly isSoftware: typeof isSoftware;
  readonly selfTest: typeof selfTest;
}

/** From the fastest to the most careful; the first whose numbers are right is taken. */
const FEATURE_LADDER: readonly DeviceFeatures[] = [
  { shaderF16: true, subgroups: true },
  { shaderF16: true, subgroups: false },
  { shaderF16: false, subgroups: false }, // what half precision gets wrong, f32 may get right
];

const slowness = ({ software, name }: GpuDevice): JobWarning | null =>
  software
    ? {
        code: 'slow-adapter',
        message: `${name} is a software adapter: right, but many times slower than WebAssembly.`,
      }
    : null;

/**
 * Opens the runtime for a job: WebGPU where an adapter passes the numeric self-test, WebAssembly otherwise.
 * @param choice `auto` passes over software adapters (slower than WebAssembly); `webgpu` insists, `wasm` never asks for a GPU.
 * @param precisionOf what the model is computed in on a device that has f16 or has not.
 * @param checks what is asked of an adapter and its device; the real ones by default.
 * @returns the caller closes the runtime.
 * @throws {AppError} `unsupported/webgpu` or `gpu/self-test` when WebGPU was insisted on; `internal/runtime`.
 */
export async function chooseRuntime(
  choice: DeviceChoice,
  precisionOf: (shaderF16: boolean) => Precision,
  checks: DeviceChecks = { isSoftware, selfTest },
): Promise<ChosenRuntime> {
  const threads = availableThreads();
  const fallBack = async (reason: string | null, isWarning = false): Promise<ChosenRuntime> => ({
    runtime: await openRuntime({ gpu: null, threads }),
    precision: precisionOf(false),
    reason,
    warning: isWarning && reason ? { code: 'gpu-fallback', message: reason } : null,
  });
  if (choice === 'wasm') return fallBack(null);

  const adapter = await requestAdapter();
  if (!adapter) {
    if (choice === 'auto') return fallBack('This browser offers no WebGPU here; WebAssembly runs instead.');
    throw new AppError(
      'unsupported/webgpu',
      'This browser offers no WebGPU here. Choose “auto” or “wasm”: WebAssembly runs everywhere.',
    );
  }
  if (choice === 'auto' && checks.isSoftware(adapter)) {
    return fallBack(
      `The only WebGPU adapter (${adapterName(adapter)}) is software; WebAssembly is faster and runs instead.`,
    );
  }
  let problem = '';
  for (const features of FEATURE_LADDER) {
    // A device takes its adapter with it: each try asks anew.
    const fresh = await requestAdapter();
    if (!fresh) break;
    let gpu: GpuDevice | null = null;
    let runtime: Runtime | null = null;
    try {
      gpu = await openDevice(fresh, features);
      runtime = await openRuntime({ gpu, threads });
      const reference = await openRuntime({ gpu: null, threads });
      const precision = precisionOf(runtime.shaderF16);
      const { passed, error } = await checks.selfTest(runtime, reference, precision);
      if (passed) return { runtime, precision, reason: null, warning: slowness(gpu) };
      problem = `its numbers are off by ${(100 * error).toFixed(1)} %`;
    } catch (cause) {
      problem = cause instanceof Error ? cause.message : String(cause);
    }
    if (runtime) await runtime.close();
    else gpu?.close();
  }
  const message = `The graphics processor (${adapterName(adapter)}) failed the self-test: ${problem}.`;
  if (choice === 'auto') return fallBack(`${message} WebAssembly runs instead.`, true);
  throw new AppError('gpu/self-test', `${message} Choose “auto” or “wasm”.`);
}
