// A visitor's own models: what a file is, told by its tensors; what is missing or does not fit; what is remembered.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import type { Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import { identifyFile } from '../../src/engine/identify-file.ts';
import { tinyAutoencoderTensors } from '../../src/networks/tiny-autoencoder.ts';
import { umt5Tensors } from '../../src/networks/umt5-encoder.ts';
import { wanTensors } from '../../src/networks/wan-transformer.ts';
import { type FoundPart, type LookedAtFile, parseOwnModel } from '../../src/protocol/own-model.ts';
import {
  addressesIn,
  composeModel,
  type FoundFile,
  nameOfAddress,
  openOwnModel,
  ownModelId,
} from '../../src/state/own-models.ts';
import { type ByteSource, bufferSource } from '../../src/weights/byte-source.ts';
import { remoteSource } from '../../src/weights/remote-source.ts';
import golden from '../fixtures/golden/tensor-names.json' with { type: 'json' };
import { publishedTinyModel } from '../fixtures/tiny-model.ts';
import { writeGguf } from '../fixtures/write-gguf.ts';
import { type HubServer, startHub } from '../hub/hub-server.ts';

type Tensors = readonly { readonly name: string; readonly shape: readonly number[] }[];

const [FIVE, SMALL] = OPEN_MODELS as [(typeof OPEN_MODELS)[number], (typeof OPEN_MODELS)[number]];

/** A file of full size that holds a header only: nobody reads its tensors. */
function headerOnly(
  name: string,
  tensors: Tensors,
  options: { readonly type?: 'F16' | 'F32' | 'BF16' | 'I8' } = {},
): ByteSource {
  const { type = 'F16' } = options;
  const width = { F16: 2, BF16: 2, F32: 4, I8: 1 }[type];
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const { name: tensor, shape } of tensors) {
    const bytes = width * shape.reduce((a, b) => a * b, 1);
    header[tensor] = { dtype: type, shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const beginning = new Uint8Array(8 + text.byteLength);
  new DataView(beginning.buffer).setBigUint64(0, BigInt(text.byteLength), true);
  beginning.set(text, 8);
  const head = bufferSource(beginning, name);
  return { name, bytes: beginning.byteLength + end, read: (offset, length) => head.read(offset, length) };
}

/** The reference's own list of names, with its layers written out. */
const published = (model: keyof typeof golden.models): Tensors => {
  const { config, tensors } = golden.models[model] as unknown as {
    readonly config: { readonly layers: number };
    readonly tensors: readonly (readonly [string, readonly number[]])[];
  };
  return tensors.flatMap(([name, shape]) =>
    name.includes('{i}')
      ? Array.from({ length: config.layers }, (_, i) => ({ name: name.replace('{i}', String(i)), shape }))
      : [{ name, shape }],
  );
};

const json = (name: string, value: unknown): ByteSource =>
  bufferSource(new TextEncoder().encode(JSON.stringify(value)), name);

const found = (
  looked: LookedAtFile,
  address: string | null = `https://h.example/${looked.name}`,
): FoundFile => ({
  ...looked,
  address,
  id: address ?? `disk/${looked.name}`,
  blob: address === null ? new Blob([]) : null,
});

const refusalOf = async (source: ByteSource): Promise<string> => {
  try {
    await identifyFile(source);
  } catch (error) {
    expect(error).toMatchObject({ code: 'model/unsupported', detail: { file: source.name } });
    return (error as Error).message;
  }
  throw new Error(`${source.name} was taken`);
};

describe('a file is what its tensors say', () => {
  test.each([
    ['Wan2.1-T2V-1.3B', SMALL.transformer],
    ['Wan2.2-TI2V-5B', FIVE.transformer],
  ] as const)('%s at full size, under diffusers’ names', async (model, config) => {
    const looked = await identifyFile(headerOnly('any-name.safetensors', published(model)));
    expect(looked.found).toEqual({ part: 'transformer', config });
  });

  test('the same under the original names, with a wrapper’s prefix', async () => {
    const tensors = wanTensors(FIVE.transformer).map(({ name, shape }) => ({
      name: `model.diffusion_model.${name}`,
      shape,
    }));
    const looked = await identifyFile(headerOnly('x.safetensors', tensors, { type: 'BF16' }));
    expect(looked.found).toEqual({ part: 'transformer', config: FIVE.transformer });
  });

  test('umT5-XXL’s encoder at full size', async () => {
    const looked = await identifyFile(headerOnly('encoder.safetensors', published('umt5-xxl-encoder')));
    expect(looked.found).toEqual({ part: 'text', config: FIVE.text });
  });

  test.each([FIVE, SMALL])('the tiny decoder of $name', async ({ codec }) => {
    if (codec.kind !== 'tiny-autoencoder') throw new Error('not a tiny autoencoder');
    const { kind: _, ...config } = codec;
    const looked = await identifyFile(headerOnly('taew.safetensors', tinyAutoencoderTensors(config)));
    expect(looked.found).toEqual({ part: 'codec', config });
  });

  test('tokenizer and configurations are told apart', async () => {
    const tokenizer = { version: '1.0', truncation: null, added_tokens: [], model: { type: 'Unigram' } };
    expect((await identifyFile(json('a.json', tokenizer))).found).toEqual({ part: 'tokenizer' });
    const large = { ...tokenizer, model: { type: 'Unigram', vocab: 'x'.repeat(2 ** 20) } };
    expect((await identifyFile(json('b.json', large))).found).toEqual({ part: 'tokenizer' });
    const diffusers = { _class_name: 'WanTransformer3DModel', num_attention_heads: 24 };
    expect((await identifyFile(json('config.json', diffusers))).found).toEqual({
      part: 'config',
      facts: { of: 'transformer', heads: 24, maxDistance: null },
    });
    const umt5 = { model_type: 'umt5', num_heads: 64, relative_attention_max_distance: 128 };
    expect((await identifyFile(json('config.json', umt5))).found).toEqual({
      part: 'config',
      facts: { of: 'text', heads: 64, maxDistance: 128 },
    });
  });
});

describe('what cannot be used is refused in plain words', () => {
  const wan = wanTensors(FIVE.transformer);
  const without = (name: string): Tensors => wan.filter((tensor) => tensor.name !== name);

  test.each<[string, ByteSource, RegExp]>([
    [
      'a tensor that is missing',
      headerOnly('a', without('blocks.29.ffn.2.bias')),
      /lacks the tensor.*blocks\.29\.ffn\.2/,
    ],
    [
      'one that is left over',
      headerOnly('a', [...wan, { name: 'blocks.0.extra', shape: [1] }]),
      /also holds.*extra/,
    ],
    [
      'one of another shape',
      headerOnly(
        'a',
        wan.map((tensor) => (tensor.name === 'blocks.7.norm3.bias' ? { ...tensor, shape: [8] } : tensor)),
      ),
      /"blocks\.7\.norm3\.bias" has the shape/,
    ],
    [
      'a picture model with channels of its own',
      headerOnly('a', wanTensors({ ...SMALL.transformer, positionChannels: 21 })),
      /37 channels in and 16 out/,
    ],
    ['a type that cannot be read', headerOnly('a', wan, { type: 'I8' }), /stored as I8/],
    [
      'one of several pieces',
      headerOnly('w-00001-of-00003.safetensors', wan.slice(0, 90)),
      /one of several pieces/,
    ],
    ['the full autoencoder', headerOnly('vae', [{ name: 'decoder.conv1.weight', shape: [4] }]), /taew2_1/],
    ['another family', headerOnly('ltx', [{ name: 'transformer_blocks.0.x', shape: [4] }]), /another family/],
    ['a LoRA', headerOnly('l', [{ name: 'blocks.0.q.lora_A.weight', shape: [4] }]), /LoRA/],
    [
      'an ordinary T5',
      headerOnly(
        't5',
        umt5Tensors(FIVE.text).filter(({ name }) => !/blk\.[1-9]\d*\.attn_rel_b/.test(name)),
      ),
      /T5 encoder/,
    ],
    ['the list of pieces', json('m.safetensors.index.json', { metadata: {}, weight_map: {} }), /pieces/],
    ['any other JSON', json('x.json', { a: 1 }), /neither a tokenizer/],
    [
      'a picture',
      bufferSource(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, ...new Uint8Array(60)), 'cat.png'),
      /starts neither/,
    ],
    ['an empty file', bufferSource(new Uint8Array(0), 'empty'), /only 0 bytes/],
    ['a GGUF of nothing', bufferSource(writeGguf({}), 'nothing.gguf'), /none of the parts/],
  ])('%s', async (_, source, words) => {
    expect(await refusalOf(source)).toMatch(words);
  });
});

describe('reading where it is', () => {
  let hub: HubServer;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.close());

  test('only the beginning of a large file is fetched', async () => {
    const { files } = await publishedTinyModel();
    const header = new Uint8Array(await (await fetch(files.transformer.url)).arrayBuffer());
    const content = new Uint8Array(4 * 2 ** 20);
    content.set(header);
    const url = hub.put('large.safetensors', content);
    const source = await remoteSource(url, { name: 'large' });
    expect(source.bytes).toBe(content.byteLength);
    await source.read(8, 1000);
    expect(await source.read(300_000, 10)).toEqual(content.slice(300_000, 300_010));
    expect(hub.ranges('large.safetensors')).toEqual(['0-262143', '300000-300009']);
  });

  test('a server that ignores ranges, a page, a short answer, a file that is gone', async () => {
    const content = Uint8Array.from({ length: 600_000 }, (_, i) => i >> 3);
    const url = hub.put('f', content);
    hub.faults('f', [], { kind: 'whole' });
    const source = await remoteSource(url, { name: 'f' });
    expect(await source.read(400_000, 5)).toEqual(content.slice(400_000, 400_005));
    hub.faults('f', [], { kind: 'page', typed: false });
    await expect(remoteSource(url, { name: 'f' })).rejects.toMatchObject({ code: 'network/page' });
    hub.faults('f', [], { kind: 'drop', after: 1000 });
    await expect(remoteSource(url, { name: 'f' })).rejects.toMatchObject({ code: 'network/failed' });
    hub.faults('f', [], { kind: 'status', status: 404 });
    await expect(remoteSource(url, { name: 'f' })).rejects.toMatchObject({ code: 'network/status' });
  });
});

describe('addresses', () => {
  test('pages of a hub become the files that they show; each counts once', () => {
    expect(
      addressesIn(
        ' https://huggingface.co/a/b/blob/main/x.gguf?download=true\nhttps://huggingface.co/a/b/resolve/main/x.gguf  http://h:1/y z'.replace(
          ' z',
          '',
        ),
      ),
    ).toEqual(['https://huggingface.co/a/b/resolve/main/x.gguf', 'http://h:1/y']);
    expect(nameOfAddress('https://h/a/x%20y.gguf?z=1')).toBe('x y.gguf');
  });

  test.each(['', '   ', 'model.gguf', 'ftp://h/model.gguf', 'javascript:alert(1)', 'https://h/folder/'])(
    '“%s” is none',
    (text) => {
      expect(() => addressesIn(text)).toThrow(expect.objectContaining({ code: 'input/address' }));
    },
  );
});

describe('putting a model together', () => {
  const transformer = (config: WanConfig, name = 'my-wan.gguf'): FoundFile =>
    found({ name, bytes: 4e9, format: 'gguf', found: { part: 'transformer', config } });
  const part = (name: string, what: FoundPart): FoundFile =>
    found({ name, bytes: 1000, format: 'safetensors', found: what });
  const many = { name: '', sampling: 'many' } as const;
  const lacking = (files: readonly FoundFile[]): unknown => {
    try {
      composeModel(files, many, OPEN_MODELS);
      return null;
    } catch (error) {
      expect(error).toMatchObject({ code: 'input/model-parts' });
      return (error as { detail: unknown }).detail;
    }
  };
  const tinyWan: WanConfig = {
    ...FIVE.transformer,
    dim: 64,
    ffnDim: 96,
    layers: 2,
    heads: 2,
    channels: 8,
    textDim: 32,
  };
  const tinyText: Umt5Config = { ...FIVE.text, vocab: 258, dim: 32, heads: 2, headDim: 16 };

  test.each([FIVE, SMALL])('a transformer like $name takes everything else from the list', (like) => {
    const own = composeModel([transformer(like.transformer)], many, OPEN_MODELS);
    const model = openOwnModel(own, OPEN_MODELS);
    const { text, codec, tokenizer } = like.files;
    expect(model.files).toMatchObject({ text, codec, tokenizer });
    expect(model).toMatchObject({
      name: 'my-wan',
      own: true,
      transformer: like.transformer,
      numbers: like.numbers,
      geometry: like.geometry,
      text: like.text,
      codec: like.codec,
      textOptions: like.textOptions,
    });
    expect(model.limits.pictures).toBe(like.limits.pictures);
    expect(model.sampler).toEqual({ kind: 'euler' });
    const few = openOwnModel({ ...own, sampling: 'few' }, OPEN_MODELS);
    expect(few.sampler).toEqual(FIVE.sampler);
    expect(few.limits.steps).toEqual({ min: 3, max: 3, default: 3 });
    expect(few.id).not.toBe(model.id);
  });

  test('what is missing, doubled or does not fit is named', () => {
    const codec = FIVE.codec.kind === 'tiny-autoencoder' ? FIVE.codec : null;
    expect(lacking([part('t.json', { part: 'tokenizer' })])).toEqual({ missing: ['transformer'] });
    expect(lacking([transformer(tinyWan)])).toEqual({ missing: ['text', 'tokenizer', 'codec'] });
    expect(lacking([transformer(tinyWan), part('text', { part: 'text', config: tinyText })])).toEqual({
      missing: ['tokenizer', 'codec'],
    });
    expect(lacking([transformer(FIVE.transformer), transformer(SMALL.transformer, 'b')])).toEqual({
      twice: 'transformer',
    });
    expect(lacking([transformer({ ...tinyWan, heads: 0 })])).toEqual({ missing: ['config'] });
    expect(
      lacking([transformer(FIVE.transformer), part('text', { part: 'text', config: tinyText })]),
    ).toMatchObject({ unfit: 'text' });
    expect(lacking([transformer(SMALL.transformer), part('c', { part: 'codec', config: codec! })])).toEqual({
      unfit: 'codec',
    });
    const facts = { of: 'transformer', heads: 7, maxDistance: null } as const;
    expect(lacking([transformer(FIVE.transformer), part('config.json', { part: 'config', facts })])).toEqual({
      unfit: 'config',
    });
  });

  test('a config.json tells the heads that no shape tells', () => {
    const facts = { of: 'transformer', heads: 4, maxDistance: null } as const;
    const own = composeModel(
      [
        transformer({ ...tinyWan, heads: 0 }),
        part('config.json', { part: 'config', facts }),
        part('text', { part: 'text', config: tinyText }),
        part('codec', {
          part: 'codec',
          config: {
            channels: 8,
            patch: 2,
            width: 8,
            pools: [2, 2, 1],
            widths: [16, 12, 8],
            grows: [1, 2, 2],
            lastWidth: 8,
          },
        }),
        part('t.json', { part: 'tokenizer' }),
      ],
      { name: ' Mine ', sampling: 'few' },
      OPEN_MODELS,
    );
    expect(own.transformer.config.heads).toBe(4);
    expect(own.name).toBe('Mine');
    expect(openOwnModel(own, []).geometry).toEqual({
      latentRate: 4,
      shortSide: 320,
      unit: 32,
      upscale: 1,
      decoderFps: 16,
    });
  });

  test('what is remembered is the same model again; anything else is nothing', () => {
    const own = composeModel([transformer(FIVE.transformer)], many, OPEN_MODELS);
    const again = parseOwnModel(JSON.parse(JSON.stringify(own)));
    expect(again).toEqual(own);
    expect(ownModelId(again!)).toBe(ownModelId(own));
    const broken: unknown[] = [
      null,
      'x',
      {},
      { ...own, sampling: 'some' },
      { ...own, text: {} },
      { ...own, transformer: { ...own.transformer, address: 'javascript:alert(1)' } },
      { ...own, transformer: { ...own.transformer, config: { ...own.transformer.config, dim: -1 } } },
      { ...own, transformer: { ...own.transformer, config: { ...own.transformer.config, layers: 2 ** 40 } } },
    ];
    for (const value of broken) expect(parseOwnModel(value)).toBeNull();
  });
});
