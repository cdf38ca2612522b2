import type { GenerateEvent, Phase } from '../src/protocol/engine-api.ts';

/** What people read for each phase. */
const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  prepare: 'preparing',
  text: 'reading the prompt',
  picture: 'reading the picture',
  denoise: 'imagining',
  decode: 'painting',
  encode: 'writing the file',
};

/** The part of a stream that is needed: standard error, or a list in tests. */
export interface LineTarget {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Tells how a clip comes along: on a terminal one line that changes, elsewhere one line per phase. */
export class ProgressLine {
  readonly #target: LineTarget;
  readonly #told = new Set<Phase>();
  #shown = false;

  constructor(target: LineTarget) {
    this.#target = target;
  }

  /** Shows an event of a running job. */
  show(event: GenerateEvent): void {
    if (event.type === 'warning') this.say(`Warning: ${event.message}`);
    if (event.type === 'device')
      this.say(
        `Device: ${event.device}${event.adapter ? ` (${event.adapter})` : ''}${event.reason ? `: ${event.reason}` : ''}`,
      );
    if (event.type === 'segment' && event.count > 1) {
      this.say(`Segment ${event.index + 1} of ${event.count}`);
      this.#told.clear();
    }
    if (event.type === 'progress') this.#progress(event);
  }

  /** Prints a whole line of its own. */
  say(line: string): void {
    this.clear();
    this.#target.write(`${line}\n`);
  }

  /** Takes the changing line away. */
  clear(): void {
    if (this.#shown) this.#target.write('\r\x1b[2K');
    this.#shown = false;
  }

  #progress({
    phase,
    done,
    total,
    secondsLeft,
  }: Extract<GenerateEvent, { readonly type: 'progress' }>): void {
    const left = secondsLeft === null ? '' : `, about ${Math.ceil(secondsLeft)} s left`;
    if (!this.#target.isTTY) {
      // Painting and writing take turns; a log needs each of them once.
      if (!this.#told.has(phase)) this.#target.write(`${PHASE_WORDS[phase]} …${left}\n`);
      this.#told.add(phase);
      return;
    }
    const percent = total > 0 ? ` ${Math.floor((100 * Math.min(done, total)) / total)} %` : '';
    this.#target.write(`\r\x1b[2K${PHASE_WORDS[phase]}${percent}${left}`);
    this.#shown = true;
  }
}
