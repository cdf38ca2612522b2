import type { Engine, GenerateOptions } from '../../src/client/engine.ts';
import type { GenerateEvent, GenerateRequest, GenerateResult } from '../../src/protocol/engine-api.ts';
import { report } from './state-fixtures.ts';

/** One call of {@link FakeEngine.generate}, ended by the test. */
export interface FakeJob {
  readonly request: GenerateRequest;
  /** How often the caller asked it to stop. */
  cancels: number;
  say(event: GenerateEvent): void;
  finish(): void;
  fail(error: unknown): void;
}

const aborted = (): DOMException => new DOMException('stopped', 'AbortError');

/** An engine that makes nothing and ends its jobs when told to; a cancelled one at once. */
export class FakeEngine implements Engine {
  readonly jobs: FakeJob[] = [];

  /** The newest job. */
  get job(): FakeJob {
    const last = this.jobs.at(-1);
    if (!last) throw new Error('no clip was asked for');
    return last;
  }

  capabilities = async () => ({ gpu: null, webCodecs: true, isolated: false, threads: 1 });

  generate(request: GenerateRequest, { signal, onEvent }: GenerateOptions = {}): Promise<GenerateResult> {
    return new Promise((resolve, reject) => {
      const job: FakeJob = {
        request,
        cancels: 0,
        say: (event) => onEvent?.(event),
        finish: () =>
          resolve({ file: new Blob(['clip']), report: report(request.job.segments[0]?.seed ?? 0) }),
        fail: reject,
      };
      this.jobs.push(job);
      signal?.addEventListener('abort', () => {
        job.cancels++;
        reject(aborted());
      });
    });
  }
}

/** Lets everything happen that was only waiting for its turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
