import { type Remote, wrap } from 'comlink';
import { AppError } from '../core/errors.ts';
import '../protocol/comlink.ts';

/** What a connection needs of a Worker. */
export type WorkerLike = Pick<
  Worker,
  'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'
>;

/** One Worker from start to death. Comlink's promises never settle once a Worker is gone; these do. */
export class WorkerConnection<Api> {
  /** The Worker's methods. Call them only inside {@link WorkerConnection.race}. */
  readonly api: Remote<Api>;
  readonly #worker: WorkerLike;
  readonly #death: Promise<never>;
  #die!: (error: AppError) => void;
  #alive = true;
  #answered = false;

  /** @param worker taken over: terminated by {@link WorkerConnection.end} or when it fails. */
  constructor(worker: WorkerLike) {
    this.#worker = worker;
    this.#death = new Promise((_, reject) => {
      this.#die = reject;
    });
    this.#death.catch(() => {}); // without a call in flight nobody is waiting for the news
    worker.addEventListener('message', this.#onMessage, { once: true });
    worker.addEventListener('error', this.#onError);
    worker.addEventListener('messageerror', this.#onMessageError);
    this.api = wrap<Api>(worker as Worker);
  }

  /** False once the Worker failed or was ended: take a new one. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Settles like `call`, or rejects when the Worker dies first. */
  race<T>(call: Promise<T>): Promise<T> {
    return Promise.race([call, this.#death]);
  }

  /** Terminates the Worker; calls in flight reject with `error`. A second call does nothing. */
  end(error: AppError = new AppError('worker/crashed', 'The background worker was stopped.')): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#worker.removeEventListener('error', this.#onError);
    this.#worker.removeEventListener('messageerror', this.#onMessageError);
    this.#worker.terminate();
    this.#die(error);
  }

  #onMessage = (): void => {
    this.#answered = true;
  };

  #onError = (event: Event): void => {
    const said = 'message' in event && typeof event.message === 'string' ? event.message : '';
    event.preventDefault();
    // A script that does not load gives a bare event; an exception gives one with a message.
    if (!said && !this.#answered) {
      const message =
        'The background worker could not be loaded. Check the connection, then reload the page.';
      this.end(new AppError('worker/start', message));
      return;
    }
    const message = `The background worker stopped unexpectedly${said ? ` (${said})` : ''}. Press the button again: a new one starts.`;
    this.end(new AppError('worker/crashed', message, { detail: { said } }));
  };

  #onMessageError = (): void => {
    const message =
      'A message from the background worker could not be read. Press the button again: a new one starts.';
    this.end(new AppError('worker/crashed', message));
  };
}
