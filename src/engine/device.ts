// The one file that asks for a GPU. `null` means there is none; a throw is something unexpected.

import { AppError } from '../core/errors.ts';

/** A GPU device with what we know of it. The owner calls {@link GpuDevice.close}. */
export interface GpuDevice {
  readonly device: GPUDevice;
  /** Vendor and architecture as far as the browser tells them. */
  readonly name: string;
  /** True for a software adapter: correct, but slower than WebAssembly. */
  readonly software: boolean;
  readonly shaderF16: boolean;
  /** Set once the device is lost, with the browser's reason. */
  readonly lost: () => string | null;
  /** The first error that no scope caught, if any; cleared by reading. */
  readonly takeError: () => string | null;
  close(): void;
}

/** Which optional features to ask for; each only if the adapter has it. */
export interface DeviceFeatures {
  readonly shaderF16: boolean;
  /** The runtime's subgroup attention kernel is wrong at subgroup size 4 (errors of 5–90 % measured on SwiftShader). */
  readonly subgroups: boolean;
}

/** Subgroups narrower than this break the runtime's attention kernel; see {@link DeviceFeatures}. */
const NARROWEST_SUBGROUP = 8;

/** Asks for an adapter. Null where WebGPU does not exist or offers none. */
export async function requestAdapter(): Promise<GPUAdapter | null> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return null;
  try {
    return await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch {
    return null; // A blocked GPU process rejects instead of answering null.
  }
}

/** What a person would call this adapter: vendor, architecture, description, whatever is there. */
export function adapterName(adapter: GPUAdapter): string {
  const { vendor, architecture, device, description } = adapter.info;
  const words = [vendor, architecture, description || device].filter((word) => word !== '');
  return words.length > 0 ? words.join(' ') : 'unnamed adapter';
}

/** True for an adapter that runs on the CPU. */
export function isSoftware(adapter: GPUAdapter): boolean {
  const info = adapter.info as GPUAdapterInfo & { readonly isFallbackAdapter?: boolean };
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|basic render/i.test(adapterName(adapter));
}

/**
 * Opens a device with the adapter's own limits (a weight matrix may be larger than the default 128 MiB binding).
 * @throws {AppError} `gpu/failed` if the adapter refuses.
 */
export async function openDevice(adapter: GPUAdapter, wanted: DeviceFeatures): Promise<GpuDevice> {
  const requiredFeatures: GPUFeatureName[] = [];
  const shaderF16 = wanted.shaderF16 && adapter.features.has('shader-f16');
  if (shaderF16) requiredFeatures.push('shader-f16');
  if (wanted.subgroups && adapter.features.has('subgroups')) {
    const narrowest =
      (adapter.info as GPUAdapterInfo & { readonly subgroupMinSize?: number }).subgroupMinSize ?? 0;
    if (narrowest >= NARROWEST_SUBGROUP) requiredFeatures.push('subgroups');
  }
  const { limits } = adapter;
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredFeatures,
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
        maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      },
    });
  } catch (cause) {
    throw new AppError(
      'gpu/failed',
      'The graphics processor was found but did not open. WebAssembly works without it.',
      { cause },
    );
  }
  let lost: string | null = null;
  let error: string | null = null;
  void device.lost.then((info) => {
    lost = info.message || info.reason;
  });
  device.addEventListener('uncapturederror', (event) => {
    error ??= event.error.message;
  });
  return {
    device,
    name: adapterName(adapter),
    software: isSoftware(adapter),
    shaderF16,
    lost: () => lost,
    takeError: () => {
      const first = error;
      error = null;
      return first;
    },
    close: () => device.destroy(),
  };
}
