import type * as Ort from 'onnxruntime-web';
import { float16Value } from '../../src/graph/float16.ts';
import { type GraphPart, weightInputs } from '../../src/networks/part.ts';
import type { Numbers, RunPart } from './parity-case.ts';

/** Half precision as numbers, whichever array the runtime chose for it. */
function floats(data: Ort.Tensor.DataType): Float32Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Uint16Array) return Float32Array.from(data, float16Value);
  return Float32Array.from(data as ArrayLike<number>); // Float16Array, where the language has it
}

/**
 * Runs parts with onnxruntime. Sessions are kept, one per part, and calls run one at a time.
 * @param ort The build to use: `onnxruntime-web/wasm`, `/webgpu`, `/jspi` or onnxruntime-node.
 * @param options For `InferenceSession.create`.
 */
export function ortRunner(
  ort: Pick<typeof Ort, 'InferenceSession' | 'Tensor'>,
  options: Ort.InferenceSession.SessionOptions,
): RunPart & { release(): Promise<void> } {
  const sessions = new Map<GraphPart, Ort.InferenceSession>();
  let tail: Promise<unknown> = Promise.resolve();

  async function run(
    part: GraphPart,
    inputs: Readonly<Record<string, Numbers>>,
    weights: Readonly<Record<string, Numbers>>,
  ): Promise<Record<string, Float32Array | Int32Array>> {
    let session = sessions.get(part);
    if (!session) {
      session = await ort.InferenceSession.create(part.onnx, options);
      sessions.set(part, session);
    }
    const feeds: Record<string, Ort.Tensor> = {};
    const declared = [
      ...part.inputs.map((info) => ({ info, data: inputs[info.name] })),
      ...part.weights.flatMap((slot) => {
        const half = weights[`${slot.input}.scales`] instanceof Uint16Array;
        return weightInputs(slot, half ? 'float16' : 'float32').map((info) => ({
          info,
          data: weights[info.name],
        }));
      }),
    ];
    for (const { info, data } of declared) {
      if (!data) throw new Error(`${part.name}: no data for ${info.name}`);
      feeds[info.name] = new ort.Tensor(info.dtype, data as Float32Array, info.dims);
    }
    const results = await session.run(feeds);
    const out: Record<string, Float32Array | Int32Array> = {};
    for (const info of part.outputs) {
      const tensor = results[info.name]!;
      if (tensor.dims.join() !== info.dims.join() || tensor.type !== info.dtype) {
        throw new Error(`${part.name}: ${info.name} is ${tensor.type}[${tensor.dims}], not [${info.dims}]`);
      }
      out[info.name] = floats(await tensor.getData());
      tensor.dispose();
    }
    return out;
  }

  return Object.assign(
    (...args: Parameters<RunPart>) => {
      const result = tail.then(() => run(...args));
      tail = result.catch(() => {});
      return result;
    },
    {
      async release() {
        for (const session of sessions.values()) await session.release();
        sessions.clear();
      },
    },
  );
}
