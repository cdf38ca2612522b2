import type { DeviceTensor, HostArray, Runtime, Session } from '../../src/engine/runtime.ts';
import { float16Value } from '../../src/graph/float16.ts';
import { type GraphPart, weightInputs } from '../../src/networks/part.ts';
import type { Result, RunPart } from './parity-case.ts';

/** Runs parts on the engine's own runtime, as clips are made: weights as inputs, outputs read back. Sessions are kept. */
export function runtimeRunner(runtime: Runtime): RunPart {
  const sessions = new Map<GraphPart, Session>();
  return async (part, inputs, weights) => {
    let session = sessions.get(part);
    if (!session) {
      session = await runtime.createSession(part);
      sessions.set(part, session);
    }
    const half = Object.values(weights).some((data) => data instanceof Uint16Array);
    const declared = [
      ...part.inputs,
      ...part.weights.flatMap((slot) => weightInputs(slot, half ? 'float16' : 'float32')),
    ];
    const feeds: Record<string, DeviceTensor> = {};
    try {
      for (const info of declared) {
        const data = inputs[info.name] ?? weights[info.name];
        if (!data) throw new Error(`${part.name}: no data for ${info.name}`);
        feeds[info.name] = runtime.upload(info, data as HostArray);
      }
      const outputs = await session.run(feeds);
      const results: Record<string, Result> = {};
      for (const [name, tensor] of Object.entries(outputs)) {
        const data = await tensor.read();
        results[name] =
          data instanceof Uint16Array ? Float32Array.from(data, float16Value) : (data.slice() as Result);
        tensor.free();
      }
      return results;
    } finally {
      for (const tensor of Object.values(feeds)) tensor.free();
    }
  };
}
