// WebAssembly begins as quickly compiled, slow code; the browser replaces what turns out to be hot, on another thread. Left
// to the denoising loop that costs its first quarter half of its speed. A block run once on nothing while the model's files are
// still on their way makes the same code hot early, at a moment when a core has nothing to do.

import type { WanConfig } from '../core/model-config.ts';
import { type Precision, weightInputs } from '../networks/part.ts';
import { type WanShape, wanGraphs } from '../networks/wan-transformer.ts';
import type { DeviceTensor, HostArray, Runtime } from './runtime.ts';

/** Above this many bytes of weights in a block, loading takes longer than the browser needs, and memory is short. */
const MAX_BLOCK_BYTES = 8 << 20;

/** Long enough for a prompt's matrix products to be those of the real thing. */
const TEXT_LENGTH = 16;

/** Whose code is hot already: a runtime is warmed once. */
const warm = new WeakSet<Runtime>();

/**
 * Runs one block of a transformer on zeros and forgets it. Does nothing on a GPU, for large models, or a second time.
 * @throws {AppError} what a session throws; nothing stays on the device.
 */
export async function warmUp(
  runtime: Runtime,
  config: WanConfig,
  shape: Omit<WanShape, 'textLength'>,
  precision: Precision,
): Promise<void> {
  if (runtime.kind !== 'wasm' || warm.has(runtime)) return;
  warm.add(runtime);
  const { block } = wanGraphs(config, { ...shape, textLength: TEXT_LENGTH }, precision);
  const inputs = [
    ...block.inputs,
    ...block.weights.flatMap((slot) => weightInputs(slot, precision.activations)),
  ];
  const arrays = inputs.map(({ dtype, dims }) => zeros(dtype, product(dims)));
  if (arrays.reduce((sum, { byteLength }) => sum + byteLength, 0) > MAX_BLOCK_BYTES) return;
  const feeds: Record<string, DeviceTensor> = {};
  const session = await runtime.createSession(block);
  try {
    for (const [i, info] of inputs.entries()) feeds[info.name] = runtime.upload(info, arrays[i]!);
    (await session.run(feeds)).out!.free();
  } finally {
    for (const tensor of Object.values(feeds)) tensor.free();
    await session.release();
  }
}

const product = (dims: readonly number[]): number => dims.reduce((n, d) => n * d, 1);

function zeros(dtype: string, count: number): HostArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'uint8':
      return new Uint8Array(count);
    default:
      return new Uint16Array(count);
  }
}
