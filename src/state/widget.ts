import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Engine } from '../client/engine.ts';
import { AppError } from '../core/errors.ts';
import type { EmbedAddress } from '../protocol/embed-address.ts';
import type {
  EmbedCapabilities,
  EmbedClip,
  EmbedPhase,
  EmbedStatus,
  EmbedTerms,
} from '../protocol/embed-api.ts';
import { EMBED_VERSION, type HostMessage, type WidgetMessage } from '../protocol/embed-messages.ts';
import {
  checkSurroundings,
  type EmbedPolicy,
  parsePolicy,
  type Surroundings,
} from '../protocol/embed-policy.ts';
import { jobToFragment } from '../protocol/job-address.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { ClipMaker } from './clip-maker.ts';
import { DailyCount } from './daily-count.ts';
import { capField, randomSeed } from './form.ts';
import { askForStorage, type FrameScope, type FrameStorage, findStorage } from './frame-storage.ts';
import type { Clip, RunningJob } from './job-state.ts';
import { firstLanguage, type Language } from './language.ts';
import { type Picture, releasePicture } from './picture.ts';
import type { Support } from './support.ts';
import { offeredModels, orderFor, type WidgetOrder } from './widget-job.ts';
import type { DeviceFacts } from './widget-probe.ts';

/** What the widget needs from outside. */
export interface WidgetParts {
  readonly engine: Engine;
  readonly catalogue: readonly ModelManifest[];
  readonly support: Support;
  readonly address: EmbedAddress;
  /** Language tags, best first. */
  readonly languages: readonly string[];
  readonly surroundings: Surroundings;
  readonly storage: FrameScope;
  /** Fetches the deployment's policy. */
  readonly loadPolicy: () => Promise<unknown>;
  /** Finds the models that are kept in a storage. Never rejects. */
  readonly findStored: (root: FileSystemDirectoryHandle) => Promise<readonly ModelManifest[]>;
  /** Asks what the device can do; called after the first press. */
  readonly probe: () => Promise<DeviceFacts>;
  /** Bytes of the runtime that the first clip loads besides the model. */
  readonly runtimeBytes: number;
  /** Draws seeds; for tests. */
  readonly drawSeed?: () => number;
}

/** Whether the widget may be used where it is. */
export type Access =
  | { readonly status: 'loading' }
  | { readonly status: 'open'; readonly policy: EmbedPolicy; readonly models: readonly ModelManifest[] }
  | { readonly status: 'refused'; readonly error: AppError };

/** A job of the page that waits for the visitor. */
export interface AskedJob {
  readonly id: number;
  readonly order: WidgetOrder;
  readonly picture: Picture | null;
}

/** Previews and progress that follow each other faster are not worth a message. */
const PROGRESS_MS = 100;

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });

/** The whole state of the widget in a partner's page. Nothing is fetched and no processor asked before {@link Widget.start}. */
export class Widget {
  readonly maker: ClipMaker;
  readonly language: Language;
  readonly prompt = signal('');
  /** Identifier of the model that the visitor has chosen; null for the first. */
  readonly model = signal<string | null>(null);
  /** As the address wishes; null for the model's own. */
  readonly aspect: string | null;
  readonly access: ReadonlySignal<Access>;
  readonly asked: ReadonlySignal<AskedJob | null>;
  /** What is wrong with what was asked for, or with the page around. */
  readonly problem: ReadonlySignal<AppError | null>;
  readonly storage: ReadonlySignal<FrameStorage>;
  /** Bytes that the visitor's own tab keeps on this device, once the visitor has let the frame see it. */
  readonly ownBytes: ReadonlySignal<number | null>;
  /** Site that receives the clips; null without one. */
  readonly host: ReadonlySignal<string | null>;
  readonly phase: ReadonlySignal<EmbedPhase>;
  readonly capabilities: ReadonlySignal<EmbedCapabilities>;
  readonly #parts: WidgetParts;
  readonly #access = signal<Access>({ status: 'loading' });
  readonly #asked = signal<AskedJob | null>(null);
  readonly #problem = signal<AppError | null>(null);
  readonly #storage: Signal<FrameStorage>;
  readonly #ownBytes = signal<number | null>(null);
  readonly #host = signal<string | null>(null);
  readonly #facts = signal<DeviceFacts>({ webgpu: 'none', precision: null, codecs: null });
  readonly #count: DailyCount;
  readonly #stops: (() => void)[] = [];
  #opening: Promise<void> | null = null;
  #post: ((message: WidgetMessage) => void) | null = null;
  /** Call of the page whose picture is being looked at. */
  #reading: number | null = null;
  /** Call of the page that runs; null for a clip of the visitor's own. */
  #running: number | null = null;
  #probed = false;
  #height = 0;

  constructor(parts: WidgetParts) {
    this.#parts = parts;
    const { address, support } = parts;
    this.maker = new ClipMaker(parts.engine);
    this.language = firstLanguage([...(address.lang ? [address.lang] : []), ...parts.languages], null);
    this.prompt.value = capField(address.prompt ?? '');
    this.aspect = address.aspect;
    const storage = findStorage(parts.storage);
    this.#storage = signal(storage);
    this.#count = new DailyCount(storage.store);
    this.#facts.value = { webgpu: support.webgpu ? 'unasked' : 'none', precision: null, codecs: null };
    this.access = this.#access;
    this.asked = this.#asked;
    this.problem = this.#problem;
    this.storage = this.#storage;
    this.ownBytes = this.#ownBytes;
    this.host = this.#host;
    this.phase = computed(() => {
      if (this.#asked.value) return 'asked';
      const { status } = this.maker.state.value;
      return status === 'idle' ? 'poster' : status;
    });
    this.capabilities = computed(() => ({
      ...this.#facts.value,
      supported: support.missing.length === 0,
      storage: this.storage.value.kind,
      model: this.maker.shelf.clips.value.length > 0 ? 'ready' : 'needs-loading',
      models: this.models.map(({ id }) => id),
      bytesNeeded: this.bytesNeeded,
    }));
    this.#stops.push(
      this.#followJob(),
      effect(() => this.#say({ type: 'phase', phase: this.phase.value })),
      effect(() => this.#say({ type: 'capabilities', capabilities: this.capabilities.value })),
    );
  }

  /** Models that a clip can be made with now, the default first; empty before the policy is known. */
  get models(): readonly ModelManifest[] {
    const access = this.#access.value;
    return access.status === 'open' ? access.models : [];
  }

  /** Bytes that the first clip loads with the chosen model, if the browser's cache has none of them. */
  get bytesNeeded(): number {
    const chosen = this.models.find(({ id }) => id === this.model.value);
    const { files } = chosen ?? this.models[0] ?? this.#parts.catalogue[0] ?? {};
    const sizes = Object.values(files ?? {}).map(({ bytes, stored }) => (stored ? 0 : bytes));
    return sizes.reduce((sum, bytes) => sum + bytes, this.#parts.runtimeBytes);
  }

  /** What the deployment allows here; null while that is not known. */
  get terms(): EmbedTerms | null {
    const access = this.#access.value;
    if (access.status !== 'open') return null;
    const { maxSeconds, label, clipsPerDay } = access.policy;
    const longest = Math.max(...access.models.map(({ limits }) => limits.seconds.max));
    return { models: access.policy.models, maxSeconds: Math.min(maxSeconds, longest), label, clipsPerDay };
  }

  /** Clips that may still be made here today; null for no limit. */
  get clipsLeft(): number | null {
    const most = this.terms?.clipsPerDay ?? null;
    return most === null ? null : Math.max(0, most - this.#count.today());
  }

  /** Reads the policy and looks who is around. Never rejects; a second call is the first. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    try {
      const policy = parsePolicy(await this.#parts.loadPolicy());
      const models = offeredModels(this.#parts.catalogue, policy);
      if (models.length === 0)
        throw new AppError(
          'embed/policy',
          `embed-policy.json: models: none of ${policy.models.join(', ')} is in the catalogue.`,
        );
      checkSurroundings(this.#parts.surroundings, policy.embedders);
      this.#access.value = { status: 'open', policy, models };
    } catch (error) {
      this.#access.value = { status: 'refused', error: asAppError(error) };
    }
  }

  /**
   * Whether a page may talk with the widget.
   * @throws {AppError} `embed/refused`, `embed/policy`.
   */
  async admit(origin: string): Promise<void> {
    await this.open();
    const access = this.#access.value;
    if (access.status === 'refused') throw access.error;
    if (access.status !== 'open') return;
    checkSurroundings({ own: this.#parts.surroundings.own, ancestors: [origin] }, access.policy.embedders);
  }

  /** Takes the page that was admitted. */
  connect(origin: string, post: (message: WidgetMessage) => void): void {
    const { terms } = this;
    if (!terms) return;
    post({ type: 'ready', version: EMBED_VERSION, capabilities: this.capabilities.peek(), terms });
    this.#post = post;
    if (this.#height > 0) post({ type: 'resize', height: this.#height });
    this.#host.value = origin;
  }

  /** Stops listening to a page that cannot be talked with: its job goes, a clip of the visitor's own stays. */
  disconnect(): void {
    const hadJob = this.#running !== null;
    this.#reading = null;
    this.#post = null;
    batch(() => {
      this.#host.value = null;
      this.#dropAsked();
      this.#problem.value = new AppError(
        'embed/message',
        'The page around this frame sends far too many messages.',
      );
    });
    if (hadJob) this.maker.cancel();
  }

  /** Answers a message of the page. Starts nothing: only the visitor does. */
  receive(message: HostMessage): void {
    const { id } = message;
    switch (message.type) {
      case 'generate':
        void this.#ask(id, message.job);
        return;
      case 'cancel':
        if (this.#reading === id) this.#reading = null;
        if (this.#asked.value?.id === id) this.#dropAsked();
        if (this.#running === id) this.maker.cancel();
        return;
      case 'export': {
        const [clip] = this.maker.shelf.clips.value;
        if (clip) this.#say({ type: 'result', id, clip: clipForPage(clip) });
        else this.#fail(id, new AppError('embed/no-clip', 'No clip has been made in this frame yet.'));
        return;
      }
      case 'status':
        this.#say({ type: 'status', id, status: this.#status() });
    }
  }

  /** Tells the page how high the content is, CSS pixels; a page that comes later is told the newest. */
  tellHeight(height: number): void {
    if (this.#access.value.status === 'loading') return; // it is about to change
    this.#height = height;
    this.#say({ type: 'resize', height });
  }

  /** Writes the visitor's words. */
  setPrompt(text: string): void {
    this.prompt.value = capField(text);
    this.#problem.value = null;
  }

  /** Chooses one of {@link Widget.models} for the visitor's own clips. */
  chooseModel(id: string): void {
    if (this.models.some((model) => model.id === id)) this.model.value = id;
  }

  /** The visitor pressed the button: makes what the page asked for, or what stands in the field. Never rejects. */
  async start(): Promise<void> {
    if (this.maker.state.value.status === 'running') return;
    const asked = this.#asked.value;
    let order: WidgetOrder;
    try {
      order = asked?.order ?? this.#ownOrder();
      this.#checkLimit();
    } catch (error) {
      this.#problem.value = asAppError(error);
      if (asked) this.#fail(asked.id, asAppError(error));
      this.#dropAsked();
      return;
    }
    void this.#probe();
    this.#running = asked?.id ?? null;
    const making = this.maker.make({ ...order, device: 'auto', preview: true });
    batch(() => {
      this.#problem.value = null;
      this.#dropAsked();
    });
    await making;
    this.#finish();
  }

  /** The visitor does not want the page's job. */
  decline(): void {
    const asked = this.#asked.value;
    if (!asked) return;
    this.#fail(asked.id, new AppError('embed/declined', 'The visitor did not want this clip to be made.'));
    this.#dropAsked();
  }

  /** Back to the words. */
  startOver(): void {
    this.#problem.value = null;
    if (this.maker.state.value.status !== 'running') this.maker.reset();
  }

  /** Asks for the storage of the visitor's own tab; only right after a click. Never rejects. */
  async useOwnStorage(): Promise<void> {
    const granted = await askForStorage(this.#parts.storage);
    if (granted) this.#count.useStore(granted.store);
    const stored = granted?.directory ? await this.#parts.findStored(granted.directory) : [];
    batch(() => {
      const { store, kind } = this.storage.value;
      this.#ownBytes.value = granted?.usedBytes ?? null;
      this.#storage.value = granted
        ? { kind: 'unpartitioned', store: granted.store, canAsk: false }
        : { kind, store, canAsk: false };
      const access = this.#access.value;
      if (access.status === 'open')
        this.#access.value = {
          ...access,
          models: offeredModels([...this.#parts.catalogue, ...stored], access.policy),
        };
    });
  }

  /**
   * The part of the studio's address that hands over the job: what waits, runs or was made, else the words as they stand.
   * @returns empty if there is nothing to hand over.
   */
  studioFragment(): string {
    const job = this.#currentJob();
    return job ? jobToFragment(job) : '';
  }

  #currentJob(): WidgetOrder['job'] | null {
    const state = this.maker.state.value;
    if (this.#asked.value) return this.#asked.value.order.job;
    if (state.status === 'running') return state.request.job;
    if (state.status === 'done') return state.clip.request.job;
    try {
      return this.#ownOrder().job;
    } catch {
      return null;
    }
  }

  /** Lets go of everything. */
  dispose(): void {
    for (const stop of this.#stops) stop();
    this.maker.cancel();
    this.maker.shelf.dispose();
    this.#dropAsked();
  }

  async #ask(id: number, job: Parameters<typeof orderFor>[0]): Promise<void> {
    const access = this.#access.value;
    if (access.status !== 'open') return;
    try {
      if (this.#reading !== null || this.#asked.value || this.maker.state.value.status === 'running')
        throw new AppError(
          'worker/busy',
          'A clip waits or is being made in this frame; wait for it or cancel it.',
        );
      this.#checkLimit();
      const order = orderFor(job, access.models, access.policy, this.#parts.drawSeed ?? randomSeed);
      this.#reading = id;
      const picture = order.picture ? await readPicture(order.picture) : null;
      if (this.#reading !== id) return releasePicture(picture); // taken back meanwhile
      this.#reading = null;
      batch(() => {
        this.#problem.value = null;
        this.#asked.value = { id, order, picture };
      });
    } catch (error) {
      if (this.#reading === id) this.#reading = null;
      this.#fail(id, asAppError(error));
    }
  }

  #ownOrder(): WidgetOrder {
    const access = this.#access.value;
    if (access.status !== 'open') throw new AppError('embed/refused', 'This widget cannot be used here.');
    const job = {
      prompt: this.prompt.value,
      ...(this.aspect && { aspect: this.aspect }),
      ...(this.model.value && { model: this.model.value }),
    };
    return orderFor(job, access.models, access.policy, this.#parts.drawSeed ?? randomSeed);
  }

  #checkLimit(): void {
    if (this.clipsLeft !== 0) return;
    const most = this.terms?.clipsPerDay ?? 0;
    const message = `At most ${most} ${most === 1 ? 'clip a day' : 'clips a day'} can be made here. Come back tomorrow, or open Kindling in a tab of its own.`;
    throw new AppError('embed/limit', message, { detail: { most } });
  }

  async #probe(): Promise<void> {
    if (this.#probed) return;
    this.#probed = true;
    this.#facts.value = await this.#parts.probe();
  }

  /** Tells the page how the running job goes. */
  #followJob(): () => void {
    let toldAt = 0;
    let told: RunningJob | null = null;
    return effect(() => {
      const job = this.maker.state.value;
      if (job.status !== 'running') {
        told = null;
        return;
      }
      const id = this.#running;
      const { phase, fraction, secondsLeft, preview } = job;
      const now = performance.now();
      if (preview && preview !== told?.preview) {
        const { width, height, fps, frames } = preview;
        this.#say({ type: 'preview', id, preview: { width, height, fps, frames } });
      }
      if (told?.phase !== phase || now - toldAt >= PROGRESS_MS) {
        toldAt = now;
        this.#say({ type: 'progress', id, progress: { phase, fraction, secondsLeft } });
      }
      told = job;
    });
  }

  #finish(): void {
    const state = this.maker.state.value;
    const id = this.#running;
    this.#running = null;
    if (state.status === 'done') {
      this.#count.add();
      this.#say({ type: 'result', id, clip: clipForPage(state.clip) });
    } else if (state.status === 'failed') {
      this.#fail(id, state.error);
    } else if (state.status === 'cancelled') {
      this.#say({ type: 'cancelled', id });
    }
  }

  #fail(id: number | null, { code, message, detail }: AppError): void {
    this.#say({ type: 'failed', id, code, message, detail });
  }

  #say(message: WidgetMessage): void {
    this.#post?.(message);
  }

  #dropAsked(): void {
    releasePicture(this.#asked.value?.picture ?? null);
    this.#asked.value = null;
  }

  #status(): EmbedStatus {
    return { phase: this.phase.value, clipsLeft: this.clipsLeft, capabilities: this.capabilities.value };
  }
}

/** Most visits bring no picture: what reads them is fetched with the first. */
async function readPicture(file: Blob): Promise<Picture> {
  const { readPicture } = await import('./read-picture.ts');
  return readPicture(file, file instanceof File ? file.name : 'picture');
}

function clipForPage({ file, request, report }: Clip): EmbedClip {
  const { width, height, fps, frames, codec, seconds, device } = report;
  return {
    file,
    job: { ...request.job },
    labels: { visible: request.visibleLabel, metadata: true },
    width,
    height,
    fps,
    frames,
    codec,
    seconds: seconds.total,
    device,
  };
}
