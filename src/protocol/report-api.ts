import type { ClipDefaults, EstimatedModel } from '../core/clip-estimate.ts';
import type { GpuReport } from './gpu-report.ts';

/** A model that a report is to say something about, and the clip that it is asked for. */
export interface ReportedModel extends EstimatedModel {
  readonly id: string;
  readonly numbers: { readonly weights: 'q8' | 'q4'; readonly halves: boolean };
  readonly limits: ClipDefaults;
}

/** What a report consists of, in this order. */
export const REPORT_PARTS = ['self-test', 'products', 'attention', 'blocks'] as const;

/** One of {@link REPORT_PARTS}. */
export type ReportPart = (typeof REPORT_PARTS)[number];

/** How far a report is. */
export interface ReportEvent {
  readonly part: ReportPart;
  /** Finished measurements of all. */
  readonly done: number;
  readonly total: number;
  /** What was measured last: FLOP/s; null before the first. */
  readonly flops: number | null;
}

/** What the report is told. */
export interface ReportRequest {
  readonly models: readonly ReportedModel[];
  /** ISO 8601. */
  readonly made: string;
  readonly browser: string;
}

/** The Worker that measures, as the page sees it. Errors cross as AppError; stopping rejects with AbortError. */
export interface ReportApi {
  /** Measures this device; about half a minute, less on a fast one. One at a time: a second call rejects with `worker/busy`. */
  measure(request: ReportRequest, onEvent: (event: ReportEvent) => void): Promise<GpuReport>;
  /** Stops what is being measured after the run at hand. */
  stop(): Promise<void>;
}
