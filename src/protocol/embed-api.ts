// What a partner's page and the widget tell each other, as the partner sees it. Types only and no imports: the build gives
// this very file away, followed by `embed/page-api.ts`, as the declarations of `embed.mjs` and of `kindling-embed`.

/** What a partner's page asks for. Everything but the prompt (or a picture) may be left out. */
export interface EmbedJob {
  /** What happens; up to 500 characters, may be empty if there is a picture. */
  readonly prompt?: string;
  /** The first frame: JPEG, PNG, WebP, AVIF or GIF. */
  readonly picture?: Blob;
  /** How a picture of another shape is fitted: cut to fill (default), or shown whole. */
  readonly fit?: 'crop' | 'letterbox';
  /** Width to height, such as `9:16`. */
  readonly aspect?: string;
  /** Length in seconds. */
  readonly seconds?: number;
  /** Frames per second, an integer. */
  readonly fps?: number;
  /** Denoising steps, an integer. */
  readonly steps?: number;
  /** How closely the words are followed; 1 is fastest. */
  readonly guidance?: number;
  /** What should not be seen. */
  readonly negativePrompt?: string;
  /** An integer 0 … 4294967295: the same job with the same seed on the same device makes the same clip. Drawn if left out. */
  readonly seed?: number;
  /** One of {@link EmbedCapabilities.models}; the first if left out. */
  readonly model?: string;
  /** The visible mark “AI-generated” on the first seconds, default true. The mark in the file's metadata is always written. */
  readonly label?: boolean;
}

/** How the storage that the frame sees relates to the visitor's own Kindling. */
export type EmbedStorage =
  /** The same as in a tab of its own. */
  | 'first-party'
  /** A copy for this partner's site alone. */
  | 'partitioned'
  /** The visitor has let the frame use what Kindling keeps in its own tab. */
  | 'unpartitioned'
  /** A credentialless frame: everything is forgotten on reload. */
  | 'credentialless'
  /** Nothing can be kept. */
  | 'blocked';

/** What the visitor's browser can do. Nothing is fetched and no graphics processor is asked before the visitor presses the button. */
export interface EmbedCapabilities {
  /** `unasked` until the button was pressed. */
  readonly webgpu: 'none' | 'unasked' | 'software' | 'hardware';
  /** In which numbers the graphics processor can compute; null until it was asked, and without one. */
  readonly precision: 'f16' | 'f32' | null;
  /** Video formats that the browser says it can write, as codec strings; null until the button was pressed. */
  readonly codecs: readonly string[] | null;
  /** Clips can be made at all: Workers, WebAssembly and a video encoder are there. */
  readonly supported: boolean;
  readonly storage: EmbedStorage;
  /** `ready` once a clip was made in this frame. */
  readonly model: 'needs-loading' | 'ready';
  /** Models of {@link EmbedTerms.models} that a clip can be made with now: more, once the visitor lets the frame use downloads. */
  readonly models: readonly string[];
  /** Bytes that the first clip has to load at most; the browser's cache may have them already. */
  readonly bytesNeeded: number;
}

/** What the deployment allows here. */
export interface EmbedTerms {
  /** Identifiers of the models on offer, the default first. */
  readonly models: readonly string[];
  /** Longest clip in seconds. */
  readonly maxSeconds: number;
  /** Whether a job may leave the visible mark out. */
  readonly label: 'mandatory' | 'optional';
  /** Clips that one visitor may make here in a day; null for no limit. */
  readonly clipsPerDay: number | null;
  /** Whether visitors may begin clips of their own with a picture of theirs; `picture: false` in the options switches it off as well. */
  readonly visitorPictures: boolean;
}

/** Where a clip is. */
export interface EmbedProgress {
  readonly phase: 'prepare' | 'text' | 'picture' | 'denoise' | 'decode' | 'encode';
  /** Of the whole job, 0 … 1, never falling; an estimate. */
  readonly fraction: number;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
}

/** A small moving picture of what the clip is becoming. */
export interface EmbedPreview {
  readonly width: number;
  readonly height: number;
  /** Frames per second at which the loop runs at the clip's true speed. */
  readonly fps: number;
  /** RGBA, width · height · 4 bytes each, in order. */
  readonly frames: readonly Uint8ClampedArray<ArrayBuffer>[];
}

/** A finished clip. */
export interface EmbedClip {
  /** `video/mp4`, with the job inside. */
  readonly file: Blob;
  /** Everything that decides the clip's pixels, plain data: Kindling opens it again. */
  readonly job: Readonly<Record<string, unknown>>;
  /** How the clip says that it was generated. */
  readonly labels: { readonly visible: boolean; readonly metadata: boolean };
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly frames: number;
  /** Codec string of the video track. */
  readonly codec: string;
  /** How long it took, seconds. */
  readonly seconds: number;
  readonly device: 'webgpu' | 'wasm';
}

/** What the frame shows. `asked`: a job of the page waits for the visitor. */
export type EmbedPhase = 'poster' | 'asked' | 'running' | 'done' | 'failed' | 'cancelled';

/** Where the widget is. */
export interface EmbedStatus {
  readonly phase: EmbedPhase;
  /** Clips that this visitor may still make here today; null for no limit. */
  readonly clipsLeft: number | null;
  readonly capabilities: EmbedCapabilities;
}
