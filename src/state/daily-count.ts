import { keepChoice, keptChoice, type TextStore } from './language.ts';

const KEY = 'kindling.embed.today';

const dayOf = (time: Date): string =>
  [time.getFullYear(), time.getMonth() + 1, time.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');

/**
 * How many clips were made here today, by the visitor's own calendar. Kept in the store of the frame, so per partner's site
 * where storage is partitioned; a visitor who clears it begins anew, and where nothing can be kept it counts since the page
 * was loaded. It is a courtesy to the deployment, not a lock.
 */
export class DailyCount {
  readonly #now: () => Date;
  #store: TextStore | null;
  #day = '';
  #count = 0;

  constructor(store: TextStore | null, now: () => Date = () => new Date()) {
    this.#store = store;
    this.#now = now;
  }

  /** Goes on in another store; whichever count is higher holds. */
  useStore(store: TextStore): void {
    const count = this.today();
    this.#store = store;
    this.#count = Math.max(count, this.today());
  }

  /** Clips made today. */
  today(): number {
    const day = dayOf(this.#now());
    if (day !== this.#day) [this.#day, this.#count] = [day, 0];
    const [keptDay, kept] = (keptChoice(KEY, this.#store) ?? '').split(' ');
    const number = Number(kept);
    return keptDay === day && Number.isSafeInteger(number) ? Math.max(this.#count, number) : this.#count;
  }

  /** One more. */
  add(): void {
    const count = this.today() + 1;
    this.#count = count;
    keepChoice(KEY, `${this.#day} ${count}`, this.#store);
  }
}
