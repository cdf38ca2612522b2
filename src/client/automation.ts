import { AppError, isAbort } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type {
  DeviceChoice,
  GenerateEvent,
  GenerateResult,
  GenerationReport,
  WireError,
} from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import type { OpenModel } from '../protocol/open-model.ts';
import type { Engine } from './engine.ts';

/** What a script outside the page orders: plain JSON. */
export interface AutomationOrder {
  readonly job: Job;
  /** The picture's file in base64; null for text to video. */
  readonly picture: string | null;
  readonly device: DeviceChoice;
  readonly visibleLabel: boolean;
  /** {@link GenerateRequest.keep}. */
  readonly keep?: boolean;
}

/** How an order ended. Errors are values here: what is thrown across a browser's automation protocol loses its code. */
export type AutomationOutcome =
  | { readonly status: 'done'; readonly report: GenerationReport; readonly bytes: number }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly error: WireError };

/** The page as a script drives it: `globalThis.kindling`. One order at a time, through the same client as the page's own button. */
export interface Automation {
  /** Makes one clip; never rejects. Fails with `worker/busy` while another is made. Previews are not among the events. */
  generate(order: AutomationOrder, onEvent?: (event: GenerateEvent) => void): Promise<AutomationOutcome>;
  /** Cancels the order in flight, if there is one. */
  cancel(): void;
  /**
   * Adds a model of the script's own to those that can be downloaded, before the list of models is first opened. What it says is
   * believed; its files are checked like all others.
   * @param host where its files are, instead of the hub, for all models of the list.
   */
  offer(model: OpenModel, host?: string): void;
  /** Part of the last finished clip's file in base64, from byte `start` to before `end`; empty beyond its end. */
  read(start: number, end: number): Promise<string>;
}

const BUSY: WireError = {
  code: 'worker/busy',
  message: 'An order is being made; wait for it or cancel it, then send the next.',
  detail: {},
};

/** Bytes turned into characters at once; more arguments than this overflow the stack. */
const BASE64_STEP = 0x8000;

/**
 * Registers `globalThis.kindling` for scripts such as `npm run generate`.
 * @param findModel the manifest of a model in the catalogue. @throws {AppError} `model/unknown`, which reaches the script.
 * @param offer takes what {@link Automation.offer} is given.
 */
export function registerAutomation(
  engine: Engine,
  findModel: (id: string) => ModelManifest,
  offer: Automation['offer'],
): void {
  let running: AbortController | null = null;
  let clip = new Blob();

  const run = async (
    order: AutomationOrder,
    signal: AbortSignal,
    onEvent?: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> => {
    const { job, device, visibleLabel, keep = false } = order;
    const picture = order.picture === null ? null : new Blob([fromBase64(order.picture)]);
    const request = {
      job,
      manifest: findModel(job.model),
      picture,
      device,
      visibleLabel,
      preview: false,
      keep,
    };
    return engine.generate(request, { signal, ...(onEvent && { onEvent }) });
  };

  const automation: Automation = {
    async generate(order, onEvent) {
      // Before anything is touched: the order in flight stays within reach of cancel().
      if (running) return { status: 'failed', error: BUSY };
      const controller = new AbortController();
      running = controller;
      try {
        const { file, report } = await run(order, controller.signal, onEvent);
        clip = file;
        return { status: 'done', report, bytes: file.size };
      } catch (error) {
        return isAbort(error) ? { status: 'cancelled' } : { status: 'failed', error: toWire(error) };
      } finally {
        running = null;
      }
    },
    cancel: () => running?.abort(),
    offer,
    read: async (start, end) => toBase64(new Uint8Array(await clip.slice(start, end).arrayBuffer())),
  };
  Object.assign(globalThis, { kindling: automation });
}

function toWire(error: unknown): WireError {
  if (error instanceof AppError) return { code: error.code, message: error.message, detail: error.detail };
  return {
    code: 'internal/runtime',
    message: error instanceof Error ? error.message : String(error),
    detail: {},
  };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += BASE64_STEP) {
    binary += String.fromCharCode(...bytes.subarray(i, i + BASE64_STEP));
  }
  return btoa(binary);
}
