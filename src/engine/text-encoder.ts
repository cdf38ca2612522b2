import type { Umt5Config } from '../core/model-config.ts';
import type { GraphPart, Precision } from '../networks/part.ts';
import { umt5Graphs } from '../networks/umt5-encoder.ts';
import { breathe } from '../weights/breathe.ts';
import { readRows } from '../weights/read-tensor.ts';
import { type LoadedWeights, loadPartWeights, type WeightOrigin } from './part-weights.ts';
import { type DeviceTensor, type Runtime, type Session, takeFloats } from './runtime.ts';

/** Name of the embedding table in canonical (GGUF) spelling. */
const EMBEDDING = 'token_embd.weight';

/**
 * Encodes one prompt. Layers stream through two places on the device, one running while the next is read, so that the whole
 * encoder is never resident; embedding rows are read by offset, so the table never is.
 * @param ids tokens with the end mark, 1 … 512.
 * @returns text states `[L, D]` f32, L = number of tokens (not padded).
 * @throws {AppError} `model/…`, `gpu/…`; rejects with AbortError.
 */
export async function encodeText(
  runtime: Runtime,
  origin: WeightOrigin,
  config: Umt5Config,
  precision: Precision,
  ids: readonly number[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Float32Array> {
  const { signal } = options;
  const graphs = umt5Graphs(config, ids.length, precision);
  const rows = await readRows(origin.file, origin.names.get(EMBEDDING) ?? EMBEDDING, ids); // [L, D]
  let x: DeviceTensor = runtime.upload({ dtype: 'float32', dims: [1, ids.length, config.dim] }, rows);
  const sessions: Session[] = [];
  const prepare = async (part: GraphPart): Promise<Session> => {
    const session = await runtime.createSession(part);
    sessions.push(session);
    return session;
  };
  let reading: Promise<LoadedWeights> | null = null;
  const read = (i: number): Promise<LoadedWeights> | null => {
    if (i === config.layers) return null;
    const weights = loadPartWeights(runtime, origin, graphs.layer, precision, i, signal);
    weights.catch(() => {}); // heard when it is waited for, or not needed any more
    return weights;
  };
  try {
    const layer = await prepare(graphs.layer);
    reading = read(0);
    for (let i = 0; i < config.layers; i++) {
      signal?.throwIfAborted();
      const weights: LoadedWeights = await reading!;
      reading = read(i + 1);
      try {
        const { out } = await layer.run({ x, ...weights.feeds });
        x.free();
        x = out!;
        await runtime.finish(); // the weights may go only when the device has read them
      } finally {
        weights.free();
      }
      await breathe();
    }
    const final = await prepare(graphs.final);
    const weights = await loadPartWeights(runtime, origin, graphs.final, precision, 0, signal);
    try {
      const { text } = await final.run({ x, ...weights.feeds });
      return await takeFloats(text!);
    } finally {
      weights.free();
    }
  } finally {
    (await reading?.catch(() => null))?.free();
    x.free();
    for (const session of sessions) await session.release();
  }
}

/**
 * Pads text states with zero rows, as Wan's transformer was trained.
 * @returns `[padded, D]`, padded = the next multiple of `padTo` that holds the states.
 */
export function padStates(
  states: Float32Array,
  dim: number,
  padTo: number,
): { readonly states: Float32Array; readonly length: number } {
  const length = Math.ceil(states.length / dim / padTo) * padTo;
  const padded = new Float32Array(length * dim);
  padded.set(states);
  return { states: padded, length };
}
