import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Library } from '../client/library.ts';
import { AppError, isAbort } from '../core/errors.ts';
import type { KeptFile, LibraryEvent, LibraryState, RemoteFile } from '../protocol/library-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import {
  HUB,
  type HubFile,
  hubAddress,
  MODEL_PARTS,
  type ModelPart,
  type OpenModel,
  openManifest,
} from '../protocol/open-model.ts';
import { RateMeter } from './rate-meter.ts';

export { MODEL_PARTS } from '../protocol/open-model.ts';

/** What a model's files are doing. */
export type ShelfActivity =
  | { readonly status: 'still' }
  | {
      readonly status: 'downloading';
      /** The file at hand. */
      readonly file: string;
      /** Bytes a second; null until it can be told. */
      readonly rate: number | null;
      readonly secondsLeft: number | null;
      /** `elsewhere`: another tab fetches it. `waiting`: it failed and is tried again after so many seconds. */
      readonly how: 'fetching' | 'verifying' | 'rechecking' | 'elsewhere' | { readonly waiting: number };
    }
  | { readonly status: 'verifying' | 'importing'; readonly file: string; readonly share: number };

/** One published model on the page. */
export interface ShelfEntry {
  readonly model: OpenModel;
  /** What is kept of each part; null before that is known, and for nothing. */
  readonly kept: Readonly<Record<ModelPart, KeptFile | null>>;
  /** Bytes of all its files, and those that are there. What the server said counts more than the catalogue. */
  readonly bytes: number;
  readonly arrived: number;
  readonly complete: boolean;
  readonly activity: ShelfActivity;
  /** What stopped the last download, check or import. */
  readonly problem: AppError | null;
}

/** What a shelf may be given. */
export interface ModelShelfOptions {
  /** Where files come from; the hub by default. */
  readonly host?: string;
  /** Told when that changes. */
  readonly onHost?: (host: string) => void;
  /** Asks the browser, within the press that starts a download, not to clear what is stored. */
  readonly persist?: () => void;
  /** Seconds that only go forward; for tests. */
  readonly clock?: () => number;
}

const NOTHING = { transformer: null, text: null, codec: null, tokenizer: null } as const;
const STILL: ShelfActivity = { status: 'still' };

/** How a file of the catalogue is fetched. */
export const remoteFile = (file: HubFile, host: string): RemoteFile => ({
  name: file.name,
  url: hubAddress(file, host),
  id: `${file.repository}/${file.revision}/${file.path}`, // the same from every mirror
  bytes: file.bytes,
  sha256: file.sha256,
  confirmed: file.confirmed,
});

/** The models that a visitor may download: what is there, what is going on, and everything that can be done. Knows no UI library. */
export class ModelShelf {
  readonly models: readonly OpenModel[];
  readonly entries: ReadonlySignal<readonly ShelfEntry[]>;
  /** What the library said last; null until it was asked. */
  readonly library: ReadonlySignal<LibraryState | null>;
  /** Kept files that belong to no model of the catalogue. */
  readonly strays: ReadonlySignal<readonly KeptFile[]>;
  readonly host: ReadonlySignal<string>;
  /** Why the last of them could not be removed. */
  readonly strayProblem: ReadonlySignal<AppError | null>;
  readonly #strayProblem = signal<AppError | null>(null);
  readonly #library: Library;
  readonly #state = signal<LibraryState | null>(null);
  readonly #host: Signal<string>;
  readonly #clock: () => number;
  readonly #options: ModelShelfOptions;
  readonly #activities: ReadonlyMap<string, Signal<ShelfActivity>>;
  readonly #problems: ReadonlyMap<string, Signal<AppError | null>>;
  /** Bytes of files that are arriving, by model and part: newer than what the library said. */
  readonly #arriving = signal<
    ReadonlyMap<string, { readonly received: number; readonly total: number | null }>
  >(new Map());
  readonly #running = new Map<string, AbortController>();

  /** @param options of it everything has a default. */
  constructor(library: Library, models: readonly OpenModel[], options: ModelShelfOptions = {}) {
    this.models = models;
    this.#library = library;
    this.#host = signal(options.host || HUB);
    this.#clock = options.clock ?? ((): number => performance.now() / 1000);
    this.#options = options;
    this.#activities = new Map(models.map(({ id }) => [id, signal(STILL)]));
    this.#problems = new Map(models.map(({ id }) => [id, signal(null)]));
    this.host = this.#host;
    this.library = this.#state;
    this.strayProblem = this.#strayProblem;
    this.entries = computed(() => models.map((model) => this.#entry(model)));
    this.strays = computed(() => {
      const ours = new Set(
        this.entries.value.flatMap(({ kept }) => Object.values(kept)).map((file) => file?.key),
      );
      return (this.#state.value?.kept ?? []).filter(({ key }) => !ours.has(key));
    });
  }

  /** Asks the library what is there. Never rejects: what is wrong with the storage shows when something is to be stored. */
  async refresh(): Promise<void> {
    const files = this.models.flatMap((model) => MODEL_PARTS.map((part) => this.#remote(model, part)));
    try {
      this.#state.value = await this.#library.look(files);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** Fetches files from another host with the same paths from now on, such as a mirror. An empty text is the hub itself. */
  async setHost(host: string): Promise<void> {
    this.#host.value = host.trim().replace(/\/+$/, '') || HUB;
    this.#options.onHost?.(this.#host.value);
    await this.refresh();
  }

  /** Downloads what is missing. Settles when it is there, was paused or failed; never rejects. */
  download(id: string): Promise<void> {
    this.#options.persist?.();
    return this.#run(id, async (model, signal, say) => {
      const files = MODEL_PARTS.map((part) => this.#remote(model, part));
      const partOf = new Map(files.map((file, i) => [file.url, MODEL_PARTS[i]!]));
      const meter = new RateMeter(this.#clock);
      const { name: file } = model.files.transformer;
      say({ status: 'downloading', file, rate: null, secondsLeft: null, how: 'fetching' });
      await this.#library.download(files, {
        signal,
        onEvent: (event) => this.#onEvent(model, partOf.get(event.file.url)!, meter, event, say),
      });
    });
  }

  /** Reads a model's files once more; what is damaged is then missing, and can be downloaded. */
  verify(id: string): Promise<void> {
    return this.#run(id, async (model, signal, say) => {
      for (const part of MODEL_PARTS) {
        const { name: file } = model.files[part];
        if (!this.#entry(model).kept[part]) continue;
        const onBytes = (done: number, total: number): void =>
          say({ status: 'verifying', file, share: done / total });
        onBytes(0, 1);
        await this.#library.verify(this.#remote(model, part), { signal, onBytes });
      }
    });
  }

  /** Takes a file of the user's own for one part. */
  importFile(id: string, part: ModelPart, blob: Blob): Promise<void> {
    return this.#run(id, async (model, signal, say) => {
      const { name: file } = model.files[part];
      const onBytes = (done: number, total: number): void =>
        say({ status: 'importing', file, share: total > 0 ? done / total : 0 });
      onBytes(0, 1);
      await this.#library.importFile(this.#remote(model, part), blob, { signal, onBytes });
    });
  }

  /** Stops whatever goes on with a model. What has arrived is kept. */
  pause(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** Removes a model's files, except those that another one uses too and that are whole. */
  remove(id: string): Promise<void> {
    return this.#run(id, async (model) => {
      const others = this.entries.value.filter((entry) => entry.model.id !== id && entry.arrived > 0);
      const shared = new Set(
        others
          .filter((other) => this.#usesMore(other))
          .flatMap(({ kept }) => Object.values(kept).map((file) => file?.key)),
      );
      for (const file of Object.values(this.#entry(model).kept))
        if (file && !shared.has(file.key)) await this.#library.remove(file.key);
    });
  }

  /** Removes a kept file that belongs to no model. What goes wrong is said in {@link ModelShelf.strayProblem}. */
  async removeStray(key: string): Promise<void> {
    this.#strayProblem.value = null;
    try {
      await this.#library.remove(key);
    } catch (error) {
      this.#strayProblem.value = asAppError(error);
    }
    await this.refresh();
  }

  /** Puts the message about other files away. */
  dismissStrayProblem(): void {
    this.#strayProblem.value = null;
  }

  /** Puts a model's message away. */
  dismiss(id: string): void {
    this.#problems.get(id)!.value = null;
  }

  /** The manifest of a model that is complete; null for any other. */
  manifestOf(id: string): ModelManifest | null {
    const entry = this.entries.value.find(({ model }) => model.id === id);
    if (!entry?.complete) return null;
    const at = (part: ModelPart): { readonly key: string; readonly sha256: string } => {
      const { key = '', verified } = entry.kept[part] ?? {};
      return { key, sha256: verified ?? '' };
    };
    const kept = {
      transformer: at('transformer'),
      text: at('text'),
      codec: at('codec'),
      tokenizer: at('tokenizer'),
    };
    return openManifest(entry.model, kept, this.#host.value);
  }

  /** Whether a model has begun with a file that is its own: otherwise what it shares is all that is there. */
  #usesMore({ kept }: ShelfEntry): boolean {
    return kept.transformer !== null;
  }

  #remote(model: OpenModel, part: ModelPart): RemoteFile {
    return remoteFile(model.files[part], this.#host.value);
  }

  #entry(model: OpenModel): ShelfEntry {
    const asked = this.#state.value?.asked;
    const at = this.models.indexOf(model) * MODEL_PARTS.length;
    const kept: Record<ModelPart, KeptFile | null> = { ...NOTHING };
    let bytes = 0;
    let arrived = 0;
    for (const [i, part] of MODEL_PARTS.entries()) {
      const file = asked?.[at + i] ?? null;
      const arriving = this.#arriving.value.get(`${model.id} ${part}`);
      kept[part] = file;
      bytes += arriving?.total ?? file?.bytes ?? model.files[part].bytes;
      arrived += arriving?.received ?? file?.arrived ?? 0;
    }
    return {
      model,
      kept,
      bytes,
      arrived,
      complete: MODEL_PARTS.every((part) => kept[part]?.verified),
      activity: this.#activities.get(model.id)!.value,
      problem: this.#problems.get(model.id)!.value,
    };
  }

  #onEvent(
    model: OpenModel,
    part: ModelPart,
    meter: RateMeter,
    event: LibraryEvent,
    say: (activity: ShelfActivity) => void,
  ): void {
    if (event.type === 'progress' || event.type === 'elsewhere') {
      const { received, total } = event;
      this.#arriving.value = new Map(this.#arriving.value).set(`${model.id} ${part}`, { received, total });
    }
    const { bytes, arrived } = this.#entry(model);
    const rate = meter.rate(arrived);
    const how = howOf(event);
    const told = { status: 'downloading', file: event.file.name, how } as const;
    say(
      event.type === 'retry'
        ? { ...told, rate: null, secondsLeft: null }
        : { ...told, rate, secondsLeft: rate ? (bytes - arrived) / rate : null },
    );
  }

  /** One thing at a time with each model; what it ends with is shown and never thrown. */
  async #run(
    id: string,
    work: (model: OpenModel, signal: AbortSignal, say: (activity: ShelfActivity) => void) => Promise<void>,
  ): Promise<void> {
    const model = this.models.find((known) => known.id === id);
    if (!model || this.#running.has(id)) return;
    const controller = new AbortController();
    const activity = this.#activities.get(id)!;
    this.#running.set(id, controller);
    this.#problems.get(id)!.value = null;
    try {
      await work(model, controller.signal, (next) => {
        activity.value = next;
      });
    } catch (error) {
      if (!isAbort(error)) {
        this.#problems.get(id)!.value = asAppError(error);
      }
    } finally {
      await this.refresh();
      this.#running.delete(id);
      activity.value = STILL;
      this.#arriving.value = new Map(
        [...this.#arriving.value].filter(([name]) => !name.startsWith(`${id} `)),
      );
    }
  }
}

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });

function howOf(event: LibraryEvent): Extract<ShelfActivity, { status: 'downloading' }>['how'] {
  switch (event.type) {
    case 'progress':
      return 'fetching';
    case 'verify':
      return 'verifying';
    case 'recheck':
      return 'rechecking';
    case 'elsewhere':
      return 'elsewhere';
    case 'retry':
      return { waiting: event.seconds };
  }
}
