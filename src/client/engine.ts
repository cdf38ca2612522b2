import type { Capabilities, GenerateEvent, GenerateRequest, GenerateResult } from '../protocol/engine-api.ts';

/** How a running job is followed and stopped. */
export interface GenerateOptions {
  /** Aborting it stops the job; the promise then rejects with AbortError, also if the Worker does not answer. */
  readonly signal?: AbortSignal;
  /** Called for everything the Worker says until the promise settles, never after. */
  readonly onEvent?: (event: GenerateEvent) => void;
}

/** Something that makes clips. The application state knows only this, so that tests and other pages can bring their own. */
export interface Engine {
  /** @throws {AppError} `worker/start`, `worker/crashed`. */
  capabilities(): Promise<Capabilities>;
  /**
   * Makes one clip; one at a time.
   * @throws {AppError} `worker/busy` while another runs, or whatever stopped the job. Cancelling rejects with AbortError.
   */
  generate(request: GenerateRequest, options?: GenerateOptions): Promise<GenerateResult>;
}
