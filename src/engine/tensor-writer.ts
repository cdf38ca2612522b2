import { assert } from '../core/errors.ts';
import type { TensorInfo } from '../graph/tensor.ts';

/** Numbers as they enter or leave a device. f16 values are their 16 bits. */
export type HostArray = Float32Array | Uint16Array | Int32Array | Uint8Array;

/** A tensor on a device that is filled part by part. Ends with {@link TensorWriter.finish} or {@link TensorWriter.abandon}. */
export interface TensorWriter<Tensor> {
  /** Copies numbers in, from element `at` of the tensor on. On a GPU `at` is at a whole word, and so is the end but for the last part. */
  write(data: HostArray, at: number): void;
  /** The tensor, all of it written; the caller frees it. */
  finish(): Tensor;
  /** Gives the memory back. */
  abandon(): void;
}

/** What a tensor is here: its element type and shape. */
type Kind = Pick<TensorInfo, 'dtype' | 'dims'>;

/** An array for `count` numbers of a type. f16 values are their 16 bits. */
export function hostArray(dtype: TensorInfo['dtype'], count: number): HostArray {
  switch (dtype) {
    case 'float32':
      return new Float32Array(count);
    case 'float16':
      return new Uint16Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'uint8':
      return new Uint8Array(count);
    case 'int64':
      assert(false, 'int64 tensors are constants of a graph');
  }
}

const countOf = ({ dims }: Kind): number => dims.reduce((product, dim) => product * dim, 1);

/** Puts a tensor together in memory: for devices whose memory this is anyway. */
export function collectTensor<Tensor>(
  kind: Kind,
  upload: (kind: Kind, data: HostArray) => Tensor,
): TensorWriter<Tensor> {
  const whole = hostArray(kind.dtype, countOf(kind));
  return { write: (data, at) => whole.set(data, at), finish: () => upload(kind, whole), abandon() {} };
}

/**
 * Fills a buffer of a GPU part by part.
 * @param wrap makes the tensor of the full buffer, which it then owns.
 */
export function bufferWriter<Tensor>(
  device: GPUDevice,
  kind: Kind,
  wrap: (buffer: GPUBuffer) => Tensor,
): TensorWriter<Tensor> {
  const width = hostArray(kind.dtype, 0).BYTES_PER_ELEMENT;
  const buffer = device.createBuffer({
    size: Math.max(16, Math.ceil((countOf(kind) * width) / 16) * 16),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  return {
    write(data, at) {
      const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      const words = bytes.byteLength - (bytes.byteLength % 4); // writeBuffer takes nothing smaller
      device.queue.writeBuffer(buffer, at * width, bytes, 0, words);
      if (words === bytes.byteLength) return;
      const rest = new Uint8Array(4);
      rest.set(bytes.subarray(words));
      device.queue.writeBuffer(buffer, at * width + words, rest);
    },
    finish: () => wrap(buffer),
    abandon: () => buffer.destroy(),
  };
}
