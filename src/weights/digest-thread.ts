// SHA-256 in a thread of its own, so that writing does not wait for it. Both ends, and what they say to each other: pieces go over
// without a copy and without an answer; a question is answered when everything before it has been hashed.
import { AppError } from '../core/errors.ts';
import { digestHere, type OpenDigest, type RunningDigest } from './running-digest.ts';

type Question =
  | { readonly type: 'begin'; readonly state: string | null }
  | { readonly type: 'save' }
  | { readonly type: 'digest' };
type ToThread = { readonly type: 'update'; readonly bytes: Uint8Array } | Question;
type Answer = boolean | string;

/** What the near end needs of a Worker. */
export type DigestWorker = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>;

/** What the far end needs of the scope that it runs in. */
export type DigestScope = Pick<DedicatedWorkerGlobalScope, 'postMessage' | 'addEventListener'>;

/** The far end: answers the thread that started this one. */
export function serveDigest(scope: DigestScope): void {
  const opened = digestHere();
  let tail: Promise<unknown> = opened;
  scope.addEventListener('message', ({ data }: MessageEvent<ToThread>) => {
    tail = tail.then(async () => {
      const digest = await opened;
      if (data.type === 'update') digest.update(data.bytes);
      else scope.postMessage((await ask(digest, data)) satisfies Answer);
    });
  });
}

const ask = (digest: RunningDigest, question: Question): Promise<Answer> => {
  if (question.type === 'begin') return digest.begin(question.state);
  return question.type === 'save' ? digest.save() : digest.digest();
};

/**
 * The near end.
 * @param start starts a Worker that calls {@link serveDigest}; it is terminated when the digest is closed.
 * @returns digests in Workers; where none starts (browsers without Workers inside Workers, a script that cannot be loaded), digests in
 * the calling thread.
 */
export function digestBeside(start: () => DigestWorker): OpenDigest {
  return async () => {
    try {
      const digest = new DistantDigest(start());
      try {
        await digest.begin(null); // a Worker whose script does not load says so only later
        return digest;
      } catch (error) {
        digest.close();
        throw error;
      }
    } catch {
      return digestHere();
    }
  };
}

class DistantDigest implements RunningDigest {
  readonly #worker: DigestWorker;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: AppError): void }[] = [];
  #gone: AppError | null = null;

  constructor(worker: DigestWorker) {
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) =>
      this.#waiting.shift()?.resolve(data),
    );
    const fail = (event: Event): void => {
      event.preventDefault();
      this.#end('The background worker that checks files stopped unexpectedly. Press the button again.');
    };
    worker.addEventListener('error', fail);
    worker.addEventListener('messageerror', fail);
  }

  begin(state: string | null): Promise<boolean> {
    return this.#ask({ type: 'begin', state }) as Promise<boolean>;
  }

  update(bytes: Uint8Array): void {
    if (this.#gone) return; // the next question tells
    this.#worker.postMessage({ type: 'update', bytes } satisfies ToThread, [bytes.buffer]);
  }

  save(): Promise<string> {
    return this.#ask({ type: 'save' }) as Promise<string>;
  }

  digest(): Promise<string> {
    return this.#ask({ type: 'digest' }) as Promise<string>;
  }

  close(): void {
    this.#end('The file was closed.');
  }

  #ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question satisfies ToThread);
    });
  }

  #end(message: string): void {
    if (this.#gone) return;
    this.#gone = new AppError('worker/crashed', message);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone);
  }
}
