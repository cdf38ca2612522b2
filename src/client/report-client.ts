import { proxy } from 'comlink';
import { AppError } from '../core/errors.ts';
import type { GpuReport } from '../protocol/gpu-report.ts';
import type { ReportApi, ReportEvent, ReportRequest } from '../protocol/report-api.ts';
import { WorkerConnection, type WorkerLike } from './worker-connection.ts';

/** A Worker stops after the run at hand, at most a few seconds; one that has not after this long is stuck. */
const STOP_GRACE_MS = 5000;

const aborted = (): DOMException => new DOMException('The measurement was stopped.', 'AbortError');

/** Something that measures this device. */
export interface Reporter {
  /**
   * @param options `onEvent` is called until the promise settles, never after.
   * @throws {AppError} `unsupported/webgpu`, `gpu/…`, `worker/…`; aborting rejects with AbortError.
   */
  measure(
    request: ReportRequest,
    options: { readonly signal: AbortSignal; readonly onEvent: (event: ReportEvent) => void },
  ): Promise<GpuReport>;
}

/** Measures in a Worker of its own, which ends with the measurement: the memory of the device goes with it. */
export class ReportClient implements Reporter {
  readonly #createWorker: () => WorkerLike;

  constructor(createWorker: () => WorkerLike) {
    this.#createWorker = createWorker;
  }

  async measure(
    request: ReportRequest,
    { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: (event: ReportEvent) => void },
  ): Promise<GpuReport> {
    if (signal.aborted) throw aborted();
    const connection = this.#connect();
    let settled = false;
    let grace: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => {
      connection.race(connection.api.stop()).catch(() => {}); // its answer is the measurement's own rejection
      grace = setTimeout(() => connection.end(), STOP_GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const callback = proxy((event: ReportEvent) => {
        if (!settled) onEvent(event);
      });
      return await connection.race(connection.api.measure(request, callback));
    } catch (error) {
      throw signal.aborted ? aborted() : error; // whatever went wrong after stopping is of no interest
    } finally {
      settled = true;
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
      connection.end();
    }
  }

  #connect(): WorkerConnection<ReportApi> {
    try {
      return new WorkerConnection<ReportApi>(this.#createWorker());
    } catch (cause) {
      const message =
        'This browser did not start a background worker. Reload the page, or try another browser.';
      throw new AppError('worker/start', message, { cause });
    }
  }
}
