// The published checkpoints on offer. Sizes and hashes marked as confirmed were written down, with the commit, by people who
// downloaded and checked them; the others are from descriptions, and the server is believed instead.
import type { TinyAutoencoderConfig, Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import { sigmasOfTimesteps } from '../../src/core/sigmas.ts';
import type { HubFile, OpenModel } from '../../src/protocol/open-model.ts';

const APACHE = { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' };
const MIT = { name: 'MIT', url: 'https://github.com/madebyollin/taehv/blob/main/LICENSE' };

/** umT5-XXL's encoder, shared by all Wan models. Eight bits where it costs a few points to have fewer. */
const UMT5: HubFile = {
  name: 'umT5-XXL, text encoder, Q6_K',
  repository: 'city96/umt5-xxl-encoder-gguf',
  revision: 'b535255bee98c2b0a59ea7c0ae2dcd0c6657b3b7',
  path: 'umt5-xxl-encoder-Q6_K.gguf',
  bytes: 4_667_283_296,
  sha256: '9209b4c77b34ad8cf3f06b04c6eaa27e7beeebb348a31f85e3b38a1d719b09ed',
  confirmed: true,
  format: 'gguf',
  licence: APACHE,
};

const TOKENIZER: HubFile = {
  name: 'umT5, tokenizer',
  repository: 'google/umt5-xxl',
  revision: 'main',
  path: 'tokenizer.json',
  bytes: 16_837_417,
  sha256: null,
  confirmed: false,
  format: 'json',
  licence: APACHE,
};

const tinyDecoder = (path: string, sha256: string | null): HubFile => ({
  name: `Tiny autoencoder, ${path.replace('.safetensors', '')}`,
  repository: sha256 ? 'lightx2v/Autoencoders' : 'Kijai/WanVideo_comfy',
  revision: sha256 ? 'main' : '8260d429d19fd7a72304cad059160b95d843913f',
  path,
  bytes: 22_700_000,
  sha256,
  confirmed: false,
  format: 'safetensors',
  licence: MIT,
});

const TEXT: Umt5Config = {
  vocab: 256_384,
  dim: 4096,
  ffnDim: 10_240,
  layers: 24,
  heads: 64,
  headDim: 64,
  buckets: 32,
  maxDistance: 128,
  eps: 1e-6,
};

const wan = (dim: number, ffnDim: number, heads: number, channels: number): WanConfig => ({
  dim,
  ffnDim,
  layers: 30,
  heads,
  channels,
  patch: [1, 2, 2],
  freqDim: 256,
  textDim: TEXT.dim,
  eps: 1e-6,
});

const autoencoder = (channels: number, patch: number): TinyAutoencoderConfig => ({
  channels,
  patch,
  width: 64,
  pools: [2, 2, 1],
  widths: [256, 128, 64],
  grows: [1, 2, 2],
  lastWidth: 64,
});

/** What all Wan models have in common. */
const WAN = {
  numbers: { weights: 'q4', halves: true },
  firstFrameFirst: false,
  text: TEXT,
  textOptions: { lowerCase: false, maxTokens: 512, padTo: 512 },
  languages: ['en', 'zh'],
} as const;

const fixed = (value: number): { min: number; max: number; default: number } => ({
  min: value,
  max: value,
  default: value,
});

/** The published models on offer. */
export const OPEN_MODELS: readonly OpenModel[] = [
  {
    ...WAN,
    id: 'wan2.2-ti2v-5b',
    version: '2.2-fastwan',
    name: 'Wan 2.2 5B',
    licence: APACHE,
    files: {
      transformer: {
        name: 'FastWan 2.2 TI2V 5B, Q6_K',
        repository: 'Green-Sky/FastWan2.2-TI2V-5B-FullAttn-GGUF',
        revision: '3e8fe5537b1200654868aa24ea8d0f4012fb3a1e',
        path: 'FastWan2.2-TI2V-5B-q6_k.gguf',
        bytes: 4_210_247_200,
        sha256: '416a87e30f2328dbefd7666ac90b395ead74f443748ff31c83483ac4ac6121cc',
        confirmed: true,
        format: 'gguf',
        licence: APACHE,
      },
      text: UMT5,
      codec: tinyDecoder(
        'taew2_2.safetensors',
        '5243c5c9d77ecf2d74800d672bac3678c0d72462899f1b3b10aa1bbc11eae461',
      ),
      tokenizer: TOKENIZER,
    },
    transformer: wan(3072, 14_336, 24, 48),
    sampler: { kind: 'renoise', sigmas: sigmasOfTimesteps([1000, 757, 522]) }, // what it was distilled for (arXiv:2505.13389)
    codec: { kind: 'tiny-autoencoder', ...autoencoder(48, 2) },
    geometry: { latentRate: 6, shortSide: 320, unit: 32, upscale: 1, decoderFps: 24 },
    limits: {
      pictures: true,
      // Its first latent frame is one picture, the others are four: a segment begins with a picture, not with another's latents.
      continuation: { prefixFrames: 1, secondsStep: 1 / 6, from: 'picture' },
      seconds: { min: 1, max: 5, default: 5 },
      fps: { min: 1, max: 24, default: 24 },
      steps: fixed(3),
      guidance: fixed(1),
      shift: fixed(5),
      aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
    },
  },
  {
    ...WAN,
    id: 'wan2.1-t2v-1.3b',
    version: '2.1',
    name: 'Wan 2.1 1.3B',
    licence: APACHE,
    files: {
      // Not FastWan's: that one was trained with sparse attention and does not stand without it.
      transformer: {
        name: 'Wan 2.1 T2V 1.3B, Q4_K_M',
        repository: 'calcuis/wan-1.3b-gguf',
        revision: '0652f175f44055eb60cca26dd7cd89c14abe22ce',
        path: 'wan2.1_t2v_1.3b-q4_k_m.gguf',
        bytes: 1_034_031_328,
        sha256: 'f3c1a3fb984d49d3963cc4a93d4f5103deef5909eb5e948513fb6c6d582a350e',
        confirmed: true,
        format: 'gguf',
        licence: APACHE,
      },
      text: UMT5,
      codec: tinyDecoder('taew2_1.safetensors', null),
      tokenizer: TOKENIZER,
    },
    transformer: wan(1536, 8960, 12, 16),
    sampler: { kind: 'euler' },
    numbers: { weights: 'q8', halves: true },
    codec: { kind: 'tiny-autoencoder', ...autoencoder(16, 1) },
    geometry: { latentRate: 4, shortSide: 320, unit: 16, upscale: 1, decoderFps: 16 },
    limits: {
      pictures: false,
      seconds: { min: 1, max: 5, default: 5 },
      fps: { min: 1, max: 16, default: 16 },
      steps: { min: 10, max: 50, default: 25 },
      guidance: { min: 1, max: 10, default: 5 },
      shift: { min: 1, max: 12, default: 8 },
      aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
    },
  },
];
