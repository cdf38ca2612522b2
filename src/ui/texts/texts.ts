import type { ErrorCode } from '../../core/errors.ts';
import type { CameraMove, PictureFit } from '../../core/job.ts';
import type { ModelPart } from '../../protocol/open-model.ts';
import type { OwnSampling } from '../../protocol/own-model.ts';
import type { SegmentState } from '../../state/board.ts';
import type { DeviceChoice, DeviceKind, Phase, WarningCode } from '../../state/job-state.ts';
import type { ShelfActivity } from '../../state/model-shelf.ts';
import type { Verdict } from '../../state/model-verdict.ts';
import type { Notice, Status } from '../../state/notices.ts';
import type { Support } from '../../state/support.ts';
import type { ErrorAction } from '../error-actions.ts';

/** What is said about an error. */
export interface ErrorText {
  /** A few words. */
  readonly title: string;
  /** A sentence with `{name}` where the error's detail belongs; null: the error's own message is shown, which is in English. */
  readonly text: string | null;
}

/** Every sentence of the page in one language. A sentence that is missing in a language does not compile. */
export interface Texts {
  readonly page: {
    readonly title: string;
    readonly tagline: string;
    readonly language: string;
    readonly composer: string;
    readonly stage: string;
    readonly promise: string;
    readonly madeWith: (model: string, licence: string) => string;
  };
  readonly prompt: {
    readonly label: string;
    readonly placeholder: string;
    readonly placeholderWithPicture: string;
    readonly count: (count: number, most: number) => string;
    readonly tooLong: (over: number) => string;
    readonly cut: string;
    readonly surprise: string;
    readonly examples: string;
    /** Stands above so many words, each with what could replace it. */
    readonly unknown: (model: string, words: number) => string;
    readonly unknownOnly: (model: string, words: number) => string;
    readonly replace: (word: string, suggestion: string) => string;
  };
  readonly picture: {
    readonly label: string;
    readonly add: string;
    readonly hint: string;
    readonly change: string;
    readonly remove: string;
    readonly alt: (name: string) => string;
    readonly drop: string;
    readonly fit: string;
    readonly fits: Readonly<Record<PictureFit, string>>;
  };
  readonly settings: {
    readonly aspect: string;
    readonly custom: string;
    readonly width: string;
    readonly height: string;
    readonly aspectRange: (min: string, max: string) => string;
    readonly length: string;
    readonly seconds: (seconds: number) => string;
    readonly seed: string;
    readonly dice: string;
    readonly keepSeed: string;
    readonly keepSeedHint: string;
    readonly advanced: string;
    readonly steps: string;
    readonly stepsHint: string;
    readonly guidance: string;
    readonly guidanceHint: string;
    readonly negative: string;
    readonly negativePlaceholder: string;
    /** With a guidance of 1. */
    readonly negativeUnheard: string;
    readonly device: string;
    readonly devices: Readonly<Record<DeviceChoice, string>>;
    readonly label: string;
    readonly labelHint: string;
    readonly hidden: (fps: number, shift: number) => string;
    readonly reset: string;
    readonly size: (width: number, height: number, frames: number, fps: number) => string;
  };
  readonly actions: {
    readonly generate: string;
    /** In place of `generate` while the engine is at work. */
    readonly enqueue: string;
    readonly shortcut: string;
    readonly cancel: string;
    readonly cancelling: string;
    readonly download: string;
    readonly another: string;
    readonly share: string;
    readonly copySeed: string;
    readonly copySettings: string;
    readonly copied: string;
    readonly dismiss: string;
  };
  readonly stage: {
    readonly empty: string;
    /** @param button as it is called. */
    readonly emptyHint: (button: string) => string;
    /** Phase `picture` of a part that goes on from another. */
    readonly pickingUp: string;
    readonly phases: Readonly<Record<Phase, string>>;
    readonly step: (step: number, steps: number) => string;
    readonly timeLeft: (seconds: number) => string;
    readonly progress: string;
    readonly preview: string;
    readonly video: (prompt: string) => string;
    readonly clips: string;
    readonly clip: (number: number) => string;
    readonly cancelled: string;
    readonly cancelledHint: string;
  };
  readonly gallery: {
    readonly open: (count: number) => string;
    readonly title: string;
    readonly close: string;
    readonly intro: (count: number, size: string) => string;
    readonly play: (title: string) => string;
    readonly rename: string;
    readonly untitled: string;
    readonly edit: string;
    readonly remove: (title: string) => string;
    readonly removeShort: string;
    readonly reallyRemove: string;
    readonly keep: string;
  };
  readonly board: {
    readonly label: string;
    readonly goOn: string;
    readonly generate: string;
    readonly scene: string;
    readonly scenePlaceholder: string;
    readonly prompt: (segment: number) => string;
    /** Before what is wrong with a segment. */
    readonly inSegment: (segment: number) => string;
    readonly placeholder: string;
    readonly camera: string;
    readonly cameraFree: string;
    readonly cameras: Readonly<Record<CameraMove, string>>;
    readonly states: Readonly<Record<SegmentState, string>>;
    readonly making: string;
    readonly noWords: string;
    readonly segment: (number: number, state: string, words: string, seconds: number) => string;
    readonly total: (count: number, seconds: number) => string;
    readonly progress: (segment: number, count: number) => string;
    readonly tools: {
      readonly add: string;
      readonly duplicate: string;
      readonly earlier: string;
      readonly later: string;
      readonly remove: string;
      readonly undo: string;
      readonly redo: string;
      readonly startOver: string;
    };
  };
  readonly report: {
    readonly made: (device: string, seconds: number) => string;
    readonly devices: Readonly<Record<DeviceKind, (adapter: string | null, threads: number) => string>>;
    readonly size: (megabytes: string) => string;
    readonly seed: (seed: number) => string;
    readonly warnings: Readonly<Record<WarningCode, string>>;
  };
  readonly support: {
    readonly noGpuTitle: string;
    readonly softwareTitle: string;
    readonly noGpu: (seconds: number) => string;
    readonly noThreads: string;
    readonly missingTitle: string;
    readonly missing: Readonly<Record<Support['missing'][number], string>>;
  };
  readonly models: {
    /** On the button; the model in use. */
    readonly open: (model: string) => string;
    readonly title: string;
    readonly intro: string;
    readonly close: string;
    readonly builtIn: (seconds: number) => string;
    readonly makes: (
      seconds: number,
      fps: number,
      width: number,
      height: number,
      pictures: boolean,
    ) => string;
    readonly use: string;
    readonly inUse: string;
    readonly download: (bytes: number) => string;
    readonly goOn: (bytes: number) => string;
    readonly pause: string;
    readonly verify: string;
    readonly remove: string;
    readonly files: string;
    readonly parts: Readonly<Record<ModelPart, string>>;
    readonly unconfirmed: string;
    readonly here: string;
    readonly importFile: string;
    readonly strays: string;
    readonly room: (free: number, used: number) => string;
    /** In place of {@link room}, where nothing is kept. @param free bytes that memory may still take. */
    readonly memoryOnly: (free: number) => string;
    /** Copies a stored file to the visitor's own folders. */
    readonly saveFile: string;
    readonly saveFileAs: (name: string) => string;
    readonly own: {
      readonly title: string;
      readonly intro: string;
      readonly addresses: string;
      readonly addressesHint: string;
      readonly look: string;
      readonly looking: string;
      readonly choose: string;
      readonly config: string;
      readonly shape: (width: number, layers: number, channels: number) => string;
      readonly drop: string;
      /** @param detail of an `input/model-parts`: which part is missing, given twice or does not fit. */
      readonly lacking: (detail: Readonly<Record<string, unknown>>) => string;
      /** @param parts that the published models lend, as a list in words. */
      readonly fromList: (parts: string) => string;
      readonly name: string;
      readonly sampling: string;
      readonly samplings: Readonly<Record<OwnSampling, string>>;
      readonly add: string;
      /** Below the name of such a model. */
      readonly mark: string;
      readonly removeFromList: string;
    };
    readonly mirror: string;
    readonly mirrorLabel: string;
    readonly mirrorHint: string;
    readonly progress: (model: string) => string;
    readonly activity: (activity: ShelfActivity, arrived: number, bytes: number) => string;
    /** @param bytes of the download. @param gpuBytes on the graphics card. */
    readonly verdicts: Readonly<Record<Verdict['kind'], (bytes: number, gpuBytes: number) => string>>;
  };
  /** What goes on around the studio. */
  readonly life: {
    readonly clipIsReady: { readonly title: string; readonly text: string };
    readonly updateWaiting: string;
    readonly updateAfterJob: string;
    readonly updateBusy: string;
    readonly update: string;
    readonly later: string;
    readonly installOffer: string;
    readonly install: string;
    readonly noInstall: string;
    readonly tellMe: string;
  };
  /** What this site keeps on the device. */
  readonly storage: {
    readonly open: string;
    readonly title: string;
    readonly close: string;
    readonly app: string;
    readonly appHint: string;
    readonly model: (model: string) => string;
    readonly modelHint: string;
    readonly notKept: string;
    readonly others: string;
    readonly segments: string;
    readonly segmentsHint: string;
    readonly clips: string;
    readonly remove: (what: string) => string;
    readonly persistent: string;
    readonly notPersistent: string;
    readonly persist: string;
    readonly counting: string;
  };
  readonly notices: Readonly<{ [Id in Notice['id']]: (notice: Extract<Notice, { id: Id }>) => string }>;
  readonly status: Readonly<Record<Status, string>>;
  readonly errors: Readonly<Record<ErrorCode, ErrorText>>;
  readonly errorActions: Readonly<Record<ErrorAction, string>>;
  readonly details: string;
}

/** Bytes as people read them: `4.7 GB`, `23 MB`. */
export const bytesInWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;

/** Puts an error's detail into a sentence. Lists are joined; a detail that is not there leaves a dash. */
export const fillDetail = (text: string, detail: Readonly<Record<string, unknown>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(detail, name) ? detail[name] : undefined;
    return Array.isArray(value)
      ? value.join(' / ')
      : typeof value === 'number' || typeof value === 'string'
        ? String(value)
        : '–';
  });
