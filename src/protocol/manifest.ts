import type { ModelGeometry, ModelLimits } from '../core/job.ts';
import type { CodecConfig, Umt5Config, WanConfig } from '../core/model-config.ts';
import type { SamplerConfig } from '../core/sigmas.ts';

/** One file of a model. */
export interface ManifestFile {
  /** Name shown in progress and errors. */
  readonly name: string;
  /** Where it is fetched from; relative addresses are relative to the page. */
  readonly url: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Its key in the model store, if it was downloaded on request: then it is never fetched to make a clip. */
  readonly stored?: string;
  /** Its bytes, where the store is the memory of another Worker. Then `stored` is only its name. */
  readonly blob?: Blob;
}

/** How text becomes text states. */
export interface TextOptions {
  /** Prompts are lower-cased before tokenising: the tokenizer was trained that way. */
  readonly lowerCase: boolean;
  /** Most tokens, end mark included; what is beyond is left out with a warning. */
  readonly maxTokens: number;
  /** The transformer sees each prompt's states padded with zero rows to a multiple of this: 512 in Wan, 1 for no padding. */
  readonly padTo: number;
}

/** A model on offer: its files, what it can do and how it is shaped. Plain data: crosses to the Worker as it is. */
export interface ModelManifest {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly licence: { readonly name: string; readonly url: string };
  readonly files: {
    readonly transformer: ManifestFile;
    readonly text: ManifestFile;
    readonly codec: ManifestFile;
    readonly tokenizer: ManifestFile;
  };
  readonly transformer: WanConfig;
  /** In what its numbers are kept and computed: bits of the large matrices, and whether f16 will do between them where a GPU has it. */
  readonly numbers: { readonly weights: 'q8' | 'q4'; readonly halves: boolean };
  /**
   * Without a picture the model paints the first latent frame by itself and then the clip that begins with it. It must have
   * been trained for both: single latent frames, and clips with a clean first one.
   */
  readonly firstFrameFirst: boolean;
  readonly sampler: SamplerConfig;
  readonly text: Umt5Config;
  readonly textOptions: TextOptions;
  readonly codec: CodecConfig;
  readonly geometry: ModelGeometry;
  readonly limits: ModelLimits;
}

/** Digits taken of each file's hash: 64 bits tell any two files apart. */
const HASH_DIGITS = 16;

/**
 * Names exactly these files: the beginnings of their SHA-256, of transformer, text encoder, codec and tokenizer, put
 * together.
 * @returns 64 hexadecimal digits.
 */
export const modelHash = ({ files }: Pick<ModelManifest, 'files'>): string =>
  [files.transformer, files.text, files.codec, files.tokenizer]
    .map(({ sha256 }) => sha256.slice(0, HASH_DIGITS))
    .join('');
