import type { GenerateEvent, Phase } from '../protocol/engine-api.ts';
import { PHASES } from '../protocol/engine-api.ts';

/** Seconds per unit of work, as measured on this device by earlier jobs of this Worker; what is not known yet is guessed from it. */
const measured = new Map<string, number>();

/** How often progress is sent at most: more would only be drawn over. */
const INTERVAL_MS = 100;

/**
 * Measures phases, tells how far they are and how long the rest will take.
 * A phase announces its units of work (steps, frames) with {@link JobClock.plan}; the rate comes from what this job has
 * done of it, else from the last job on this device.
 */
export class JobClock {
  readonly #now: () => number;
  readonly #emit: (event: GenerateEvent) => void;
  readonly #key: string;
  readonly #started: number;
  readonly #planned = new Map<Phase, number>();
  readonly #done = new Map<Phase, number>();
  readonly #seconds = new Map<Phase, number>();
  #phase: { readonly name: Phase; readonly since: number } | null = null;
  #lastSent = -Infinity;

  /** @param key names what rates depend on: device, model and size. */
  constructor(
    key: string,
    emit: (event: GenerateEvent) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#key = key;
    this.#emit = emit;
    this.#now = now;
    this.#started = now();
  }

  /** Says how many units of work a phase has. */
  plan(phase: Phase, total: number): void {
    this.#planned.set(phase, total);
  }

  /** Enters a phase; the one before is closed. Phases may alternate (decode, encode, decode …): their times add up. */
  enter(phase: Phase): void {
    const now = this.#now();
    this.#close(now);
    this.#phase = { name: phase, since: now };
    this.#send(phase, now, !this.#done.has(phase));
  }

  /** Reports units of work done in a phase. */
  advance(phase: Phase, done: number): void {
    this.#done.set(phase, done);
    const now = this.#now();
    if (this.#phase) {
      this.#close(now);
      this.#phase = { name: this.#phase.name, since: now };
    }
    this.#send(phase, now, done === this.#planned.get(phase));
  }

  /** Reports further units of work done in a phase. */
  add(phase: Phase, units: number): void {
    this.advance(phase, (this.#done.get(phase) ?? 0) + units);
  }

  /** Closes the last phase, remembers the rates and returns seconds per phase and in total. */
  finish(): Readonly<Record<Phase | 'total', number>> {
    this.#close(this.#now());
    this.#phase = null;
    for (const phase of PHASES) {
      const done = this.#done.get(phase) ?? 0;
      if (done > 0) measured.set(`${this.#key} ${phase}`, (this.#seconds.get(phase) ?? 0) / done);
    }
    const seconds = (phase: Phase): number => this.#seconds.get(phase) ?? 0;
    return {
      prepare: seconds('prepare'),
      text: seconds('text'),
      picture: seconds('picture'),
      denoise: seconds('denoise'),
      decode: seconds('decode'),
      encode: seconds('encode'),
      total: (this.#now() - this.#started) / 1000,
    };
  }

  /** Seconds of the running phase that belong to somebody else (previews inside denoising) do not count into its rate. */
  secondsIn(phase: Phase): number {
    const running = this.#phase?.name === phase ? (this.#now() - this.#phase.since) / 1000 : 0;
    return (this.#seconds.get(phase) ?? 0) + running;
  }

  #close(now: number): void {
    if (!this.#phase) return;
    const { name, since } = this.#phase;
    this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + (now - since) / 1000);
  }

  #send(phase: Phase, now: number, always: boolean): void {
    if (!always && now - this.#lastSent < INTERVAL_MS) return;
    this.#lastSent = now;
    this.#emit({
      type: 'progress',
      phase,
      done: this.#done.get(phase) ?? 0,
      total: this.#planned.get(phase) ?? 1,
      secondsLeft: this.#secondsLeft(),
    });
  }

  #secondsLeft(): number | null {
    if (!this.#planned.has('denoise')) return null; // what takes longest is still to come
    let left = 0;
    for (const [phase, total] of this.#planned) {
      const done = this.#done.get(phase) ?? 0;
      if (done >= total) continue;
      const rate = done > 0 ? (this.#seconds.get(phase) ?? 0) / done : measured.get(`${this.#key} ${phase}`);
      if (rate === undefined) {
        // Painting and encoding were never measured here: on every device tried they took less than denoising.
        if (phase === 'denoise') return null;
        continue;
      }
      left += rate * (total - done);
    }
    return left;
  }
}
