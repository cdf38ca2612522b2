import type { ErrorCode } from '../../core/errors.ts';
import type { PictureFit } from '../../core/job.ts';
import type { DeviceChoice, DeviceKind, Phase, WarningCode } from '../../state/job-state.ts';
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
    readonly generating: string;
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
    readonly emptyHint: string;
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
  readonly notices: Readonly<{ [Id in Notice['id']]: (notice: Extract<Notice, { id: Id }>) => string }>;
  readonly status: Readonly<Record<Status, string>>;
  readonly errors: Readonly<Record<ErrorCode, ErrorText>>;
  readonly errorActions: Readonly<Record<ErrorAction, string>>;
  readonly details: string;
}

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
