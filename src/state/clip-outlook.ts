import { type ClipDefaults, defaultClip, type EstimatedModel, estimateClip } from '../core/clip-estimate.ts';
import type { DeviceKind } from '../protocol/engine-api.ts';
import { keptClipTime, secondsFrom } from './clip-times.ts';
import { keptReport } from './kept-report.ts';
import type { TextStore } from './language.ts';
import type { GpuKind } from './support.ts';

/** How long the model's usual clip will take on this device, and how that is known. */
export type ClipOutlook =
  /** From the last clip that was made here: all of it. */
  | { readonly kind: 'made'; readonly seconds: number; readonly device: DeviceKind }
  /** From the report on the graphics card: denoising alone. `products`: rather more, see `ClipEstimate.basis`. */
  | {
      readonly kind: 'reckoned';
      readonly seconds: number;
      readonly basis: 'blocks' | 'products';
      readonly adapter: string;
    }
  /** There is a graphics card that nobody measured. */
  | { readonly kind: 'unmeasured' }
  /** The report says that the card counts wrong, or there is none: only a clip can tell. */
  | { readonly kind: 'after-a-clip' };

/** A model whose clip is asked about; a manifest has it all. */
export type OutlookModel = EstimatedModel & {
  readonly id: string;
  readonly version: string;
  readonly limits: ClipDefaults;
};

/**
 * Looks at what was measured here. Never a number that was not.
 * @param gpu null while it is not known yet.
 */
export function clipOutlook(model: OutlookModel, gpu: GpuKind | null, store: TextStore | null): ClipOutlook {
  const ask = defaultClip(model.limits);
  const time = keptClipTime(model, store);
  if (time) return { kind: 'made', seconds: secondsFrom(time, model, ask), device: time.device };
  // The engine passes a software adapter over, so what is known of one says nothing.
  if (gpu === 'none' || gpu === 'software') return { kind: 'after-a-clip' };
  const report = keptReport(store);
  if (!report || report.adapter.software) return { kind: 'unmeasured' };
  const estimate = estimateClip(model, ask, report.rates);
  if (!report.passed || !estimate) return { kind: 'after-a-clip' };
  const { seconds, basis } = estimate;
  return { kind: 'reckoned', seconds, basis, adapter: report.adapter.name };
}
