import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
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
import { jobToFragment } from '../protocol/job-address.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { ClipMaker } from './clip-maker.ts';
import { capField, randomSeed } from './form.ts';
import type { FrameStorage } from './frame-storage.ts';
import type { Clip } from './job-state.ts';
import { firstLanguage, type Language } from './language.ts';
import { type Picture, releasePicture } from './picture.ts';
import type { Support } from './support.ts';
import { type Access, type AccessParts, asAppError, WidgetAccess } from './widget-access.ts';
import { WidgetHost } from './widget-host.ts';
import { orderFor, type WidgetOrder } from './widget-job.ts';
import { readPicture, WidgetPicture } from './widget-picture.ts';
import type { DeviceFacts } from './widget-probe.ts';
import { type StorageParts, WidgetStorage } from './widget-storage.ts';

/** What the widget needs from outside. */
export interface WidgetParts extends AccessParts, StorageParts {
  readonly engine: Engine;
  readonly support: Support;
  readonly address: EmbedAddress;
  /** Language tags, best first. */
  readonly languages: readonly string[];
  /** Asks what the device can do; called after the first press. */
  readonly probe: () => Promise<DeviceFacts>;
  /** Bytes of the runtime that the first clip loads besides the model. */
  readonly runtimeBytes: number;
  /** Draws seeds; for tests. */
  readonly drawSeed?: () => number;
}

/** A job of the page that waits for the visitor. */
export interface AskedJob {
  readonly id: number;
  readonly order: WidgetOrder;
  readonly picture: Picture | null;
}

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
  /** First frame of the visitor's own clips; null without one. */
  readonly picture: ReadonlySignal<Picture | null>;
  /** Site that receives the clips; null without one. */
  readonly host: ReadonlySignal<string | null>;
  readonly phase: ReadonlySignal<EmbedPhase>;
  readonly capabilities: ReadonlySignal<EmbedCapabilities>;
  readonly #parts: WidgetParts;
  readonly #access: WidgetAccess;
  readonly #asked = signal<AskedJob | null>(null);
  readonly #problem = signal<AppError | null>(null);
  readonly #kept: WidgetStorage;
  readonly #page = new WidgetHost();
  readonly #picture = new WidgetPicture();
  readonly #facts = signal<DeviceFacts>({ webgpu: 'none', precision: null, codecs: null });
  readonly #stops: (() => void)[] = [];
  /** Call of the page whose picture is being looked at. */
  #reading: number | null = null;
  /** Call of the page that runs; null for a clip of the visitor's own. */
  #running: number | null = null;
  #probed = false;

  constructor(parts: WidgetParts) {
    this.#parts = parts;
    const { address, support } = parts;
    this.maker = new ClipMaker(parts.engine);
    this.language = firstLanguage([...(address.lang ? [address.lang] : []), ...parts.languages], null);
    this.prompt.value = capField(address.prompt ?? '');
    this.aspect = address.aspect;
    this.#access = new WidgetAccess(parts);
    this.#kept = new WidgetStorage(parts);
    this.#facts.value = { webgpu: support.webgpu ? 'unasked' : 'none', precision: null, codecs: null };
    this.access = this.#access.state;
    this.asked = this.#asked;
    this.problem = this.#problem;
    this.storage = this.#kept.found;
    this.ownBytes = this.#kept.ownBytes;
    this.picture = this.#picture.picture;
    this.host = this.#page.site;
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
      this.#page.follow(this.maker.state, () => this.#running),
      effect(() => this.#page.say({ type: 'phase', phase: this.phase.value })),
      effect(() => this.#page.say({ type: 'capabilities', capabilities: this.capabilities.value })),
    );
  }

  /** Models that a clip can be made with now, the default first; empty before the policy is known. */
  get models(): readonly ModelManifest[] {
    return this.#access.models;
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
    return this.#access.terms;
  }

  /** Clips that may still be made here today; null for no limit. */
  get clipsLeft(): number | null {
    const most = this.terms?.clipsPerDay ?? null;
    return most === null ? null : Math.max(0, most - this.#kept.count.today());
  }

  /** Reads the policy and looks who is around. Never rejects; a second call is the first. */
  open(): Promise<void> {
    return this.#access.open();
  }

  /**
   * Whether a page may talk with the widget.
   * @throws {AppError} `embed/refused`, `embed/policy`.
   */
  admit(origin: string): Promise<void> {
    return this.#access.admit(origin);
  }

  /** Takes the page that was admitted. */
  connect(origin: string, post: (message: WidgetMessage) => void): void {
    const { terms } = this;
    if (!terms) return;
    const capabilities = this.capabilities.peek();
    this.#page.connect(origin, post, { type: 'ready', version: EMBED_VERSION, capabilities, terms });
  }

  /** Stops listening to a page that cannot be talked with: its job goes, a clip of the visitor's own stays. */
  disconnect(): void {
    const hadJob = this.#running !== null;
    this.#reading = null;
    batch(() => {
      this.#page.disconnect();
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
        if (clip) this.#page.say({ type: 'result', id, clip: clipForPage(clip) });
        else this.#page.fail(id, new AppError('embed/no-clip', 'No clip has been made in this frame yet.'));
        return;
      }
      case 'status':
        this.#page.say({ type: 'status', id, status: this.#status() });
    }
  }

  /** Tells the page how high the content is, CSS pixels; a page that comes later is told the newest. */
  tellHeight(height: number): void {
    if (this.access.value.status !== 'loading') this.#page.tellHeight(height); // then it is about to change
  }

  /** Writes the visitor's words. */
  setPrompt(text: string): void {
    this.prompt.value = capField(text);
    this.#problem.value = null;
  }

  /** Whether the visitor may add a picture: the deployment and the page around have to agree. */
  get takesPicture(): boolean {
    return this.terms?.visitorPictures === true && this.#parts.address.picture;
  }

  /** Takes a picture of the visitor's; what is wrong with it stands in {@link Widget.problem}. Never rejects. */
  async addPicture(file: Blob): Promise<void> {
    if (!this.takesPicture) return;
    this.#problem.value = null;
    try {
      await this.#picture.add(file);
    } catch (error) {
      this.#problem.value = asAppError(error);
    }
  }

  /** Puts the visitor's picture away. */
  removePicture(): void {
    this.#picture.remove();
    this.#problem.value = null;
  }

  /** Chooses one of {@link Widget.models} for the visitor's own clips. */
  chooseModel(id: string): void {
    if (this.models.some((model) => model.id === id)) this.model.value = id;
  }

  /** The visitor pressed the button: makes what the page asked for, or what stands in the field. Never rejects. */
  async start(): Promise<void> {
    const asked = this.#asked.value;
    if (!asked && this.#picture.reading) await this.#picture.reading; // it would be missing from the clip
    // The press was not meant for what the page has asked for meanwhile.
    if (this.maker.state.value.status === 'running' || this.#asked.value !== asked) return;
    let order: WidgetOrder;
    try {
      order = asked?.order ?? this.#ownOrder();
      this.#checkLimit();
    } catch (error) {
      this.#problem.value = asAppError(error);
      if (asked) this.#page.fail(asked.id, asAppError(error));
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
    this.#page.fail(
      asked.id,
      new AppError('embed/declined', 'The visitor did not want this clip to be made.'),
    );
    this.#dropAsked();
  }

  /** Back to the words. */
  startOver(): void {
    this.#problem.value = null;
    if (this.maker.state.value.status !== 'running') this.maker.reset();
  }

  /** Asks for the storage of the visitor's own tab; only right after a click. Never rejects. */
  useOwnStorage(): Promise<void> {
    return this.#kept.useOwn((models) => this.#access.addStored(models));
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
    this.#picture.remove();
  }

  async #ask(id: number, job: Parameters<typeof orderFor>[0]): Promise<void> {
    const access = this.access.value;
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
      this.#page.fail(id, asAppError(error));
    }
  }

  #ownOrder(): WidgetOrder {
    const access = this.access.value;
    if (access.status !== 'open') throw new AppError('embed/refused', 'This widget cannot be used here.');
    const job = {
      prompt: this.prompt.value,
      ...(this.aspect && { aspect: this.aspect }),
      ...(this.model.value && { model: this.model.value }),
      ...(this.picture.value && { picture: this.picture.value.file }),
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

  #finish(): void {
    const state = this.maker.state.value;
    const id = this.#running;
    this.#running = null;
    if (state.status === 'done') {
      this.#kept.count.add();
      this.#page.say({ type: 'result', id, clip: clipForPage(state.clip) });
    } else if (state.status === 'failed') {
      this.#page.fail(id, state.error);
    } else if (state.status === 'cancelled') {
      this.#page.say({ type: 'cancelled', id });
    }
  }

  #dropAsked(): void {
    releasePicture(this.#asked.value?.picture ?? null);
    this.#asked.value = null;
  }

  #status(): EmbedStatus {
    return { phase: this.phase.value, clipsLeft: this.clipsLeft, capabilities: this.capabilities.value };
  }
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
