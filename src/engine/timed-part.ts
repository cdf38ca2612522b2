// Times parts of networks on a device with numbers that mean nothing: how long an operator takes does not depend on them.
import type { GraphPart, Precision, TensorInfo } from '../networks/part.ts';
import { weightInputs } from '../networks/part.ts';
import { elementCount } from '../weights/tensor-type.ts';
import type { DeviceTensor, HostArray, Runtime } from './runtime.ts';

/** Enough runs for a median; a fast device makes them in no time. */
const MOST_RUNS = 7;
const FEWEST_RUNS = 2;
/** Seconds after which no further run is made. */
const ENOUGH_SECONDS = 0.8;

/** How a part is timed. */
export interface TimeOptions {
  readonly signal: AbortSignal;
}

/** A part that is ready to be run again and again. */
export interface TimedPart {
  /** @returns seconds from submitting a run to the device having finished it. Rejects with AbortError before it. */
  run(): Promise<number>;
  /** Gives everything on the device back. */
  free(): Promise<void>;
}

/**
 * Prepares a part and its inputs.
 * @returns the caller frees it.
 * @throws {AppError} `gpu/…`, `gpu/out-of-memory` if it does not fit; then nothing stays on the device.
 */
export async function prepareTimed(
  runtime: Runtime,
  part: GraphPart,
  precision: Precision,
  { signal }: TimeOptions,
): Promise<TimedPart> {
  const inputs = [
    ...part.inputs,
    ...part.weights.flatMap((slot) => weightInputs(slot, precision.activations)),
  ];
  const feeds: Record<string, DeviceTensor> = {};
  const session = await runtime.createSession(part);
  const free = async (): Promise<void> => {
    for (const tensor of Object.values(feeds)) tensor.free();
    await session.release();
  };
  try {
    for (const info of inputs) feeds[info.name] = runtime.upload(info, filler(info));
  } catch (error) {
    await free();
    throw error;
  }
  return {
    free,
    async run() {
      signal.throwIfAborted();
      const started = performance.now();
      const outputs = await session.run(feeds);
      try {
        await runtime.finish();
        return (performance.now() - started) / 1000;
      } finally {
        for (const tensor of Object.values(outputs)) tensor.free();
      }
    },
  };
}

/**
 * Runs a part until its time is known: once for the device to prepare its kernels, then a few times.
 * @returns the median of the runs' seconds.
 * @throws {AppError} `gpu/…` if it does not run, `gpu/out-of-memory` if it does not fit; rejects with AbortError between two runs.
 * Nothing stays on the device.
 */
export async function timePart(
  runtime: Runtime,
  part: GraphPart,
  precision: Precision,
  options: TimeOptions,
): Promise<number> {
  const timed = await prepareTimed(runtime, part, precision, options);
  try {
    await timed.run();
    const times: number[] = [];
    let spent = 0;
    while (times.length < FEWEST_RUNS || (times.length < MOST_RUNS && spent < ENOUGH_SECONDS)) {
      times.push(await timed.run());
      spent += times.at(-1)!;
    }
    times.sort((a, b) => a - b);
    return times[times.length >> 1]!;
  } finally {
    await timed.free();
  }
}

const HALF_OF_SMALL = 0x2c00; // 0.0625 in half precision
const SMALL = 0.0625;

/** Numbers of a kind: bytes that differ, floats that are small. */
function filler({ dtype, dims }: TensorInfo): HostArray {
  const count = elementCount(dims);
  switch (dtype) {
    case 'float32':
      return new Float32Array(count).fill(SMALL);
    case 'float16':
      return new Uint16Array(count).fill(HALF_OF_SMALL);
    case 'uint8':
      return bytes(count);
    default:
      return new Int32Array(count);
  }
}

/** Bytes that no kernel and no memory can profit from being equal: a linear congruential sequence. */
function bytes(count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0, state = 1; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    out[i] = state >>> 24;
  }
  return out;
}
