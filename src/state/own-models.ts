// A visitor's own models: from the files that were looked at to a model of the list. Pure.
import { AppError } from '../core/errors.ts';
import type { TinyAutoencoderConfig, WanConfig } from '../core/model-config.ts';
import { sigmasOfTimesteps } from '../core/sigmas.ts';
import { type HubFile, MODEL_PARTS, type ModelPart, type OpenModel } from '../protocol/open-model.ts';
import type { ConfigFacts, LookedAtFile, OwnFile, OwnModel, OwnSampling } from '../protocol/own-model.ts';

/** A file that was looked at, and where it came from. */
export interface FoundFile extends LookedAtFile {
  /** Null for a file from the disk. */
  readonly address: string | null;
  /** Names it in the store. */
  readonly id: string;
  /** The file itself, if it is from the disk. */
  readonly blob: Blob | null;
}

/** What a visitor decides: no file tells these. */
export interface OwnChoices {
  readonly name: string;
  readonly sampling: OwnSampling;
}

const SHORT_SIDE = 320; // pixels: what the published models are offered at, and what ordinary graphics cards can do
const WAN22_CHANNELS = 48;
const FPS = { wan21: 16, wan22: 24 } as const;

/** The addresses in a pasted text, one a line or with spaces between them. Pages of a hub become the files that they show. @throws {AppError} `input/address`. */
export function addressesIn(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const refuse = (word: string, why: string): AppError =>
    new AppError(
      'input/address',
      word === ''
        ? 'Paste the address of at least one file, such as https://huggingface.co/…/resolve/main/model.gguf, or choose files from your disk.'
        : `“${word.slice(0, 100)}” is not the address of a file: ${why}. Paste one address a line, each beginning with https://.`,
      { detail: { asked: word.slice(0, 200) } },
    );
  if (words.length === 0) throw refuse('', '');
  return [
    ...new Set(
      words.map((word) => {
        const url = URL.parse(word);
        if (!url) throw refuse(word, 'it cannot be read as one');
        if (url.protocol !== 'https:' && url.protocol !== 'http:')
          throw refuse(word, `it begins with ${url.protocol}`);
        if (url.pathname.endsWith('/')) throw refuse(word, 'it ends in a folder');
        url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
        url.searchParams.delete('download');
        url.hash = '';
        return url.href;
      }),
    ),
  ];
}

/** The last part of an address, as people call the file. */
export const nameOfAddress = (address: string): string => {
  const last = new URL(address).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || address;
  } catch {
    return last; // a lone percent sign
  }
};

/** What a model is called after its transformer's file. */
export const nameOfModel = (file: string): string => file.replace(/\.(gguf|safetensors)$/i, '');

/**
 * Puts a model together. Parts that were not given are the catalogue's, if it has some that fit.
 * @throws {AppError} `input/model-parts` saying which part is missing, given twice or does not fit, and what would.
 */
export function composeModel(
  files: readonly FoundFile[],
  choices: OwnChoices,
  catalogue: readonly OpenModel[],
): OwnModel {
  const one = <Part extends FoundFile['found']['part']>(
    part: Part,
  ): (FoundFile & { readonly found: { readonly part: Part } }) | null => {
    const found = files.filter(
      (file): file is FoundFile & { readonly found: { readonly part: Part } } => file.found.part === part,
    );
    if (found.length > 1 && part !== 'config') {
      const names = found.map(({ name }) => name).join(' and ');
      throw refuse(`${names} are both a ${PART_NAMES[part]}. Take one of them away.`, { twice: part });
    }
    return found[0] ?? null;
  };
  const factsOf = (of: ConfigFacts['of']): ConfigFacts | null => {
    for (const { found } of files) if (found.part === 'config' && found.facts.of === of) return found.facts;
    return null;
  };
  const transformer = one('transformer');
  if (!transformer) {
    throw refuse(
      'A transformer is missing: the large file of a Wan model, GGUF or safetensors. Add its address or choose it from your disk.',
      { missing: ['transformer'] },
    );
  }
  const wan = withHeads(transformer.found.config, factsOf('transformer'), transformer.name);
  const [text, codec, tokenizer] = [one('text'), one('codec'), one('tokenizer')];
  const facts = factsOf('text');
  const own: OwnModel = {
    name: choices.name.trim() || nameOfModel(transformer.name),
    sampling: choices.sampling,
    transformer: { ...ownFile(transformer), config: wan },
    text: text && {
      ...ownFile(text),
      config: { ...text.found.config, ...(facts?.maxDistance && { maxDistance: facts.maxDistance }) },
    },
    codec: codec && { ...ownFile(codec), config: codec.found.config },
    tokenizer: tokenizer && ownFile(tokenizer),
  };
  openOwnModel(own, catalogue); // says what is missing or does not fit
  return own;
}

/** What each part is called in an English message. */
const PART_NAMES: Readonly<Record<FoundFile['found']['part'], string>> = {
  transformer: 'transformer',
  text: 'text encoder',
  codec: 'tiny decoder',
  tokenizer: 'tokenizer',
  config: 'config.json',
};

/** A model of the list. @throws {AppError} `input/model-parts` if the catalogue has no part that fits where none was given. */
export function openOwnModel(own: OwnModel, catalogue: readonly OpenModel[]): OpenModel {
  const wan = own.transformer.config;
  const likeText = catalogue.find((model) => model.text.dim === wan.textDim);
  const likeCodec = catalogue.find((model) => model.codec.channels === wan.channels);
  if (own.text && own.text.config.dim !== wan.textDim) {
    throw refuse(
      `${own.text.name} gives ${own.text.config.dim} numbers a token, and ${own.transformer.name} reads ${wan.textDim}. Choose the text encoder that was published for this transformer.`,
      { unfit: 'text' },
    );
  }
  if (own.codec && own.codec.config.channels !== wan.channels) {
    throw refuse(
      `${own.codec.name} paints from ${own.codec.config.channels} latent channels, and ${own.transformer.name} makes ${wan.channels}. Choose the tiny decoder for this transformer.`,
      { unfit: 'codec' },
    );
  }
  const missing: ModelPart[] = [];
  if (!own.text && !likeText) missing.push('text');
  if (!own.tokenizer && !(own.text ? catalogueTokenizer(own, catalogue) : likeText))
    missing.push('tokenizer');
  if (!own.codec && !likeCodec) missing.push('codec');
  if (missing.length > 0) {
    const names = missing.map((part) => PART_NAMES[part]).join(', ');
    throw refuse(
      `Still missing: ${names}. The list has none that fits ${own.transformer.name} (${wan.dim} wide, ${wan.channels} latent channels, ${wan.textDim} numbers of text a token). Add ${missing.length === 1 ? 'it' : 'them'} too.`,
      { missing },
    );
  }
  const text = own.text?.config ?? likeText!.text;
  const codec = own.codec ? ({ kind: 'tiny-autoencoder', ...own.codec.config } as const) : likeCodec!.codec;
  const tokenizer = likeText?.files.tokenizer ?? catalogueTokenizer(own, catalogue);
  const like = likeCodec ?? likeText ?? catalogue[0];
  const { halves } = like?.numbers ?? { halves: true };
  const large = wan.dim > 2048; // as the catalogue has it: four bits where eight would not fit ordinary cards
  return {
    id: ownModelId(own),
    version: 'own',
    name: own.name,
    own: true,
    licence: licenceOf(own.transformer),
    languages: ['en', 'zh'],
    files: {
      transformer: hubFile(own.transformer),
      text: own.text ? hubFile(own.text) : likeText!.files.text,
      codec: own.codec ? hubFile(own.codec) : likeCodec!.files.codec,
      tokenizer: own.tokenizer ? hubFile(own.tokenizer) : tokenizer!,
    },
    transformer: wan,
    numbers: { weights: large ? 'q4' : 'q8', halves },
    firstFrameFirst: false,
    sampler:
      own.sampling === 'few'
        ? { kind: 'renoise', sigmas: sigmasOfTimesteps([1000, 757, 522]) } // of FastWan and its kin (arXiv:2505.13389)
        : { kind: 'euler' },
    text,
    textOptions: likeText?.textOptions ?? { lowerCase: false, maxTokens: 512, padTo: 512 },
    codec,
    geometry: geometryOf(wan, codec.kind === 'tiny-autoencoder' ? codec : null),
    limits: limitsOf(wan, own.sampling),
  };
}

/** A model's name in storage: of its parts, so that the same files are the same model. */
export function ownModelId(own: OwnModel): string {
  const parts = MODEL_PARTS.map((part) => own[part]?.id ?? '').join('\n');
  let hash = 0xcbf2_9ce4_8422_2325n; // FNV-1a, 64 bits
  for (const byte of new TextEncoder().encode(`${own.sampling}\n${parts}`))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return `own-${hash.toString(16).padStart(16, '0')}`;
}

/** A tokenizer for a text encoder of the visitor's own: one for as many words. */
const catalogueTokenizer = (own: OwnModel, catalogue: readonly OpenModel[]): HubFile | undefined =>
  catalogue.find((model) => model.text.vocab === own.text?.config.vocab)?.files.tokenizer;

function withHeads(config: WanConfig, facts: ConfigFacts | null, file: string): WanConfig {
  const heads = facts?.heads ?? config.heads;
  if (heads === 0) {
    throw refuse(
      `${file} does not tell how many attention heads it has. Add the config.json that is published beside it.`,
      { missing: ['config'] },
    );
  }
  if (config.dim % heads !== 0 || (config.dim / heads) % 8 !== 0) {
    throw refuse(
      `The config.json says ${heads} attention heads, which do not fit a transformer ${config.dim} wide such as ${file}. It belongs to another model.`,
      { unfit: 'config' },
    );
  }
  return { ...config, heads };
}

function geometryOf(wan: WanConfig, codec: TinyAutoencoderConfig | null): OpenModel['geometry'] {
  const pictures = codec ? codec.grows.reduce((a, b) => a * b, 1) : 4;
  const cell = codec ? codec.patch * 2 ** codec.grows.length : 8;
  const unit = cell * wan.patch[1];
  const decoderFps = fpsOf(wan);
  const shortSide = Math.max(unit, Math.round(SHORT_SIDE / unit) * unit);
  return { latentRate: decoderFps / pictures, shortSide, unit, upscale: 1, decoderFps };
}

const fpsOf = (wan: WanConfig): number => (wan.channels === WAN22_CHANNELS ? FPS.wan22 : FPS.wan21);

function limitsOf(wan: WanConfig, sampling: OwnSampling): OpenModel['limits'] {
  const fixed = (value: number): { min: number; max: number; default: number } => ({
    min: value,
    max: value,
    default: value,
  });
  const fps = fpsOf(wan);
  const isWan22 = wan.channels === WAN22_CHANNELS;
  return {
    ...(isWan22 && { continuation: { prefixFrames: 1, secondsStep: 4 / fps, from: 'picture' } }),
    pictures: isWan22, // a clean first latent frame with a time of its own: what TI2V was trained for
    seconds: { min: 1, max: 5, default: 5 },
    fps: { min: 1, max: fps, default: fps },
    aspect: { min: 9 / 21, max: 21 / 9, default: '16:9' },
    ...(sampling === 'few'
      ? { steps: fixed(3), guidance: fixed(1), shift: fixed(isWan22 ? 5 : 8) }
      : {
          steps: { min: 4, max: 50, default: 25 },
          guidance: { min: 1, max: 10, default: 5 },
          shift: { min: 1, max: 12, default: isWan22 ? 5 : 8 },
        }),
  };
}

const ownFile = ({ name, bytes, format, address, id }: FoundFile): OwnFile => ({
  name,
  bytes,
  format,
  address,
  id,
});

/** Where somebody reads under which licence a file is: the page of its repository, or else its server. */
function licenceOf({ name, address }: OwnFile): HubFile['licence'] {
  if (address === null) return { name, url: '' };
  const url = new URL(address);
  const [, repository] = /^(\/[^/]+\/[^/]+)\/resolve\//.exec(url.pathname) ?? [];
  return { name: url.host, url: url.origin + (repository ?? '/') };
}

const hubFile = (file: OwnFile): HubFile => ({
  name: file.name,
  repository: '',
  revision: '',
  path: file.name,
  bytes: file.bytes,
  sha256: null,
  confirmed: true, // its size was seen when it was looked at
  format: file.format,
  licence: licenceOf(file),
  own: { address: file.address, id: file.id },
});

const refuse = (message: string, detail: Readonly<Record<string, unknown>>): AppError =>
  new AppError('input/model-parts', message, { detail });
