import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Device } from '../client/device.ts';
import type { KeptOffline, Offline } from '../client/offline.ts';
import { AppError } from '../core/errors.ts';
import type { StorageRoom } from '../protocol/library-api.ts';
import type { Studio } from './studio.ts';

/** What is kept of films while they are made. */
export interface KeptSegments {
  bytes(): Promise<number>;
  clear(): Promise<void>;
  /** Bytes of the storyboards and their pictures; they are deleted in their own list. */
  boards(): Promise<number>;
  /** Bytes of what waits to be made, with its pictures; it is taken out of the queue there. */
  queue(): Promise<number>;
}

/** What this site keeps on the device, and everything that can be done about it. The models' own files are the shelf's. */
export class KeptStorage {
  /** The list stands open. */
  readonly isShown = signal(false);
  /** Bytes that a paused film needs; null if the list was opened without one. */
  readonly needed = signal<number | null>(null);
  /** Bytes of the app and its model; null before they were counted, and where nothing is kept. */
  readonly kept: ReadonlySignal<KeptOffline | null>;
  /** What the browser says of all this site's storage; null if it does not say. */
  readonly room: ReadonlySignal<StorageRoom | null>;
  /** Why something could not be deleted or counted. */
  readonly problem: ReadonlySignal<AppError | null>;
  readonly #kept = signal<KeptOffline | null>(null);
  readonly #room = signal<StorageRoom | null>(null);
  readonly #problem = signal<AppError | null>(null);
  /** Bytes of the steps, latents and encoded parts of films, from which they are put together and gone on from. */
  readonly segmentBytes: ReadonlySignal<number>;
  readonly #segmentBytes = signal(0);
  /** Bytes of the storyboards and their pictures. */
  readonly boardBytes: ReadonlySignal<number>;
  readonly #boardBytes = signal(0);
  /** Bytes of what waits to be made, with its pictures. */
  readonly queueBytes: ReadonlySignal<number>;
  readonly #queueBytes = signal(0);
  readonly #segments: KeptSegments | null;
  readonly #studio: Studio;
  readonly #offline: Offline | null;
  readonly #device: Device;

  /** @param segments null where none are kept. */
  constructor(studio: Studio, offline: Offline | null, device: Device, segments: KeptSegments | null = null) {
    this.#segments = segments;
    this.segmentBytes = this.#segmentBytes;
    this.boardBytes = this.#boardBytes;
    this.queueBytes = this.#queueBytes;
    this.#studio = studio;
    this.#offline = offline;
    this.#device = device;
    this.kept = this.#kept;
    this.room = this.#room;
    this.problem = this.#problem;
  }

  /** Asks how much room there is, without counting what takes it. Never rejects. */
  async measureRoom(): Promise<void> {
    this.#room.value = await this.#device.storageRoom();
  }

  /** Shows the list. Settles when everything was counted; never rejects. @param needed bytes, for a film that waits for them. */
  async show(needed: number | null = null): Promise<void> {
    this.needed.value = needed;
    this.isShown.value = true;
    void this.#studio.gallery.refresh();
    await this.#try(async () => this.#studio.lookAtShelf());
    await this.#count();
  }

  /** Deletes the app's own files or its model. They come back with the next visit or the next clip. Never rejects. */
  async forget(what: keyof KeptOffline): Promise<void> {
    await this.#try(async () => this.#offline?.forget(what));
    await this.#count();
  }

  /** Deletes the files of a downloaded model. What cannot be deleted is said. Never rejects. */
  async removeModel(id: string): Promise<void> {
    await this.#studio.shelf.value?.remove(id);
    await this.#count();
  }

  /** Deletes finished films for good. Never rejects. */
  async removeFilms(...ids: readonly string[]): Promise<void> {
    const { gallery } = this.#studio;
    const bytes = (): number => gallery.films.value.reduce((sum, film) => sum + film.bytes, 0);
    const before = bytes();
    await gallery.remove(...ids);
    const needed = (this.needed.value ?? 0) - Math.max(0, before - bytes());
    this.needed.value = needed > 0 ? needed : null;
    await this.#count();
  }

  /** Deletes a file that belongs to no model. Never rejects. */
  async removeStray(key: string): Promise<void> {
    await this.#studio.shelf.value?.removeStray(key);
    await this.#count();
  }

  /** Deletes what is kept of films while they are made; finished films stay. While a film is made it is said why not. Never rejects. */
  async clearSegments(): Promise<void> {
    await this.#count();
    await this.#try(async () => this.#segments?.clear());
    if (!this.#problem.value) await this.#count();
  }

  /** Asks the browser not to clear all this by itself. Never rejects. */
  async persist(): Promise<void> {
    await this.#device.askToPersist();
    await this.#count();
  }

  /** Puts the message away. */
  dismissProblem(): void {
    this.#problem.value = null;
  }

  /** Puts the list away because it cannot be shown. */
  fail(error: unknown): void {
    this.isShown.value = false;
    console.warn(error);
  }

  async #count(): Promise<void> {
    await this.#try(async () => {
      this.#kept.value = (await this.#offline?.measure()) ?? null;
      this.#segmentBytes.value = (await this.#segments?.bytes()) ?? 0;
      this.#boardBytes.value = (await this.#segments?.boards()) ?? 0;
      this.#queueBytes.value = (await this.#segments?.queue()) ?? 0;
      this.#room.value = await this.#device.storageRoom();
    });
  }

  async #try(work: () => Promise<void> | undefined): Promise<void> {
    this.#problem.value = null;
    try {
      await work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#problem.value =
        cause instanceof AppError ? cause : new AppError('internal/runtime', message, { cause });
    }
  }
}
