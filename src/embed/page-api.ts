// What a partner's page gets to program with. Types only: the build gives this file away behind `protocol/embed-api.ts`, whose
// names are all that it may import.
import type {
  EmbedCapabilities,
  EmbedClip,
  EmbedJob,
  EmbedPhase,
  EmbedPreview,
  EmbedProgress,
  EmbedStatus,
  EmbedTerms,
} from '../protocol/embed-api.ts';

/** What a handle tells, by name. */
export interface EmbedEvents {
  /** The frame shows something else. */
  readonly phase: EmbedPhase;
  readonly progress: EmbedProgress;
  readonly preview: EmbedPreview;
  /** A clip was made: asked for by the page, or by the visitor alone. */
  readonly clip: EmbedClip;
  /** A clip that the visitor alone had started failed. */
  readonly error: Error & { readonly code: string };
  /** More is known about the browser: the visitor has pressed the button. */
  readonly capabilities: EmbedCapabilities;
  /** Height that the frame's content needs, CSS pixels. The frame has been made as high unless {@link EmbedOptions.height} is set. */
  readonly resize: number;
  /** The frame is gone; the handle is of no more use. */
  readonly gone: null;
}

/** How a job of the page is followed and stopped. */
export interface EmbedGenerateOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EmbedProgress) => void;
  readonly onPreview?: (preview: EmbedPreview) => void;
}

/** A widget in the page. */
export interface EmbedHandle {
  readonly frame: HTMLIFrameElement;
  readonly capabilities: EmbedCapabilities;
  readonly terms: EmbedTerms;
  /**
   * Shows a job in the frame; it starts when the visitor presses the button there. One at a time.
   * Rejects with an error that has a stable `code` (`input/…`, `embed/declined`, `embed/limit`, `worker/busy`, …), with an
   * AbortError after `signal`, {@link EmbedHandle.cancel} or the visitor's own cancel, and with a TypeError for what is no job.
   */
  generate(job: EmbedJob, options?: EmbedGenerateOptions): Promise<EmbedClip>;
  /** Stops or takes back the page's job; without one, nothing happens. */
  cancel(): void;
  /** The newest clip once more. Rejects with `embed/no-clip` if there is none. */
  export(): Promise<EmbedClip>;
  status(): Promise<EmbedStatus>;
  /** Listens. @returns what stops it. */
  on<Name extends keyof EmbedEvents>(name: Name, listener: (event: EmbedEvents[Name]) => void): () => void;
  /** Takes the frame away; whatever waits rejects with `embed/gone`. A second call does nothing. */
  destroy(): void;
}

/** How a widget is made. */
export interface EmbedOptions {
  /** Address of the deployment's `embed.html`. `embed.js` and `embed.mjs` know their own; the package has to be told. */
  readonly src?: string;
  /** Words that stand in the field at the beginning. */
  readonly prompt?: string;
  /** Width to height, such as `9:16`. */
  readonly aspect?: string;
  readonly lang?: 'en' | 'zh';
  /** False offers the visitor no picture to begin with; true, the default, does if the deployment allows it. */
  readonly picture?: boolean;
  /** Fixed height in CSS pixels; left out, the frame is as high as its content. */
  readonly height?: number;
  /** Name of the frame for screen readers. */
  readonly title?: string;
  /** How long the widget may take to answer, milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * Puts a widget into an element. Rejects with `embed/timeout` if it does not answer, with `embed/refused` if the deployment
 * does not allow this site, and with a TypeError for arguments that cannot be meant.
 */
export type EmbedCreate = (container: Element, options?: EmbedOptions) => Promise<EmbedHandle>;

/** The element `<kindling-clip prompt aspect lang height src picture="off">`. Fires `kindling-ready`, `kindling-clip`, `kindling-error` … with the event as `detail`. */
export interface EmbedElement extends HTMLElement {
  /** Of the widget that is in it now; null while it is not in a page. */
  readonly handle: Promise<EmbedHandle> | null;
}
