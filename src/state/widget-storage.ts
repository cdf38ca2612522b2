import { batch, type ReadonlySignal, signal } from '@preact/signals-core';
import type { ModelManifest } from '../protocol/manifest.ts';
import { DailyCount } from './daily-count.ts';
import { askForStorage, type FrameScope, type FrameStorage, findStorage } from './frame-storage.ts';

/** What {@link WidgetStorage} needs from outside. */
export interface StorageParts {
  readonly storage: FrameScope;
  /** Finds the models that are kept in a storage. Never rejects. */
  readonly findStored: (root: FileSystemDirectoryHandle) => Promise<readonly ModelManifest[]>;
}

/** What the frame keeps, and what the visitor lets it see of the own tab's. */
export class WidgetStorage {
  readonly found: ReadonlySignal<FrameStorage>;
  /** Bytes that the visitor's own tab keeps on this device, once the visitor has let the frame see it. */
  readonly ownBytes: ReadonlySignal<number | null>;
  /** Clips made here today. */
  readonly count: DailyCount;
  readonly #parts: StorageParts;
  readonly #found;
  readonly #ownBytes = signal<number | null>(null);

  constructor(parts: StorageParts) {
    this.#parts = parts;
    const storage = findStorage(parts.storage);
    this.#found = signal(storage);
    this.count = new DailyCount(storage.store);
    this.found = this.#found;
    this.ownBytes = this.#ownBytes;
  }

  /**
   * Asks for the storage of the visitor's own tab; only right after a click. Never rejects.
   * @param onStored is told the models that are kept there, together with everything else that changes.
   */
  async useOwn(onStored: (models: readonly ModelManifest[]) => void): Promise<void> {
    const granted = await askForStorage(this.#parts.storage);
    if (granted) this.count.useStore(granted.store);
    const stored = granted?.directory ? await this.#parts.findStored(granted.directory) : [];
    batch(() => {
      const { store, kind } = this.#found.value;
      this.#ownBytes.value = granted?.usedBytes ?? null;
      this.#found.value = granted
        ? { kind: 'unpartitioned', store: granted.store, canAsk: false }
        : { kind, store, canAsk: false };
      onStored(stored);
    });
  }
}
