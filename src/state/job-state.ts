import type { AppError } from '../core/errors.ts';
import type { ClipShape } from '../core/video-format.ts';
import type {
  ClipPreview,
  DeviceKind,
  GenerateRequest,
  GenerationReport,
  JobWarning,
  Phase,
} from '../protocol/engine-api.ts';

export type {
  ClipPreview,
  DeviceChoice,
  DeviceKind,
  GenerationReport,
  JobWarning,
  Phase,
  WarningCode,
} from '../protocol/engine-api.ts';

/** A finished clip of this visit. */
export interface Clip {
  /** Counts up from 1 during a visit. */
  readonly id: number;
  /** Object URL of the file; revoked by the clip's owner, {@link ClipShelf}. */
  readonly url: string;
  readonly file: Blob;
  /** Suggested name for saving. */
  readonly fileName: string;
  readonly request: GenerateRequest;
  readonly report: GenerationReport;
  /** Its name among the kept films, if it was opened from there. */
  readonly fileId?: string;
}

/** A job on its way. */
export interface RunningJob {
  readonly status: 'running';
  readonly request: GenerateRequest;
  /** Of the whole film. */
  readonly shape: ClipShape;
  /** The segment that is being made, counted from 0. */
  readonly segment: {
    readonly index: number;
    readonly count: number;
    /** {@link RunningJob.fraction} when it was begun. */
    readonly from: number;
  };
  /** Films of single segments, and small pictures of the segments that were painted by this job so far (`core/segment-strip.ts`). */
  readonly parts: readonly { readonly index: number; readonly film: Blob }[];
  readonly strips: readonly { readonly index: number; readonly strip: Blob }[];
  readonly phase: Phase;
  /** Finished parts of this phase, out of `total`. */
  readonly done: number;
  readonly total: number;
  /** Of the whole job, 0 … 1, never falling; an estimate. */
  readonly fraction: number;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
  readonly preview: ClipPreview | null;
  readonly device: DeviceKind | null;
  readonly warnings: readonly JobWarning[];
  /** Cancel was pressed and the Worker has not stopped yet. */
  readonly cancelling: boolean;
}

/** Where the one job of the page is. */
export type JobState =
  | { readonly status: 'idle' }
  | RunningJob
  | { readonly status: 'done'; readonly clip: Clip }
  | { readonly status: 'failed'; readonly error: AppError; readonly shape: ClipShape }
  | { readonly status: 'cancelled'; readonly shape: ClipShape };

/** True while the processor makes a clip: it then has little to spare for a lively page. */
export const isOnProcessor = (job: JobState): boolean => job.status === 'running' && job.device === 'wasm';
