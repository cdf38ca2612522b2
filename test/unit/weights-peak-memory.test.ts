// “Peak JavaScript memory stays under 256 MB for any model”: a file of 1.5 GB goes to a device that keeps nothing here, measured.
import { expect, test } from 'vitest';
import { OPEN_MODELS } from '../../models/wan/open-models.ts';
import { loadPartWeights, type WeightOrigin } from '../../src/engine/part-weights.ts';
import type { DeviceTensor, Runtime } from '../../src/engine/runtime.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { umt5Graphs, umt5Tensors } from '../../src/networks/umt5-encoder.ts';
import { wanGraphs, wanTensors } from '../../src/networks/wan-transformer.ts';
import type { ByteSource } from '../../src/weights/byte-source.ts';
import type { TensorType } from '../../src/weights/tensor-type.ts';
import { openWeightFile } from '../../src/weights/weight-file.ts';
import { computedModel } from '../fixtures/computed-model.ts';

const LIMIT = 256e6; // bytes
const [FIVE] = OPEN_MODELS;

/** The most that was in use at once, above what the test itself began with. */
class Peak {
  readonly #start = Peak.#now();
  bytes = 0;
  static #now(): number {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  }
  look(): void {
    this.bytes = Math.max(this.bytes, Peak.#now() - this.#start);
  }
}

const watched = (source: ByteSource, peak: Peak): ByteSource => ({
  ...source,
  async read(...args) {
    peak.look();
    const bytes = await source.read(...args);
    peak.look();
    return bytes;
  },
});

/** A device of another process, as a graphics card is: it takes bytes and keeps none here. */
function farDevice(peak: Peak): { readonly runtime: Runtime; taken(): number } {
  let taken = 0;
  const allocate: Runtime['allocate'] = ({ dims }) => ({
    write(data) {
      peak.look();
      taken += data.byteLength;
    },
    finish: (): DeviceTensor => ({ dims, read: () => Promise.reject(new Error('never read')), free() {} }),
    abandon() {},
  });
  const unused = (): never => {
    throw new Error('only weights are loaded here');
  };
  const runtime: Runtime = {
    kind: 'webgpu',
    adapter: 'far',
    shaderF16: false,
    threads: 1,
    createSession: unused,
    upload: unused,
    allocate,
    finish: async () => {},
    forgetErrors() {},
    async trim() {},
    close: async () => {},
  };
  return { runtime, taken: () => taken };
}

test.each(['float16', 'float32'] as const)(
  'Wan 2.2 5B and umT5-XXL, their largest layers, %s',
  async (activations) => {
    if (!FIVE) throw new Error('the catalogue is empty');
    const precision: Precision = { activations, weights: 'q4', residual: 'float32' };
    const config = { ...FIVE.transformer, layers: 6 };
    const types: readonly TensorType[] = ['Q6_K', 'Q4_K', 'BF16', 'BF16', 'Q6_K', 'BF16'];
    const typeOf = ({
      name,
      shape,
    }: {
      readonly name: string;
      readonly shape: readonly number[];
    }): TensorType => {
      const layer = /^(?:blocks|enc\.blk)\.(\d+)\./.exec(name)?.[1];
      if (shape.length < 2) return 'F32';
      return layer === undefined || /modulation|rel_b/.test(name)
        ? 'BF16'
        : types[Number(layer) % types.length]!;
    };
    const peak = new Peak();
    const device = farDevice(peak);
    const open = async (
      name: string,
      tensors: readonly { name: string; shape: readonly number[] }[],
    ): Promise<WeightOrigin> => {
      const flat = tensors.map((tensor) => ({
        ...tensor,
        type: typeOf(tensor),
        shape:
          tensor.shape.length > 4
            ? [tensor.shape[0]!, tensor.shape.slice(1).reduce((a, b) => a * b, 1)]
            : tensor.shape,
      }));
      const source = computedModel(name, flat);
      return { file: await openWeightFile(watched(source, peak)), names: new Map() };
    };
    const load = async (origin: WeightOrigin, part: GraphPart, layer = 0): Promise<void> => {
      (await loadPartWeights(device.runtime, origin, part, precision, layer, undefined)).free();
      peak.look();
    };

    const wan = await open('wan.gguf', wanTensors(config));
    const { block, ...others } = wanGraphs(
      config,
      { frames: 3, height: 4, width: 4, textLength: 512, times: 2 },
      precision,
    );
    for (const part of Object.values(others)) await load(wan, part);
    for (let i = 0; i < config.layers; i++) await load(wan, block, i);
    const text = await open('umt5.gguf', umt5Tensors({ ...FIVE.text, layers: 2 }));
    const { layer } = umt5Graphs(FIVE.text, 12, precision);
    for (let i = 0; i < 2; i++) await load(text, layer, i);

    const logical = wan.file.source.bytes + text.file.source.bytes;
    console.log(
      `${activations}: ${(logical / 1e9).toFixed(2)} GB of files, ${(device.taken() / 1e9).toFixed(2)} GB to the device, peak ${(peak.bytes / 1e6).toFixed(0)} MB`,
    );
    expect(logical).toBeGreaterThan(1.5e9);
    expect(peak.bytes).toBeLessThan(LIMIT);
  },
  120_000,
);
