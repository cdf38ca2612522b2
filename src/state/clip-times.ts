// How long clips took on this device, one entry a model: the best estimate of the next one. Kept as text; read from unknown.
import { type ClipAsk, clipWork, type EstimatedModel } from '../core/clip-estimate.ts';
import { clipShape } from '../core/video-format.ts';
import type { DeviceKind, GenerateRequest, GenerationReport } from '../protocol/engine-api.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';

const KEY = 'kindling.clip-times';

/** What a clip took. */
export interface ClipTime {
  readonly device: DeviceKind;
  /** Of the model that made it: another version may be slower. */
  readonly version: string;
  /** Operations and seconds of denoising. */
  readonly flops: number;
  readonly denoiseSeconds: number;
  /** Frames and seconds of everything else. */
  readonly frames: number;
  readonly otherSeconds: number;
}

const FIELDS = ['flops', 'denoiseSeconds', 'frames', 'otherSeconds'] as const;

/** Remembers how long a clip took, in place of the model's last one. */
export function keepClipTime(
  { job, manifest }: Pick<GenerateRequest, 'job' | 'manifest'>,
  report: GenerationReport,
  store: TextStore | null,
): void {
  const { steps, guidance, aspect, fps } = job;
  const { flops } = clipWork(manifest, { steps, guidance, aspect, fps, seconds: job.segments[0]!.seconds });
  const denoiseSeconds = report.seconds.denoise - report.previewSeconds;
  const time: ClipTime = {
    device: report.device,
    version: manifest.version,
    flops,
    denoiseSeconds,
    frames: report.frames,
    otherSeconds: report.seconds.total - denoiseSeconds,
  };
  keepChoice(KEY, JSON.stringify({ ...keptTimes(store), [manifest.id]: time }), store);
}

/** How long the model's last clip took here; null if none was made, or by another version. */
export function keptClipTime(
  { id, version }: { readonly id: string; readonly version: string },
  store: TextStore | null,
): ClipTime | null {
  const kept = keptTimes(store);
  const time = Object.hasOwn(kept, id) ? parseTime(kept[id]) : null;
  return time?.version === version ? time : null;
}

/** What a clip would take, from one that was made: denoising grows with its operations, everything else with the frames. */
export function secondsFrom(time: ClipTime, model: EstimatedModel, ask: ClipAsk): number {
  const { frames } = clipShape(model.geometry, ask.aspect, ask.seconds, ask.fps);
  return (
    (time.denoiseSeconds * clipWork(model, ask).flops) / time.flops +
    (time.otherSeconds * frames) / time.frames
  );
}

function keptTimes(store: TextStore | null): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(keptChoice(KEY, store) ?? '{}');
    return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? { ...kept } : {};
  } catch {
    return {}; // damaged: the next clip replaces it
  }
}

function parseTime(value: unknown): ClipTime | null {
  if (typeof value !== 'object' || value === null) return null;
  const { device, version, ...rest } = value as Readonly<Record<string, unknown>>;
  if ((device !== 'webgpu' && device !== 'wasm') || typeof version !== 'string') return null;
  const [flops, denoiseSeconds, frames, otherSeconds] = FIELDS.map((name) => {
    const number = rest[name];
    return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : Number.NaN;
  }) as [number, number, number, number];
  if (!(flops > 0 && frames > 0 && denoiseSeconds + otherSeconds >= 0)) return null;
  return { device, version, flops, denoiseSeconds, frames, otherSeconds };
}
