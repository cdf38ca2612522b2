import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Device, InstallPrompt } from '../client/device.ts';
import type { Offline } from '../client/offline.ts';
import { type KeptSegments, KeptStorage } from './kept-storage.ts';
import { keepChoice, keptChoice, type TextStore } from './language.ts';
import type { Studio } from './studio.ts';

/** Where a new version of the app is: `busy` if a job runs in another tab. */
export type UpdateState = 'none' | 'waiting' | 'busy' | 'applying';

/** What the app's life needs from outside. */
export interface AppLifeParts {
  /** Null where the site is not kept: in development, after a reset, without service workers. */
  readonly offline: Offline | null;
  readonly device: Device;
  /** Absent where nothing is kept of films. */
  readonly segments?: KeptSegments;
  readonly installPrompt: InstallPrompt;
  readonly store: TextStore | null;
  /** Loads the page anew. */
  readonly reload: () => void;
  /** What is said when a clip was made while nobody looked, in the language of the page. */
  readonly clipIsReady: () => { readonly title: string; readonly text: string };
}

const INSTALL_KEY = 'kindling.install';

/** What goes on around the studio: new versions, installing, keeping the device awake, telling when a clip is ready. */
export class AppLife {
  readonly offline: Offline | null;
  readonly storage: KeptStorage;
  readonly update: ReadonlySignal<UpdateState>;
  /** Installing is to be offered: a clip was made, the browser can, and nobody has said no. */
  readonly offersInstall: ReadonlySignal<boolean>;
  /** The visitor can be asked whether a notification is welcome. */
  readonly canAskForNotices: ReadonlySignal<boolean>;
  readonly #studio: Studio;
  readonly #parts: AppLifeParts;
  readonly #update = signal<UpdateState>('none');
  readonly #isUpdateSeen = signal(false);
  readonly #isInstallable = signal(false);
  readonly #isInstallDeclined = signal(false);
  readonly #noticePermission;
  readonly #stop: readonly (() => void)[];

  constructor(studio: Studio, parts: AppLifeParts) {
    const { offline, device, installPrompt, store } = parts;
    this.#studio = studio;
    this.#parts = parts;
    this.offline = offline;
    this.storage = new KeptStorage(studio, offline, device, parts.segments ?? null);
    this.#isInstallDeclined.value = keptChoice(INSTALL_KEY, store) !== null;
    this.#noticePermission = signal(device.noticePermission());
    this.update = computed(() => (this.#isUpdateSeen.value ? 'none' : this.#update.value));
    this.offersInstall = computed(
      () =>
        this.#isInstallable.value &&
        !this.#isInstallDeclined.value &&
        studio.maker.shelf.clips.value.some(({ fileId }) => fileId === undefined),
    );
    this.canAskForNotices = computed(() => this.#noticePermission.value === 'default');
    const noteInstallable = (): void => {
      this.#isInstallable.value = installPrompt.isReady;
    };
    noteInstallable();
    installPrompt.onChange(noteInstallable);
    this.#stop = [this.#stayAwake(), this.#showBadge(), this.#followClips()];
  }

  /** Begins to keep the site offline. Never rejects: without it the page works online. */
  async keepOffline(): Promise<void> {
    try {
      await this.offline?.start(() => {
        this.#isUpdateSeen.value = false;
        if (this.#update.value !== 'applying') this.#update.value = 'waiting';
      });
    } catch (error) {
      console.warn(error);
    }
  }

  /** Lets the new version take over and loads the page anew. Not while a job runs, in whatever tab. */
  async applyUpdate(): Promise<void> {
    const { offline, reload } = this.#parts;
    if (!offline || this.#studio.isRunning.value || this.#update.value === 'applying') return;
    this.#update.value = 'applying';
    if ((await offline.takeOver()) === 'done') reload();
    else this.#update.value = 'busy';
  }

  /** Leaves the new version for another visit. */
  postponeUpdate(): void {
    this.#isUpdateSeen.value = true;
  }

  /** Installs the app, if the visitor agrees to the browser's question. */
  async install(): Promise<void> {
    if (!(await this.#parts.installPrompt.ask())) this.declineInstall();
  }

  /** Never offers to install again. */
  declineInstall(): void {
    this.#isInstallDeclined.value = true;
    keepChoice(INSTALL_KEY, 'declined', this.#parts.store);
  }

  /** Asks whether a notification is welcome when the clip is ready. */
  async askForNotices(): Promise<void> {
    this.#noticePermission.value = await this.#parts.device.askForNotices();
  }

  /** Opens the picture that the share sheet left, if there is one. Never rejects. */
  async openShared(): Promise<void> {
    try {
      const shared = await this.offline?.takeShared();
      if (shared) await this.#studio.open(shared.file, shared.name);
    } catch (error) {
      console.warn(error);
    }
  }

  /** Lets go of the device. */
  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  #stayAwake(): () => void {
    const isBusy = computed(
      () =>
        this.#studio.isRunning.value ||
        this.#studio.shelf.value?.entries.value.some(({ activity }) => activity.status !== 'still') === true,
    );
    return effect(() => (isBusy.value ? this.#parts.device.stayAwake() : undefined));
  }

  #showBadge(): () => void {
    return effect(() => {
      const { device } = this.#parts;
      if (!this.#studio.isRunning.value) return;
      device.showBadge(true);
      return () => device.showBadge(false);
    });
  }

  #followClips(): () => void {
    let seen = this.#studio.maker.shelf.clips.peek()[0]?.id ?? 0;
    return effect(() => {
      // One that was opened from the kept films was not made now.
      const newest = this.#studio.maker.shelf.clips.value.find(({ fileId }) => fileId === undefined);
      if (!newest || newest.id <= seen) return;
      seen = newest.id;
      if (newest.request.manifest === this.#studio.builtIn) this.#parts.offline?.keepModel();
      const { title, text } = this.#parts.clipIsReady();
      this.#parts.device.tellIfHidden(title, text);
    });
  }
}
