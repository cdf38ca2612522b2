import type { WanConfig } from '../core/model-config.ts';
import { gaussianNoise } from '../core/seeded-noise.ts';
import { toFloat16 } from '../graph/float16.ts';
import { type GraphPart, type Precision, weightInputs } from '../networks/part.ts';
import { type WanShape, wanGraphs, wanRope } from '../networks/wan-transformer.ts';
import { type DeviceTensor, type HostArray, type Runtime, type Session, takeFloats } from './runtime.ts';

/** A transformer block small enough to run anywhere in moments, with every operator the large ones use. */
const CONFIG: WanConfig = {
  dim: 128,
  ffnDim: 256,
  layers: 1,
  heads: 2,
  channels: 8,
  patch: [1, 2, 2],
  freqDim: 256,
  textDim: 64,
  eps: 1e-6,
};
const SHAPE: WanShape = { frames: 3, height: 6, width: 8, textLength: 32, times: 2 };

/** Largest relative L2 difference between the GPU and WebAssembly: f32 rounding, or f16 rounding, with room; broken kernels are off by 5 % and more. */
const TOLERANCE = { float32: 1e-3, float16: 2e-2 } as const;

/** What the self-test found. */
export interface SelfTestResult {
  readonly passed: boolean;
  /** Relative L2 difference; NaN if the GPU gave something that is not a number. */
  readonly error: number;
  readonly tolerance: number;
}

/**
 * Runs one quantised transformer block on `gpu` and on `reference` with the same numbers and compares.
 * Black or noisy clips on some drivers come from kernels that are silently wrong: this finds them before a minute is spent.
 * @throws {AppError} `gpu/…` if it does not even run.
 */
export async function selfTest(
  gpu: Runtime,
  reference: Runtime,
  precision: Precision,
): Promise<SelfTestResult> {
  const expected = await runBlock(reference, { ...precision, activations: 'float32' });
  const got = await runBlock(gpu, precision);
  let difference = 0;
  let size = 0;
  for (const [i, value] of expected.entries()) {
    difference += (got[i]! - value) ** 2;
    size += value ** 2;
  }
  const error = Math.sqrt(difference / size);
  const tolerance = TOLERANCE[precision.activations];
  return { passed: error <= tolerance, error, tolerance };
}

async function runBlock(runtime: Runtime, precision: Precision): Promise<Float32Array> {
  const graphs = wanGraphs(CONFIG, SHAPE, precision);
  const { block, head } = graphs;
  const feeds: Record<string, DeviceTensor> = {};
  const all: DeviceTensor[] = [];
  const sessions: Session[] = [];
  const give = (
    info: { readonly name: string; readonly dtype: string; readonly dims: readonly number[] },
    values: Float32Array,
  ): DeviceTensor => {
    const data: HostArray =
      info.dtype === 'float16'
        ? toFloat16(values)
        : info.dtype === 'uint8'
          ? Uint8Array.from(values, (v) => 128 + 24 * v)
          : values;
    const tensor = runtime.upload({ dtype: info.dtype as 'float32', dims: info.dims }, data);
    all.push(tensor);
    return tensor;
  };
  try {
    const rope = wanRope(CONFIG, SHAPE);
    const inputs: Record<string, Float32Array> = { cos: rope.cos, sin: rope.sin };
    const tokenTime = Int32Array.from({ length: (SHAPE.frames * SHAPE.height * SHAPE.width) / 4 }, (_, i) =>
      i < 12 ? 1 : 0,
    );
    const time = runtime.upload({ dtype: 'int32', dims: [tokenTime.length] }, tokenTime);
    all.push(time);
    const fill = (part: GraphPart, into: Record<string, DeviceTensor>): void => {
      for (const [i, info] of part.inputs.entries()) {
        if (info.name === 'token_time') into[info.name] = time;
        else into[info.name] ??= give(info, inputs[info.name] ?? gaussianNoise(i, 1, count(info.dims)));
      }
      for (const [i, slot] of part.weights.entries()) {
        for (const [k, info] of weightInputs(slot, precision.activations).entries()) {
          const values = gaussianNoise(100 + 2 * i + k, 1, count(info.dims));
          // Scales stay positive and small so that sums stay near one.
          into[info.name] = give(
            info,
            info.name.endsWith('.scales')
              ? values.map((v) => 0.002 + 0.0005 * Math.abs(v))
              : values.map((v) => (info.dtype === 'uint8' ? v : 0.05 * v)),
          );
        }
      }
    };
    fill(block, feeds);
    const blockSession = await runtime.createSession(block);
    sessions.push(blockSession);
    const { out } = await blockSession.run(feeds);
    all.push(out!);
    const headFeeds: Record<string, DeviceTensor> = { x: out! };
    fill(head, headFeeds);
    const headSession = await runtime.createSession(head);
    sessions.push(headSession);
    const { velocity } = await headSession.run(headFeeds);
    return await takeFloats(velocity!);
  } finally {
    for (const tensor of all) tensor.free();
    for (const session of sessions) await session.release();
  }
}

const count = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);
