// The published models at their full size: every tensor that the reference code names is one of ours, and is read exactly
// once. Names and shapes only; nothing is computed.
import { describe, expect, test } from 'vitest';
import type { Umt5Config, WanConfig } from '../../src/core/model-config.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { canonicalUmt5Name, umt5Graphs, umt5Tensors } from '../../src/networks/umt5-encoder.ts';
import { canonicalWanName, wanGraphs, wanTensors } from '../../src/networks/wan-transformer.ts';
import { checkTensors } from '../../src/weights/check-tensors.ts';
import type { TensorEntry, WeightFile } from '../../src/weights/weight-file.ts';
import golden from '../fixtures/golden/tensor-names.json' with { type: 'json' };

type Shape = readonly number[];
type Listed = readonly (readonly [name: string, shape: Shape])[];

const PRECISION: Precision = { activations: 'float16', weights: 'q4', residual: 'float32' };

/** The reference's list with its layers written out, by the library's names or by those of GGUF files. */
const tensorsOf = (
  model: {
    readonly config: { readonly layers: number };
    readonly tensors: unknown;
    readonly ggufTensors: unknown;
  },
  names: 'tensors' | 'ggufTensors' = 'tensors',
): Listed =>
  (model[names] as Listed).flatMap(([name, shape]) =>
    name.includes('{i}')
      ? Array.from(
          { length: model.config.layers },
          (_, i) => [name.replace('{i}', String(i)), shape] as const,
        )
      : [[name, shape] as const],
  );

/** A file's header that lists these tensors. */
function fileOf(tensors: Listed): WeightFile {
  const entries = tensors.map(
    ([name, shape]): TensorEntry => ({ name, shape, type: 'F16', offset: 0, bytes: 0 }) as TensorEntry,
  );
  return {
    source: { name: 'model.safetensors', bytes: 0, read: () => Promise.reject(new Error('not to be read')) },
    format: 'safetensors',
    tensors: new Map(entries.map((entry) => [entry.name, entry])),
    metadata: new Map(),
  };
}

const count = (tensors: Listed): number =>
  tensors.reduce((sum, [, shape]) => sum + shape.reduce((product, dim) => product * dim, 1), 0);

/** Names that the parts read: those of repeated parts once a layer. */
const readBy = (parts: readonly GraphPart[], layers: number): string[] =>
  parts.flatMap(({ weights }) =>
    weights.flatMap(({ tensor }) =>
      tensor.includes('{i}')
        ? Array.from({ length: layers }, (_, i) => tensor.replace('{i}', String(i)))
        : [tensor],
    ),
  );

describe.each(['Wan2.1-T2V-1.3B', 'Wan2.2-TI2V-5B'] as const)('%s', (name) => {
  const model = golden.models[name];
  const config = model.config as unknown as WanConfig;
  const tensors = tensorsOf(model);
  const check = (given: Listed) =>
    checkTensors(fileOf(given), wanTensors(config), { canonicalName: canonicalWanName });

  test('every tensor is there under diffusers’ name, with its shape', () => {
    expect(count(tensors)).toBe(model.parameters);
    expect([...check(tensors).keys()]).toEqual(wanTensors(config).map((tensor) => tensor.name));
  });

  test.each(['', 'model.diffusion_model.'])(
    'and under the original name behind “%s”, as GGUF has it',
    (prefix) => {
      const originals = tensorsOf(model, 'ggufTensors').map(
        ([tensor, shape]) => [prefix + tensor, shape] as const,
      );
      expect(originals).toHaveLength(tensors.length);
      expect([...check(originals).keys()]).toEqual(wanTensors(config).map((tensor) => tensor.name));
    },
  );

  test('every tensor is read exactly once', () => {
    const graphs = wanGraphs(
      config,
      { frames: 3, height: 4, width: 4, textLength: 512, times: 2 },
      PRECISION,
    );
    const expected = wanTensors(config).map((tensor) => tensor.name);
    expect(readBy(Object.values(graphs), config.layers).toSorted()).toEqual(expected.toSorted());
  });

  test('one that is missing, left over or of another shape is named', () => {
    const victim = 'blocks.7.attn2.to_k.weight';
    const at = tensors.findIndex(([tensor]) => tensor === victim);
    expect(at).toBeGreaterThan(0);
    expect(() => check(tensors.toSpliced(at, 1))).toThrow(
      /lacks the tensor "blocks\.7\.cross_attn\.k\.weight"/,
    );
    expect(() => check([...tensors, ['blocks.7.attn3.to_k.weight', [1]]])).toThrow(
      /also holds the tensor "blocks\.7\.attn3\.to_k\.weight"/,
    );
    expect(() => check(tensors.with(at, [victim, [config.dim, 8]]))).toThrow(
      /"blocks\.7\.attn2\.to_k\.weight" has the shape/,
    );
  });
});

describe('umT5-XXL', () => {
  const model = golden.models['umt5-xxl-encoder'];
  const config = model.config as Umt5Config;
  const tensors = tensorsOf(model);

  test('every tensor is there under transformers’ name, with its shape', () => {
    expect(count(tensors)).toBe(model.parameters);
    const found = checkTensors(fileOf(tensors), umt5Tensors(config), { canonicalName: canonicalUmt5Name });
    expect([...found.keys()]).toEqual(umt5Tensors(config).map((tensor) => tensor.name));
  });

  test('and under gguf-py’s name', () => {
    const named = tensorsOf(model, 'ggufTensors');
    expect(named).toHaveLength(tensors.length);
    const found = checkTensors(fileOf(named), umt5Tensors(config), { canonicalName: canonicalUmt5Name });
    expect([...found.keys()]).toEqual(umt5Tensors(config).map((tensor) => tensor.name));
  });

  test('every tensor is read exactly once; of the embedding table rows only', () => {
    const { layer, final } = umt5Graphs(config, 12, { ...PRECISION, activations: 'float32' });
    const expected = umt5Tensors(config).map((tensor) => tensor.name);
    const read = readBy([layer, final], config.layers);
    expect([...read, 'token_embd.weight'].toSorted()).toEqual(expected.toSorted());
  });
});
