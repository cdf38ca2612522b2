import type { TakeOverAnswer } from '../protocol/offline.ts';

/** Bytes that are kept for offline use. */
export interface KeptOffline {
  /** The page and its scripts. */
  readonly app: number;
  /** Weights of the built-in model, and the runtime. */
  readonly model: number;
}

/** What keeps the site offline. The application state knows only this. */
export interface Offline {
  /**
   * Begins to keep the site.
   * @param onWaiting called whenever a new version is there and waits.
   */
  start(onWaiting: () => void): Promise<void>;
  /** Lets the waiting version take over; the page has to be loaded anew after `done`. */
  takeOver(): Promise<TakeOverAnswer>;
  /** Says that the built-in model was used, so that all of it is kept. */
  keepModel(): void;
  /** The picture that the share sheet left, once; null if there is none. */
  takeShared(): Promise<{ readonly file: Blob; readonly name: string } | null>;
  /** What is kept. */
  measure(): Promise<KeptOffline>;
  /** Throws it away: `app` is everything, and the site then needs the network until its next visit. */
  forget(what: keyof KeptOffline): Promise<void>;
}
