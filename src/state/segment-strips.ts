import { type ReadonlySignal, signal } from '@preact/signals-core';

/** Keeps strips over a reload. */
export interface StripKeeper {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Blob | null>;
  keep(name: string, strip: Blob): Promise<void>;
}

/** Strips in memory; a strip is some 20 kB. Four boards of the longest kind. */
const MOST_STRIPS = 144;

/** The strips of segments by what decides their pixels (`core/segment-identity.ts`). Owns their object URLs. */
export class SegmentStrips {
  readonly #urls = signal<ReadonlyMap<string, string>>(new Map());
  /** Object URLs of picture files. */
  readonly urls: ReadonlySignal<ReadonlyMap<string, string>> = this.#urls;
  readonly #keeper: Promise<StripKeeper | null>;
  readonly #kept: Promise<Set<string>>;
  readonly #asked = new Set<string>();
  #isDisposed = false;

  /** @param open opens what keeps them; null where nothing can be kept. */
  constructor(open: () => Promise<StripKeeper | null>) {
    this.#keeper = open().catch(() => null);
    this.#kept = this.#keeper
      .then((keeper) => keeper?.names() ?? [])
      .then(
        (names) => new Set(names),
        () => new Set(),
      );
  }

  /**
   * Brings those that are kept into {@link SegmentStrips.urls}.
   * @returns those that are nowhere. Never rejects.
   */
  async want(identities: readonly string[]): Promise<readonly string[]> {
    const [keeper, kept] = await Promise.all([this.#keeper, this.#kept]);
    await Promise.all(
      identities.map(async (identity) => {
        if (this.#asked.has(identity) || !kept.has(identity)) return;
        this.#asked.add(identity);
        try {
          const strip = await keeper?.read(identity);
          if (strip) this.#show(identity, strip);
        } catch {
          // Drawn again from a film.
        }
      }),
    );
    return identities.filter((identity) => !this.#urls.peek().has(identity));
  }

  /** Takes a strip in and keeps it if there is room. */
  add(identity: string, strip: Blob): void {
    this.#asked.add(identity);
    this.#show(identity, strip);
    // Full or closed: it holds for this visit.
    void this.#keeper.then((keeper) => keeper?.keep(identity, strip)).catch(() => {});
  }

  /** Lets all of them go. */
  dispose(): void {
    this.#isDisposed = true;
    for (const url of this.#urls.value.values()) URL.revokeObjectURL(url);
    this.#urls.value = new Map();
  }

  #show(identity: string, strip: Blob): void {
    if (this.#isDisposed || this.#urls.peek().has(identity)) return;
    const all = [...this.#urls.peek(), [identity, URL.createObjectURL(strip)] as const];
    for (const [old, url] of all.slice(0, Math.max(0, all.length - MOST_STRIPS))) {
      URL.revokeObjectURL(url);
      this.#asked.delete(old);
    }
    this.#urls.value = new Map(all.slice(-MOST_STRIPS));
  }
}
