// What it costs that one block's session serves all layers, against one graph of all layers with their weights inside.
import { availableThreads, type DeviceTensor, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import type { GraphPart, Precision } from '../../src/networks/part.ts';
import { wanGraphs, wanRope, wanTokens } from '../../src/networks/wan-transformer.ts';
import { formulaInput, formulaWeight } from '../fixtures/formula-weights.ts';
import { relativeError } from '../parity/parity-case.ts';
import { slotWeights } from '../parity/slot-weights.ts';
import { bakeWeights } from './bake-weights.ts';
import type { BenchSubject, BlockReuseTimes } from './bench-api.ts';
import { median, timeInTurns } from './timing.ts';
import { uploadWeights } from './upload-weights.ts';

/** As the app computes (src/engine/service.ts). */
const PRECISION: Precision = { activations: 'float32', weights: 'q8', accuracyLevel: 1 };

const WARM_UPS = 4;
const ROUNDS = 21; // a round takes a fifth of a second

/** The two ways order some sums differently; more than this and they are not the same computation. */
const LARGEST_DIFFERENCE = 1e-4;

/** Measures both ways in turns. @throws {Error} if their results differ. */
export async function measureBlockReuse(subject: BenchSubject): Promise<BlockReuseTimes> {
  const { config, shape } = subject;
  const threads = availableThreads();
  const runtime = await openRuntime({ gpu: null, threads });
  const owned: DeviceTensor[] = [];
  const own = <K extends string>(tensors: Readonly<Record<K, DeviceTensor>>) => {
    owned.push(...Object.values<DeviceTensor>(tensors));
    return tensors;
  };
  try {
    const { block } = wanGraphs(config, shape, PRECISION);
    const layers = Array.from({ length: config.layers }, (_, i) =>
      slotWeights(block, PRECISION, formulaWeight, i),
    );
    const inputs = own(uploadInputs(runtime, block, subject));
    const weights = layers.map((layer) => own(uploadWeights(runtime, block, layer)));
    const one = await runtime.createSession(block);
    const all = await runtime.createSession(bakeWeights(block, layers));

    const reused = async (): Promise<DeviceTensor> => {
      let hidden: DeviceTensor | null = null;
      for (const layer of weights) {
        const { out } = await one.run({ ...inputs, ...(hidden && { x: hidden }), ...layer });
        hidden?.free();
        hidden = out!;
      }
      return hidden!;
    };
    const monolithic = async (): Promise<DeviceTensor> => (await all.run(inputs)).out!;

    const results = own({ reused: await reused(), monolithic: await monolithic() });
    const difference = relativeError(await read(results.reused), await read(results.monolithic));
    if (!(difference <= LARGEST_DIFFERENCE)) throw new Error(`the two ways differ by ${difference}`);
    const once = (run: () => Promise<DeviceTensor>) => async () => (await run()).free();
    const [many = [], mono = []] = await timeInTurns([once(reused), once(monolithic)], {
      warmUps: WARM_UPS,
      rounds: ROUNDS,
    });
    return {
      threads,
      layers: config.layers,
      tokens: wanTokens(config, shape),
      reusedSeconds: median(many),
      monolithicSeconds: median(mono),
      ratio: median(many.map((seconds, round) => seconds / mono[round]!)),
      rounds: ROUNDS,
      difference,
    };
  } finally {
    for (const tensor of owned) tensor.free();
    await runtime.close();
  }
}

const read = async (tensor: DeviceTensor): Promise<Float32Array> => (await tensor.read()) as Float32Array;

/** Everything the block reads besides weights, by formula. */
function uploadInputs(
  runtime: Runtime,
  block: GraphPart,
  { config, shape }: BenchSubject,
): Readonly<Record<string, DeviceTensor>> {
  const { cos, sin } = wanRope(config, shape);
  const given: Readonly<Record<string, Float32Array | Int32Array>> = {
    cos,
    sin,
    token_time: new Int32Array(wanTokens(config, shape)),
  };
  return Object.fromEntries(
    block.inputs.map((info) => [
      info.name,
      runtime.upload(info, given[info.name] ?? formulaInput(`input.${info.name}`, info.dims)),
    ]),
  );
}
