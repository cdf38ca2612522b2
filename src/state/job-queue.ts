// Jobs that wait for the one engine of all tabs. The tab in which somebody pressed a button works the queue, one job after the other, and
// holds a lock as long: that is how the others know that it lives. A page that was just opened, or whose working tab is gone, waits for a
// press: nobody's graphics card starts unasked.

import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals-core';
import type { Tabs } from '../client/tabs.ts';
import { AppError } from '../core/errors.ts';
import { type Job, titleOf } from '../core/job.ts';
import type { DeviceChoice, GenerateRequest } from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { MAX_QUEUED, type QueuedJob } from '../protocol/queued-job.ts';
import type { MakingElsewhere, TabMessage } from '../protocol/tab-messages.ts';
import { keptSegments } from './film-sources.ts';
import type { JobState } from './job-state.ts';

export type { QueuedJob } from '../protocol/queued-job.ts';
export type { MakingElsewhere } from '../protocol/tab-messages.ts';

/** Where jobs are kept while they wait. The application state knows only this. */
export interface KeptJobs {
  list(): Promise<readonly QueuedJob[]>;
  picture(id: string): Promise<Blob | null>;
  add(job: QueuedJob, picture: Blob | null): Promise<void>;
  order(ids: readonly string[]): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What the queue needs of the studio. */
export interface QueueHost {
  readonly builtIn: ModelManifest;
  readonly maker: { readonly state: ReadonlySignal<JobState>; cancel(): void };
  readonly isRunning: ReadonlySignal<boolean>;
  /** The form as it stands. */
  readonly board: {
    toJob(): Job;
    markMade(job: Job, picture: Blob | null, ids: readonly number[]): void;
    markFound(identities: readonly string[]): void;
  };
  readonly form: { readonly picture: ReadonlySignal<{ readonly file: Blob } | null> };
  readonly gallery: {
    readonly films: ReadonlySignal<readonly { readonly report: unknown }[]>;
    refresh(): Promise<void>;
  };
  readonly shelf: ReadonlySignal<{ manifestOf(id: string): ModelManifest | null } | null>;
  lookAtShelf(): Promise<void>;
  /** @throws {AppError} `input/…` if the job cannot be made. */
  check(job: Job, manifest: ModelManifest, hasPicture: boolean): void;
  /** Makes a film and keeps it. @returns what went wrong; null also for a cancelled one. Never rejects. */
  make(request: GenerateRequest, ids: readonly number[], isPart?: boolean): Promise<AppError | null>;
  refuse(error: unknown): void;
  readonly line: { say(status: 'queued'): void };
}

/** What the queue is built from. */
export interface QueueParts {
  readonly files: KeptJobs;
  readonly tabs: Tabs;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** Why the queue does not go on by itself: somebody paused it, a job of it failed, or the page has just been opened. */
export type Pause = 'asked' | 'failed' | 'restored';

interface Work {
  readonly id: string | null;
  readonly request: GenerateRequest;
  /** Of the segments on the board, so that they are known to be made. */
  readonly ids: readonly number[];
  /** On its way to a film. */
  readonly isPart?: boolean;
  /** It was begun before the queue was there. */
  readonly isBegun?: boolean;
}

/** A second press this soon after the first is the same press. */
const DOUBLE_PRESS_MS = 500;
/** How often other tabs hear how far a film is. */
const SAY_MS = 400;
/** By then other tabs have heard what was said. */
const HEAR_MS = 100;

/** All jobs that wait, in whatever tab they were asked for. Knows no UI library. */
export class JobQueue {
  /** Those that wait, in order; without the one that is being made. */
  readonly jobs: ReadonlySignal<readonly QueuedJob[]>;
  /** Null if the next one starts by itself. */
  readonly pause: ReadonlySignal<Pause | null>;
  /** Name of the job that is being made here; null if none is, or it did not wait. */
  readonly current: ReadonlySignal<string | null>;
  /** A film that another tab makes. */
  readonly elsewhere: ReadonlySignal<MakingElsewhere | null>;
  /** Why a job that waits could not be made; by name. */
  readonly problems: ReadonlySignal<ReadonlyMap<string, AppError>>;
  /** The engine is at work, here or in another tab: what is asked for now waits. */
  readonly isTaken: ReadonlySignal<boolean>;
  readonly #host: QueueHost;
  readonly #files: KeptJobs;
  readonly #tabs: Tabs;
  readonly #now: () => number;
  readonly #all = signal<readonly QueuedJob[]>([]);
  readonly #pause = signal<Pause | null>(null);
  readonly #current = signal<string | null>(null);
  readonly #elsewhere = signal<MakingElsewhere | null>(null);
  readonly #problems = signal<ReadonlyMap<string, AppError>>(new Map());
  readonly #leading = signal(false);
  /** What was asked for in this tab, as long as it waits. */
  readonly #asked = new Map<string, Work>();
  /** Finished, but their folders could not be removed. */
  readonly #gone = new Set<string>();
  readonly #closed = new AbortController();
  readonly #stop: readonly (() => void)[];
  #work: Work | null = null;
  #adopting: Promise<void> | null = null;
  #watching = false;
  #pressed = Number.NEGATIVE_INFINITY;
  #last: MakingElsewhere | null = null;
  #said = Number.NEGATIVE_INFINITY;
  /** What failed and did not wait. */
  #stopped: { readonly error: AppError; readonly work: Work } | null = null;
  /** For the job that failed: makes it on another device. */
  #device: { readonly id: string; readonly device: DeviceChoice } | null = null;

  /** @param host stays the caller's. */
  constructor(host: QueueHost, { files, tabs, now = Date.now }: QueueParts) {
    this.#host = host;
    this.#files = files;
    this.#tabs = tabs;
    this.#now = now;
    this.pause = this.#pause;
    this.current = this.#current;
    this.elsewhere = this.#elsewhere;
    this.problems = this.#problems;
    this.jobs = computed(() => {
      const making = [this.#current.value, this.#elsewhere.value?.job];
      return this.#all.value.filter(({ id }) => !making.includes(id));
    });
    this.isTaken = computed(
      () => this.#leading.value || host.isRunning.value || this.#elsewhere.value !== null,
    );
    tabs.listen((message) => this.#hear(message));
    this.#stop = [
      effect(() => this.#tell(this.#making())),
      effect(() => this.#adoptIfChanged()),
      effect(() => this.#markFound()),
    ];
  }

  /** Looks at what an earlier visit left, at what is being made here already and at what other tabs do. Never rejects. */
  async open(): Promise<void> {
    try {
      const state = this.#host.maker.state.value;
      if (state.status === 'running')
        void this.#lead({ id: null, request: state.request, ids: [], isBegun: true });
      const isLed = !this.#leading.value && (await this.#tabs.isLed());
      if (isLed) this.#watch();
      else this.#pause.value = 'restored';
      await this.refresh();
      this.#tabs.say({ type: 'who' });
      void this.#findModels(); // nobody has to wait for that
      const now = this.#host.maker.state.value; // somebody may have pressed meanwhile
      if (!this.#leading.value && now.status === 'running')
        void this.#lead({ id: null, request: now.request, ids: [], isBegun: true });
    } catch (error) {
      console.warn(error); // nothing waits, then
    }
  }

  /**
   * Makes a film at once, or adds it to the queue if the engine is at work. A second press in the same moment does nothing.
   * @param ids of its segments on the board.
   * @returns settled when there is nothing left to do in this tab; never rejects.
   */
  async make(request: GenerateRequest, ids: readonly number[] = [], isPart = false): Promise<void> {
    const before = this.#pressed;
    this.#pressed = this.#now();
    if (this.#pressed - before < DOUBLE_PRESS_MS && this.isTaken.value) return;
    const work = { id: null, request, ids, isPart };
    if (this.isTaken.value || !(await this.#lead(work))) await this.#add(work);
  }

  /** Nothing starts by itself any more; what is being made is finished. */
  pauseNow(): void {
    if (this.#elsewhere.value) this.#tabs.say({ type: 'pause', paused: true });
    else this.#pause.value = 'asked';
  }

  /**
   * Goes on with the first job that waits: one that failed, where it stopped.
   * @param device to make the one that failed on, if another than it asks for.
   */
  async goOn(device: DeviceChoice | null = null): Promise<void> {
    if (this.#elsewhere.value) return this.#tabs.say({ type: 'pause', paused: false });
    const [failed] = this.#problems.value.keys();
    this.#device = device && failed !== undefined ? { id: failed, device } : null;
    this.#pause.value = null;
    this.#problems.value = new Map();
    await this.#lead(null);
  }

  /**
   * Goes on with what an error has stopped, exactly as it was asked for: what is made of it is kept.
   * @param device to make it on, if another than it asks for.
   * @returns null if the error is not about such a job.
   */
  tryAgain(error: AppError, device?: DeviceChoice): Promise<void> | null {
    if ([...this.#problems.value.values()].includes(error)) return this.goOn(device);
    if (this.#stopped?.error !== error) return null;
    const { request, ids, isPart } = this.#stopped.work;
    this.#pressed = Number.NEGATIVE_INFINITY;
    return this.make({ ...request, ...(device && { device }) }, ids, isPart);
  }

  /** Stops the film that another tab makes. What is finished of it is kept there; what waits goes on. */
  cancelElsewhere(): void {
    if (this.#elsewhere.value) this.#tabs.say({ type: 'cancel' });
  }

  /** Moves a job by so many places. Never rejects. */
  async move(id: string, by: number): Promise<void> {
    await this.#change(async () => {
      const making = this.#all.value.filter((job) => !this.jobs.value.includes(job)).map((job) => job.id);
      const ids = this.jobs.value.map((job) => job.id);
      const from = ids.indexOf(id);
      const to = from + by;
      if (from < 0 || to < 0 || to >= ids.length) return;
      ids.splice(to, 0, ...ids.splice(from, 1));
      await this.#files.order([...making, ...ids]);
    });
  }

  /** Takes a job out. What was made of it is kept for another time. Never rejects. */
  async remove(id: string): Promise<void> {
    this.#forget(id);
    await this.#change(() => this.#files.remove(id));
  }

  /** Looks again at what waits. */
  async refresh(): Promise<void> {
    await this.#tabs.alone(() => this.#look());
  }

  /** Ends following the studio and the other tabs; what waits is kept. */
  dispose(): void {
    this.#closed.abort();
    for (const stop of this.#stop) stop();
    this.#tabs.close();
  }

  async #look(): Promise<void> {
    this.#all.value = (await this.#files.list()).filter(({ id }) => !this.#gone.has(id));
    // There is nothing left that a pause would be about.
    if (this.jobs.value.length === 0) this.#pause.value = null;
  }

  /** One writer over all tabs. What cannot be written is said. */
  async #change(work: () => Promise<void>): Promise<void> {
    try {
      await this.#tabs.alone(async () => {
        await this.#look();
        await work();
        await this.#look();
      });
    } catch (error) {
      this.#host.refuse(error);
    }
    this.#tabs.say({ type: 'changed' });
  }

  async #add(work: Work): Promise<void> {
    await this.#adopt();
    await this.#change(async () => {
      if (this.jobs.value.length >= MAX_QUEUED) {
        const message = `The queue is full with ${MAX_QUEUED} jobs; wait for one, or remove one.`;
        throw new AppError('worker/queue-full', message, { detail: { most: MAX_QUEUED } });
      }
      await this.#keep(work);
      this.#host.line.say('queued');
    });
    await this.#goOnIfAsked();
  }

  async #keep({ request, ids, isPart = false }: Work): Promise<string> {
    const { job, manifest, device, visibleLabel, picture, board } = request;
    const random = Math.floor(Math.random() * 0x1000000).toString(16);
    const id = `${String(this.#now()).padStart(14, '0')}-${random.padStart(6, '0')}`;
    const facts = { modelName: manifest.name, device, visibleLabel, isPart, ...(board && { board }) };
    await this.#files.add({ id, job, ...facts }, picture);
    this.#asked.set(id, { id, request, ids, isPart });
    return id;
  }

  /** The job that is being made stands first among those that wait, in case the page is closed. */
  #adopt(): Promise<void> {
    const work = this.#work;
    if (!work || work.id !== null) return Promise.resolve();
    this.#adopting ??= this.#tabs
      .alone(async () => {
        const id = await this.#keep(work);
        this.#work = { ...work, id };
        this.#current.value = id;
        await this.#look();
        await this.#files.order([id, ...this.jobs.value.map((job) => job.id)]);
        await this.#look();
      })
      .catch((error: unknown) => console.warn(error)); // no room: it is made all the same
    return this.#adopting;
  }

  /** A form that stands as it is made comes back by itself after a reload; the job of one that has moved on would be lost. */
  #adoptIfChanged(): void {
    if (!this.#leading.value || !this.#host.isRunning.value || this.#current.value !== null) return;
    const form = JSON.stringify(this.#host.board.toJob());
    const file = this.#host.form.picture.value?.file ?? null;
    const { request } = this.#work ?? {};
    if (request && (form !== JSON.stringify(request.job) || file !== request.picture))
      untracked(() => void this.#adopt());
  }

  /** What a kept film shows was made, in whatever tab or visit. */
  #markFound(): void {
    const shown = this.#host.gallery.films.value.flatMap(({ report }) => keptSegments(report));
    untracked(() => this.#host.board.markFound(shown.map(({ identity }) => identity)));
  }

  /**
   * Makes films in this tab until none is left that may start.
   * @param first that did not wait.
   * @returns false, with nothing made, if another tab makes films.
   */
  async #lead(first: Work | null): Promise<boolean> {
    if (this.#leading.value) return false;
    this.#leading.value = true;
    let led = false;
    try {
      led = await this.#tabs.lead(async () => {
        if (first) await this.#makeOne(first);
        while (this.#pause.value === null) {
          const next = await this.#next();
          if (!next) break;
          await this.#makeOne(next);
        }
      });
    } catch (error) {
      this.#host.refuse(error);
    } finally {
      this.#leading.value = false;
    }
    if (led) await this.#goOnIfAsked();
    else this.#watch();
    return led;
  }

  /**
   * Runs `work` with the engine in no other hands, for what is no job. What is asked for meanwhile waits, and is made afterwards.
   * @returns false, with nothing run, if the engine is at work.
   */
  async borrow(work: () => Promise<void>): Promise<boolean> {
    if (this.isTaken.value) return false;
    this.#leading.value = true;
    let led = false;
    try {
      led = await this.#tabs.lead(work);
    } finally {
      this.#leading.value = false;
    }
    if (led) await this.#goOnIfAsked();
    else this.#watch();
    return led;
  }

  /** What was asked for here in the very moment in which the work ended, here or elsewhere. */
  async #goOnIfAsked(): Promise<void> {
    const isAsked = ({ id }: QueuedJob): boolean => this.#asked.has(id) && !this.#problems.value.has(id);
    if (this.isTaken.value || this.#pause.value !== null || !this.jobs.value.some(isAsked)) return;
    await this.#lead(null);
  }

  /** The first job that can be made; one that cannot says why and is passed over. */
  async #next(): Promise<Work | null> {
    await this.refresh();
    for (const queued of this.jobs.value) {
      if (this.#problems.value.has(queued.id)) continue;
      try {
        return await this.#workOf(queued);
      } catch (error) {
        this.#fail(queued.id, error);
      }
    }
    return null;
  }

  async #workOf({ id, job, modelName, device, visibleLabel, board, isPart }: QueuedJob): Promise<Work> {
    const manifest = await this.#manifest(job.model, modelName);
    const known = this.#asked.get(id);
    // The copy first: the visitor's own file may have been moved or edited since.
    const picture = (await this.#files.picture(id)) ?? known?.request.picture ?? null;
    this.#host.check(job, manifest, picture !== null);
    const chosen = this.#device?.id === id ? this.#device.device : device;
    const shown = { device: chosen, visibleLabel, preview: true, keep: true, ...(board && { board }) };
    return { id, request: { job, manifest, picture, ...shown }, ids: known?.ids ?? [], isPart };
  }

  async #makeOne(work: Work): Promise<void> {
    this.#work = work;
    this.#adopting = null;
    this.#stopped = null;
    if (!work.isBegun && this.#host.isRunning.value) await this.#over(); // none of the queue's, but the engine is at work
    this.#current.value = work.id;
    const error = work.isBegun
      ? await this.#over()
      : await this.#host.make(work.request, work.ids, work.isPart);
    await this.#adopting;
    if (error && this.jobs.value.length > 0) await this.#adopt();
    const { id } = this.#work;
    const isMade = !error && this.#host.maker.state.value.status === 'done';
    if (error && id !== null) {
      this.#fail(id, error);
      this.#current.value = null;
      this.#pause.value = 'failed';
      // Other tabs wait as well, whatever was asked for there; they hear it before the engine is free.
      if (this.#last) this.#tabs.say({ type: 'making', making: { ...this.#last, job: null, paused: true } });
      await new Promise((resolve) => setTimeout(resolve, HEAR_MS));
    } else if (error) {
      this.#stopped = { error, work };
    } else if (id !== null) {
      this.#gone.add(id);
      this.#forget(id);
      await this.#tabs.alone(() => this.#files.remove(id)).catch((cause: unknown) => console.warn(cause));
    }
    this.#work = null;
    this.#current.value = null;
    await this.refresh().catch((cause: unknown) => console.warn(cause));
    this.#tabs.say({ type: 'changed', ...(isMade && id !== null && { made: id }) });
  }

  /** Another tab has made what was asked for here. */
  #markMade(id: string): void {
    const work = this.#asked.get(id);
    if (!work) return;
    this.#forget(id);
    this.#host.board.markMade(work.request.job, work.request.picture, work.ids);
  }

  /** Settles when the running job is over. @returns why it failed. */
  #over(): Promise<AppError | null> {
    return new Promise((resolve) => {
      const stop = effect(() => {
        const state = this.#host.maker.state.value;
        if (state.status === 'running') return;
        queueMicrotask(() => stop()); // it may end in the very first look
        resolve(state.status === 'failed' ? state.error : null);
      });
    });
  }

  async #manifest(model: string, name: string): Promise<ModelManifest> {
    const { builtIn } = this.#host;
    if (model === builtIn.id) return builtIn;
    await this.#host.lookAtShelf();
    const found = this.#host.shelf.value?.manifestOf(model);
    if (found) return found;
    const message = `“${name}” is not on this device any more. Download it again, or remove this job from the queue.`;
    throw new AppError('model/unknown', message, { detail: { model: name } });
  }

  /** Says at once which jobs lack their model. */
  async #findModels(): Promise<void> {
    for (const { id, job, modelName } of this.jobs.value) {
      await this.#manifest(job.model, modelName).catch((error: unknown) => this.#fail(id, error));
    }
  }

  #fail(id: string, error: unknown): void {
    const known =
      error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });
    this.#problems.value = new Map([...this.#problems.value, [id, known]]);
  }

  #forget(id: string): void {
    this.#asked.delete(id);
    this.#problems.value = new Map([...this.#problems.value].filter(([other]) => other !== id));
  }

  #making(): MakingElsewhere | null {
    const state = this.#host.maker.state.value;
    if (!this.#leading.value || state.status !== 'running') return null;
    const { segment, fraction, request } = state;
    const paused = this.#pause.value !== null;
    return { job: this.#current.value, title: titleOf(request.job), ...segment, fraction, paused };
  }

  #tell(making: MakingElsewhere | null, isAsked = false): void {
    if (!making) {
      this.#said = Number.NEGATIVE_INFINITY; // the next film is told at once
      return;
    }
    const now = this.#now();
    if (now - this.#said < SAY_MS && !isAsked && making.fraction > 0) return;
    this.#said = now;
    this.#last = making;
    this.#tabs.say({ type: 'making', making });
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case 'who':
        this.#tell(this.#making(), true);
        return;
      case 'pause':
        if (this.#leading.value) this.#pause.value = message.paused ? 'asked' : null;
        this.#tell(this.#making(), true);
        return;
      case 'cancel':
        if (this.#leading.value) this.#host.maker.cancel();
        return;
      case 'changed':
        if (message.made !== undefined) this.#markMade(message.made);
        void this.refresh().catch((error: unknown) => console.warn(error));
        void this.#host.gallery.refresh();
        return;
      case 'making':
        if (this.#leading.value) return; // said before that tab ended
        this.#elsewhere.value = message.making;
        this.#watch();
        return;
    }
  }

  /** Another tab makes films: until it ends, or dies. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#elsewhere.value ??= { job: null, title: '', index: 0, count: 1, fraction: 0, paused: false };
    void this.#tabs
      .free(this.#closed.signal)
      .then(async () => {
        this.#watching = false;
        if (this.#elsewhere.value?.paused) this.#pause.value = 'asked';
        this.#elsewhere.value = null;
        await this.refresh();
        await this.#host.gallery.refresh();
        if (!this.jobs.value.some(({ id }) => this.#asked.has(id)) && this.jobs.value.length > 0)
          this.#pause.value ??= 'restored'; // that tab was closed
        await this.#goOnIfAsked();
      })
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) console.warn(error);
      });
  }
}
