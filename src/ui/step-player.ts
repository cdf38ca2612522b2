import { type ReadonlySignal, signal } from '@preact/signals';

/** A stretch of a video. */
interface Part {
  readonly video: HTMLVideoElement;
  readonly start: number;
  readonly seconds: number;
}

/** Videos play at their own clocks; one that is this far off, in seconds, is put right. */
const DRIFT = 0.12;
/** Before the end of a stretch: its last frame, not the first of what follows. */
const BEFORE_END = 0.03;

/** Plays stretches of several videos in step, round and round; the shorter ones wait at their ends. */
export class StepPlayer {
  readonly #parts = new Set<Part>();
  readonly #shownPlace = signal(0);
  readonly #seconds = signal(0);
  readonly #isPlaying = signal(false);
  #place = 0;
  /** When the place was 0, by the page's clock in ms; null while it stands. */
  #began: number | null = null;
  #request = 0;

  /** Seconds of the longest. */
  get seconds(): ReadonlySignal<number> {
    return this.#seconds;
  }

  /** Seconds from the beginning, in tenths. */
  get place(): ReadonlySignal<number> {
    return this.#shownPlace;
  }

  get isPlaying(): ReadonlySignal<boolean> {
    return this.#isPlaying;
  }

  /** Takes a stretch of a video in. @returns takes it out again. */
  add(part: Part): () => void {
    this.#parts.add(part);
    this.#show(part);
    // What is not loaded yet, or on its way to an earlier place, joins in afterwards.
    const join = (): void => this.#show(part);
    const events = ['loadeddata', 'seeked'];
    for (const event of events) part.video.addEventListener(event, join);
    this.#measure();
    return () => {
      for (const event of events) part.video.removeEventListener(event, join);
      part.video.pause();
      this.#parts.delete(part);
      this.#measure();
    };
  }

  /** Plays on from the place. */
  play(): void {
    if (this.#began !== null) return;
    this.#began = performance.now() - this.#place * 1000;
    this.#isPlaying.value = true;
    this.#turn();
  }

  /** Stands still. */
  pause(): void {
    cancelAnimationFrame(this.#request);
    this.#began = null;
    this.#isPlaying.value = false;
    for (const part of this.#parts) this.#show(part);
  }

  /** Goes to a place, seconds from the beginning. */
  seek(place: number): void {
    this.#place = Math.max(0, Math.min(place, this.#seconds.value));
    if (this.#began !== null) this.#began = performance.now() - this.#place * 1000;
    this.#showAll();
  }

  /** Lets every video go. */
  stop(): void {
    cancelAnimationFrame(this.#request);
    this.#began = null;
    this.#isPlaying.value = false;
    for (const { video } of this.#parts) video.pause();
    this.#parts.clear();
  }

  #turn = (): void => {
    if (this.#began === null) return;
    const seconds = this.#seconds.value;
    const passed = (performance.now() - this.#began) / 1000;
    if (seconds > 0 && passed >= seconds) this.#began = performance.now();
    this.#place = seconds > 0 && passed < seconds ? passed : 0;
    this.#showAll();
    this.#request = requestAnimationFrame(this.#turn);
  };

  #measure(): void {
    this.#seconds.value = Math.max(0, ...Array.from(this.#parts, ({ seconds }) => seconds));
  }

  #showAll(): void {
    this.#shownPlace.value = Math.round(this.#place * 10) / 10;
    for (const part of this.#parts) this.#show(part);
  }

  #show({ video, start, seconds }: Part): void {
    const isOver = this.#place >= seconds - BEFORE_END;
    const runs = this.#began !== null && !isOver;
    const wanted = start + Math.min(this.#place, Math.max(0, seconds - BEFORE_END));
    const off = Math.abs(video.currentTime - wanted);
    if (!video.seeking && off > (runs ? DRIFT : 0.001)) video.currentTime = wanted;
    if (runs && video.paused) video.play().catch(() => {}); // one that may not play is moved from place to place
    if (!runs && !video.paused) video.pause();
  }
}
