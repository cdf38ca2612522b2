// WebAssembly begins as quickly compiled, slow code; the browser replaces what turns out to be hot, on another thread. Left
// to the denoising loop that costs its first quarter half of its speed. A block run once on nothing while the model's files are
// still on their way makes the same code hot early, at a moment when a core has nothing to do.

import type { WanConfig } from '../core/model-config.ts';
import { type Precision, type TensorInfo, weightInputs } from '../networks/part.ts';
import { type WanShape, wanGraphs } from '../networks/wan-transformer.ts';
import { elementCount } from '../weights/tensor-type.ts';
import type { DeviceTensor, HostArray, Runtime } from './runtime.ts';

/** With more weights in a block than this, loading takes longer than the browser needs, and memory is short. */
const MAX_BLOCK_WEIGHTS = 4 << 20;

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
  if (block.weights.reduce((sum, { shape }) => sum + elementCount(shape), 0) > MAX_BLOCK_WEIGHTS) return;
  const inputs = [
    ...block.inputs,
    ...block.weights.flatMap((slot) => weightInputs(slot, precision.activations)),
  ];
  const feeds: Record<string, DeviceTensor> = {};
  const session = await runtime.createSession(block);
  try {
    for (const info of inputs) feeds[info.name] = runtime.upload(info, zeros(info));
    (await session.run(feeds)).out!.free();
  } finally {
    for (const tensor of Object.values(feeds)) tensor.free();
    await session.release();
  }
}

function zeros({ dtype, dims }: TensorInfo): HostArray {
  const count = elementCount(dims);
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
