import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Library } from '../client/library.ts';
import { AppError, isAbort } from '../core/errors.ts';
import type { KeptFile, LibraryEvent, LibraryState, RemoteFile } from '../protocol/library-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import {
  fileAddress,
  HUB,
  type HubFile,
  MODEL_PARTS,
  type ModelPart,
  type OpenModel,
  openManifest,
} from '../protocol/open-model.ts';
import { OwnModelForm } from './own-model-form.ts';
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
  /** The visitor's own models as {@link ModelShelfOptions.onOwn} was told them on an earlier visit. */
  readonly own?: string | null;
  /** Told all of the visitor's own models when there is one more or less. */
  readonly onOwn?: (own: string) => void;
  /** Seconds that only go forward; for tests. */
  readonly clock?: () => number;
}

const NOTHING = { transformer: null, text: null, codec: null, tokenizer: null } as const;
const STILL: ShelfActivity = { status: 'still' };

/** How a file of the catalogue is fetched. */
export const remoteFile = (file: HubFile, host: string): RemoteFile => ({
  name: file.name,
  url: fileAddress(file, host),
  id: file.own?.id ?? `${file.repository}/${file.revision}/${file.path}`, // the same from every mirror
  bytes: file.bytes,
  sha256: file.sha256,
  confirmed: file.confirmed,
});

/** The models that a visitor may download: what is there, what is going on, and everything that can be done. Knows no UI library. */
export class ModelShelf {
  readonly entries: ReadonlySignal<readonly ShelfEntry[]>;
  /** What the library said last; null until it was asked. */
  readonly library: ReadonlySignal<LibraryState | null>;
  /** Where the visitor puts models of his own together. */
  readonly own: OwnModelForm;
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
  readonly #models: ReadonlySignal<readonly OpenModel[]>;
  readonly #activities = new Map<string, Signal<ShelfActivity>>();
  readonly #problems = new Map<string, Signal<AppError | null>>();
  /** What the library said last of each part, by model and part. */
  readonly #kept = signal<ReadonlyMap<string, KeptFile | null>>(new Map());
  /** Bytes of files that are arriving, by model and part: newer than what the library said. */
  readonly #arriving = signal<
    ReadonlyMap<string, { readonly received: number; readonly total: number | null }>
  >(new Map());
  readonly #running = new Map<string, AbortController>();

  /** @param options of it everything has a default. */
  constructor(library: Library, models: readonly OpenModel[], options: ModelShelfOptions = {}) {
    this.own = new OwnModelForm(library, models, {
      kept: options.own ?? null,
      onChange: (own) => options.onOwn?.(own),
    });
    this.#models = computed(() => [...models, ...this.own.models.value]);
    this.#library = library;
    this.#host = signal(options.host || HUB);
    this.#clock = options.clock ?? ((): number => performance.now() / 1000);
    this.#options = options;
    this.host = this.#host;
    this.library = this.#state;
    this.strayProblem = this.#strayProblem;
    this.entries = computed(() => this.#models.value.map((model) => this.#entry(model)));
    this.strays = computed(() => {
      const ours = new Set(
        this.entries.value.flatMap(({ kept }) => Object.values(kept)).map((file) => file?.key),
      );
      return (this.#state.value?.kept ?? []).filter(({ key }) => !ours.has(key));
    });
  }

  /** Asks the library what is there. Never rejects: what is wrong with the storage shows when something is to be stored. */
  async refresh(): Promise<void> {
    const parts = this.#models.value.flatMap((model) => MODEL_PARTS.map((part) => ({ model, part })));
    try {
      const state = await this.#library.look(parts.map(({ model, part }) => this.#remote(model, part)));
      this.#state.value = state;
      this.#kept.value = new Map(
        parts.map(({ model, part }, i) => [`${model.id} ${part}`, state.asked[i] ?? null]),
      );
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
      const { kept } = this.#entry(model);
      const lost = MODEL_PARTS.find((part) => isFromDisk(model.files[part]) && !kept[part]?.verified);
      if (lost) throw chosenAgain(model.files[lost].name);
      const wanted = MODEL_PARTS.filter((part) => !isFromDisk(model.files[part]));
      const files = wanted.map((part) => this.#remote(model, part));
      const partOf = new Map(files.map((file, i) => [file.url, wanted[i]!]));
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

  /** Adds the model that the form holds to the list, and copies what was chosen from the disk. @returns its name in storage; null if it cannot be made. */
  async addOwn(): Promise<string | null> {
    const added = this.own.add();
    if (!added) return null;
    await this.refresh();
    const chosen = MODEL_PARTS.flatMap((part) => {
      const blob = added.blobs.get(added.model.files[part].own?.id ?? '');
      return blob ? [[part, blob] as const] : [];
    });
    if (chosen.length > 0) this.#options.persist?.();
    for (const [part, blob] of chosen) {
      await this.importFile(added.model.id, part, blob);
      if (this.#problem(added.model.id).value) break;
    }
    return added.model.id;
  }

  /**
   * A complete file, to be saved elsewhere.
   * @returns null if it is not to be had; the model's problem says why.
   */
  async exportFile(
    id: string,
    part: ModelPart,
  ): Promise<{ readonly blob: Blob; readonly name: string } | null> {
    let exported: Blob | null = null;
    const model = this.#models.value.find((known) => known.id === id);
    await this.#run(id, async () => {
      const key = model && this.#entry(model).kept[part]?.key;
      if (key) exported = await this.#library.exportFile(key);
    });
    const path = model?.files[part].path.split('/').at(-1);
    return exported && path ? { blob: exported, name: path } : null;
  }

  /** Stops whatever goes on with a model. What has arrived is kept. */
  pause(id: string): void {
    this.#running.get(id)?.abort();
  }

  /**
   * Removes a model's files, except those that another one uses too and that are whole. One of the visitor's own then goes from the
   * list.
   */
  async remove(id: string): Promise<void> {
    await this.#run(id, async (model) => {
      const others = this.entries.value.filter((entry) => entry.model.id !== id && entry.arrived > 0);
      const shared = new Set(
        others
          .filter((other) => this.#usesMore(other))
          .flatMap(({ kept }) => Object.values(kept).map((file) => file?.key)),
      );
      for (const file of Object.values(this.#entry(model).kept))
        if (file && !shared.has(file.key)) await this.#library.remove(file.key);
    });
    if (this.#problem(id).value === null && !this.#running.has(id)) this.own.forget(id);
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
    this.#problem(id).value = null;
  }

  /** The manifest of a model that is complete; null for any other. */
  manifestOf(id: string): ModelManifest | null {
    const entry = this.entries.value.find(({ model }) => model.id === id);
    if (!entry?.complete) return null;
    const at = (part: ModelPart): { readonly key: string; readonly sha256: string; readonly blob?: Blob } => {
      const { key = '', verified, blob } = entry.kept[part] ?? {};
      return { key, sha256: verified ?? '', ...(blob && { blob }) };
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

  #activity(id: string): Signal<ShelfActivity> {
    const found = this.#activities.get(id) ?? signal(STILL);
    this.#activities.set(id, found);
    return found;
  }

  #problem(id: string): Signal<AppError | null> {
    const found = this.#problems.get(id) ?? signal(null);
    this.#problems.set(id, found);
    return found;
  }

  #remote(model: OpenModel, part: ModelPart): RemoteFile {
    return remoteFile(model.files[part], this.#host.value);
  }

  #entry(model: OpenModel): ShelfEntry {
    const kept: Record<ModelPart, KeptFile | null> = { ...NOTHING };
    let bytes = 0;
    let arrived = 0;
    for (const part of MODEL_PARTS) {
      const file = this.#kept.value.get(`${model.id} ${part}`) ?? null;
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
      activity: this.#activity(model.id).value,
      problem: this.#problem(model.id).value,
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
    const model = this.#models.value.find((known) => known.id === id);
    if (!model || this.#running.has(id)) return;
    const controller = new AbortController();
    const activity = this.#activity(id);
    this.#running.set(id, controller);
    this.#problem(id).value = null;
    try {
      await work(model, controller.signal, (next) => {
        activity.value = next;
      });
    } catch (error) {
      if (!isAbort(error)) {
        this.#problem(id).value = asAppError(error);
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

/** Whether a file can only be chosen again: nobody else has it. */
export const isFromDisk = (file: HubFile): boolean => file.own?.address === null;

const chosenAgain = (name: string): AppError =>
  new AppError(
    'input/model-parts',
    `${name} was chosen from your disk and is not kept here any more. Choose it again under “Files and licences”.`,
    { detail: { missing: [name] } },
  );

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
