// Everything that crosses between a partner's page and the widget in its frame: one greeting on the window, which brings
// a MessagePort along, and after it only messages on that port.
import type { ErrorCode } from '../core/errors.ts';
import type {
  EmbedCapabilities,
  EmbedClip,
  EmbedJob,
  EmbedPhase,
  EmbedPreview,
  EmbedProgress,
  EmbedStatus,
  EmbedTerms,
} from './embed-api.ts';

/** Version of all messages. A widget answers a greeting of another version with a refusal that names both. */
export const EMBED_VERSION = 1;

/** Sent by the page to the frame's window, at the exact origin of the widget, with one port. */
export interface HelloMessage {
  readonly kindling: 'hello';
  readonly version: typeof EMBED_VERSION;
}

/** What the page says on the port. `id` counts the page's calls and comes back with the answer. */
export type HostMessage =
  | { readonly type: 'generate'; readonly id: number; readonly job: EmbedJob }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'export'; readonly id: number }
  | { readonly type: 'status'; readonly id: number };

/** What the widget says on the port. An `id` of null is about a clip that the visitor alone has started. */
export type WidgetMessage =
  /** The first, if the page may use the widget. */
  | {
      readonly type: 'ready';
      readonly version: typeof EMBED_VERSION;
      readonly capabilities: EmbedCapabilities;
      readonly terms: EmbedTerms;
    }
  /** The first and last, if it may not. */
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'capabilities'; readonly capabilities: EmbedCapabilities }
  | { readonly type: 'phase'; readonly phase: EmbedPhase }
  | { readonly type: 'progress'; readonly id: number | null; readonly progress: EmbedProgress }
  | { readonly type: 'preview'; readonly id: number | null; readonly preview: EmbedPreview }
  | { readonly type: 'result'; readonly id: number | null; readonly clip: EmbedClip }
  | {
      readonly type: 'failed';
      readonly id: number | null;
      readonly code: ErrorCode;
      /** In English; only messages of our own errors. */
      readonly message: string;
      /** Plain data: nearest legal values, limits. */
      readonly detail: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'cancelled'; readonly id: number | null }
  | { readonly type: 'status'; readonly id: number; readonly status: EmbedStatus }
  | { readonly type: 'resize'; readonly height: number };

/** One kind of {@link WidgetMessage}. */
export type WidgetMessageOf<Type extends WidgetMessage['type']> = Extract<WidgetMessage, { type: Type }>;
