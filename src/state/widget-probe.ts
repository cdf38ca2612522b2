// What the visitor's device can do, asked after the press of a button and not before.
import type { EmbedCapabilities } from '../protocol/embed-api.ts';
import { isSoftware } from './support.ts';

/** What is asked. */
export type DeviceFacts = Pick<EmbedCapabilities, 'webgpu' | 'precision' | 'codecs'>;

/** One of each kind, at a size that every clip has. */
const CODECS = ['avc1.42E01F', 'vp09.00.31.08', 'av01.0.05M.08'] as const;
const TRIAL = { width: 448, height: 256, framerate: 30 } as const;

/** Asks for an adapter and for the formats that can be written; opens no device. Never rejects. */
export async function probeDevice(scope: typeof globalThis): Promise<DeviceFacts> {
  const [gpu, codecs] = await Promise.all([probeGpu(scope), probeCodecs(scope)]);
  return { ...gpu, codecs };
}

async function probeGpu(scope: typeof globalThis): Promise<Pick<DeviceFacts, 'webgpu' | 'precision'>> {
  try {
    const gpu = (scope.navigator as { readonly gpu?: GPU }).gpu;
    const adapter = await gpu?.requestAdapter();
    if (!adapter) return { webgpu: 'none', precision: null };
    const precision = adapter.features.has('shader-f16') ? 'f16' : 'f32';
    return { webgpu: isSoftware(adapter.info) ? 'software' : 'hardware', precision };
  } catch {
    return { webgpu: 'none', precision: null }; // a blocked GPU process rejects instead of answering null
  }
}

async function probeCodecs(scope: typeof globalThis): Promise<readonly string[]> {
  const answers = await Promise.all(
    CODECS.map(async (codec) => {
      try {
        const { supported } = await scope.VideoEncoder.isConfigSupported({ codec, ...TRIAL });
        return supported ? [codec] : [];
      } catch {
        return [];
      }
    }),
  );
  return answers.flat();
}
