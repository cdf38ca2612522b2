import type { ErrorCode } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { ModelManifest } from './manifest.ts';

/** Which processor a clip is made on. */
export type DeviceKind = 'webgpu' | 'wasm';

/** What the user asks for: `auto` takes WebGPU where an adapter passes the self-test. */
export const DEVICE_CHOICES = ['auto', 'webgpu', 'wasm'] as const;

/** One of {@link DEVICE_CHOICES}. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** The stages of a job in order; `prepare` covers the device, the runtime and the weights. */
export const PHASES = ['prepare', 'text', 'picture', 'denoise', 'decode', 'encode'] as const;

/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** What crosses to the Worker for one clip. */
export interface GenerateRequest {
  readonly job: Job;
  readonly manifest: ModelManifest;
  /** The first frame, for a job whose first segment has a picture. */
  readonly picture: Blob | null;
  readonly device: DeviceChoice;
  /** Visible mark “AI生成 / AI-generated” on the first seconds. The mark in the file's metadata is always written. */
  readonly visibleLabel: boolean;
  /** Send a moving preview while denoising. */
  readonly preview: boolean;
  /** Keep segments and steps on this device, and take those that are kept: a job that was broken off goes on. Absent: nothing is kept. */
  readonly keep?: boolean;
  /** The storyboard that it is a film of: what is kept of it goes after that of others when room is made. */
  readonly board?: string;
}

/** A small moving picture of what the clip is becoming: frames in order, to be looped. Buffers are transferred, the receiver owns them. */
export interface ClipPreview {
  readonly width: number;
  readonly height: number;
  /** Frames per second at which the loop runs at the clip's true speed. */
  readonly fps: number;
  /** RGBA, width · height · 4 bytes each. */
  readonly frames: readonly Uint8ClampedArray<ArrayBuffer>[];
  /** Denoising step after which it was taken, counted on from pass to pass. */
  readonly step: number;
}

/** What the Worker says while a clip is made. */
export type GenerateEvent =
  | {
      readonly type: 'progress';
      readonly phase: Phase;
      /** Finished parts of this phase: bytes, tokens, steps or frames. */
      readonly done: number;
      readonly total: number;
      /** For the whole job; null until it can be told. */
      readonly secondsLeft: number | null;
    }
  /** A segment of the storyboard is begun; `made` if nothing of it is left to be made. */
  | { readonly type: 'segment'; readonly index: number; readonly count: number; readonly made: boolean }
  | {
      readonly type: 'device';
      readonly device: DeviceKind;
      readonly adapter: string | null;
      readonly reason: string | null;
    }
  | { readonly type: 'preview'; readonly preview: ClipPreview }
  /** A segment has been painted; `strip` is a picture file that shows it (`core/segment-strip.ts`). Of what is kept only. */
  /** The film of one segment that was made, to be seen before the whole is finished. Of what is kept only; not of the last. */
  | { readonly type: 'part'; readonly index: number; readonly film: Blob }
  | { readonly type: 'painted'; readonly index: number; readonly strip: Blob }
  | ({ readonly type: 'warning' } & JobWarning);

/** Things the user should know that do not stop the job. */
export type WarningCode = 'prompt-truncated' | 'gpu-fallback' | 'slow-adapter';

/** One of them, with a message for people. */
export interface JobWarning {
  readonly code: WarningCode;
  readonly message: string;
}

/** Which model made a clip. */
export interface RecordedModel {
  readonly id: string;
  readonly version: string;
  /** Of all its files: `modelHash()`. */
  readonly hash: string;
}

/** A segment's frames as they are encoded: it begins with a key frame, so segments can stand in one file in any order. */
export interface EncodedSegment {
  /** Codec string of the stream. */
  readonly codec: string;
  /** What a decoder is configured with; segments with others cannot stand in one track. */
  readonly description: Uint8Array;
  /** Bytes of each frame in `data`, and whether it is a key frame. */
  readonly frames: readonly { readonly bytes: number; readonly key: boolean }[];
  /** All frames, one after the other. May be a file on the disk. */
  readonly data: Blob;
}

/** What was made and how, for people and programs. */
export interface GenerationReport {
  readonly device: DeviceKind;
  /** The GPU's name as far as the browser tells it. */
  readonly adapter: string | null;
  readonly precision: string;
  readonly threads: number;
  readonly model: RecordedModel;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
  readonly codec: string;
  readonly bytes: number;
  readonly latents: readonly number[];
  readonly tokens: number;
  readonly steps: number;
  /** Seconds per phase and `total`. */
  readonly seconds: Readonly<Record<Phase | 'total', number>>;
  /** Time spent on previews, part of denoise. */
  readonly previewSeconds: number;
  readonly warnings: readonly JobWarning[];
  /** Names of its segments in the store of this device, in order; empty if nothing was kept. */
  readonly segments: readonly string[];
}

/** A finished clip. */
export interface GenerateResult {
  /** `video/mp4`, with the job inside. */
  readonly file: Blob;
  readonly report: GenerationReport;
}

/** What this browser can do, asked before anything is generated. Does not touch the GPU beyond asking for an adapter. */
export interface Capabilities {
  /** Null if there is no WebGPU or no adapter. */
  readonly gpu: { readonly name: string; readonly shaderF16: boolean; readonly fallback: boolean } | null;
  readonly webCodecs: boolean;
  readonly isolated: boolean;
  /** Threads the WebAssembly path will use: more than one needs cross-origin isolation. */
  readonly threads: number;
}

/** The Worker as the page sees it. Errors cross as AppError with their code (`protocol/comlink.ts`); cancelling rejects with AbortError. */
export interface EngineApi {
  capabilities(): Promise<Capabilities>;
  /**
   * Makes one clip. One at a time: a second call while one runs rejects with `worker/busy`.
   * @param id names the job for {@link EngineApi.cancel}.
   */
  generate(
    id: string,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult>;
  /** Stops that job within one transformer block; its promise rejects with AbortError. Unknown or finished ids are ignored. */
  cancel(id: string): Promise<void>;
}

/** What is written into the file so that a dropped clip reopens as its job. */
export interface JobRecord {
  readonly kindling: 1;
  readonly job: Job;
  readonly model: RecordedModel;
  /** Whether the visible mark is on the first seconds. */
  readonly visibleLabel: boolean;
  /** The picture as it was used, at the decoder's size, PNG in base64; null without one. */
  readonly picture: string | null;
}

/** An error as it crosses to the page. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
