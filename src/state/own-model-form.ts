import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Library } from '../client/library.ts';
import { AppError, isAbort } from '../core/errors.ts';
import type { OpenModel } from '../protocol/open-model.ts';
import { type FilePlace, type OwnModel, type OwnSampling, parseOwnModel } from '../protocol/own-model.ts';
import {
  addressesIn,
  composeModel,
  type FoundFile,
  nameOfAddress,
  nameOfModel,
  openOwnModel,
  ownModelId,
} from './own-models.ts';

export { OWN_SAMPLINGS } from '../protocol/own-model.ts';

/** Where a visitor puts a model of his own together: files are looked at, then become one. Remembers those that were made. */
export class OwnModelForm {
  /** The models that were made, as models of the list. */
  readonly models: ReadonlySignal<readonly OpenModel[]>;
  /** What stands in the field for addresses. */
  readonly addresses = signal('');
  readonly name = signal('');
  /** What it is called if no name is given. */
  readonly ownName: ReadonlySignal<string>;
  /** How it is sampled; null until the visitor says: then the file's name decides. */
  readonly chosenSampling = signal<OwnSampling | null>(null);
  readonly sampling: ReadonlySignal<OwnSampling>;
  /** Files that are parts of a model. */
  readonly files = signal<readonly FoundFile[]>([]);
  /** Why others are not, or could not be read. */
  readonly problems = signal<readonly AppError[]>([]);
  readonly isLooking = signal(false);
  /** What keeps the files from being a model; null while there are none, and when they are one. */
  readonly lacking: ReadonlySignal<AppError | null>;
  readonly #library: Library;
  readonly #catalogue: readonly OpenModel[];
  readonly #own = signal<readonly OwnModel[]>([]);
  readonly #onChange: (own: string) => void;
  #looking: AbortController | null = null;

  /**
   * @param catalogue its files fill what a visitor does not bring.
   * @param options `kept`: what `onChange` was told last, on whichever visit.
   */
  constructor(
    library: Library,
    catalogue: readonly OpenModel[],
    options: { readonly kept: string | null; readonly onChange: (own: string) => void },
  ) {
    this.#library = library;
    this.#catalogue = catalogue;
    this.#onChange = options.onChange;
    this.#own.value = parseKept(options.kept, catalogue);
    this.models = computed(() => this.#own.value.map((own) => openOwnModel(own, catalogue)));
    const transformer = computed(
      () => this.files.value.find(({ found }) => found.part === 'transformer')?.name ?? '',
    );
    this.ownName = computed(() => nameOfModel(transformer.value));
    this.sampling = computed(
      () => this.chosenSampling.value ?? (FEW.test(transformer.value) ? 'few' : 'many'),
    );
    this.lacking = computed(() => {
      if (this.files.value.length === 0) return null;
      const composed = this.#compose();
      return composed instanceof AppError ? composed : null;
    });
  }

  /** Looks at the files whose addresses stand in the field. Never rejects; what goes wrong is in {@link OwnModelForm.problems}. */
  async lookAtAddresses(): Promise<void> {
    let addresses: readonly string[];
    try {
      addresses = addressesIn(this.addresses.value);
    } catch (error) {
      this.problems.value = [asAppError(error)];
      return;
    }
    await this.#look(addresses.map((url) => ({ name: nameOfAddress(url), url })));
    // What was understood is in the list; what was not stays to be mended.
    const known = new Set(this.files.value.map(({ address }) => address));
    this.addresses.value = addresses.filter((url) => !known.has(url)).join('\n');
  }

  /** Looks at files from the disk. Never rejects. */
  lookAtFiles(files: readonly File[]): Promise<void> {
    return this.#look(files.map((blob) => ({ name: blob.name, blob })));
  }

  /** Stops looking. */
  stop(): void {
    this.#looking?.abort();
  }

  /** Takes a file away. */
  drop(id: string): void {
    this.files.value = this.files.value.filter((file) => file.id !== id);
  }

  /** Puts a message away. */
  dismiss(problem: AppError): void {
    this.problems.value = this.problems.value.filter((other) => other !== problem);
  }

  /**
   * Makes the model and empties the form.
   * @returns it, and the files from the disk by their names in the store; null if the files are no model, see {@link OwnModelForm.lacking}.
   */
  add(): { readonly model: OpenModel; readonly blobs: ReadonlyMap<string, Blob> } | null {
    const own = this.#compose();
    if (own instanceof AppError) return null;
    const model = openOwnModel(own, this.#catalogue);
    const blobs = new Map(this.files.value.flatMap(({ id, blob }) => (blob ? [[id, blob] as const] : [])));
    this.#keep([...this.#own.value.filter((other) => ownModelId(other) !== model.id), own]);
    this.files.value = [];
    this.problems.value = [];
    this.addresses.value = '';
    this.name.value = '';
    this.chosenSampling.value = null;
    return { model, blobs };
  }

  /** Takes a model from the list; any other name changes nothing. */
  forget(id: string): void {
    const left = this.#own.value.filter((own) => ownModelId(own) !== id);
    if (left.length !== this.#own.value.length) this.#keep(left);
  }

  #compose(): OwnModel | AppError {
    try {
      const choices = { name: this.name.value, sampling: this.sampling.value };
      return composeModel(this.files.value, choices, this.#catalogue);
    } catch (error) {
      return asAppError(error);
    }
  }

  #keep(own: readonly OwnModel[]): void {
    this.#own.value = own;
    this.#onChange(JSON.stringify(own));
  }

  async #look(places: readonly FilePlace[]): Promise<void> {
    if (this.isLooking.value) return;
    const looking = new AbortController();
    this.#looking = looking;
    this.isLooking.value = true;
    this.problems.value = [];
    try {
      for (const place of places) {
        const id = idOf(place);
        if (this.files.value.some((file) => file.id === id)) continue;
        try {
          const looked = await this.#library.inspect(place, { signal: looking.signal });
          const address = 'url' in place ? place.url : null;
          const file = { ...looked, address, id, blob: 'blob' in place ? place.blob : null };
          this.files.value = [...this.files.value, file];
        } catch (error) {
          if (isAbort(error)) return;
          this.problems.value = [...this.problems.value, asAppError(error)];
        }
      }
    } finally {
      this.isLooking.value = false;
      this.#looking = null;
    }
  }
}

/** Words by which publishers name models that were distilled to a few steps. */
const FEW = /fast|dmd|distill|turbo|lightning|few.?step|self.?forcing|[^\d][348].?steps?/i;

/** What names a file in the store: where it is, or for one from the disk what it was called and how large and old it is. */
const idOf = (place: FilePlace): string =>
  'url' in place
    ? place.url
    : `disk/${place.name}/${place.blob.size}/${place.blob instanceof File ? place.blob.lastModified : 0}`;

/** What was remembered; models that cannot be read any more, or whose parts the catalogue has no more, are left out. */
function parseKept(kept: string | null, catalogue: readonly OpenModel[]): readonly OwnModel[] {
  let list: unknown;
  try {
    list = JSON.parse(kept ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.map(parseOwnModel).filter((own): own is OwnModel => {
    if (!own) return false;
    try {
      openOwnModel(own, catalogue);
      return true;
    } catch {
      return false;
    }
  });
}

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });
