// Tensors that are filled part by part come out as they went in, whatever their type and length.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bufferWriter, collectTensor, type HostArray } from '../../src/engine/tensor-writer.ts';

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('there is no adapter, not even in software');
  device = await adapter.requestDevice();
});
afterAll(() => device.destroy());

async function bytesOf(buffer: GPUBuffer): Promise<Uint8Array> {
  const out = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(buffer, 0, out, 0, buffer.size);
  device.queue.submit([commands.finish()]);
  await out.mapAsync(GPUMapMode.READ);
  const bytes = new Uint8Array(out.getMappedRange()).slice();
  out.destroy();
  return bytes;
}

const plain = (data: HostArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

test.each([
  ['float32', Float32Array.from({ length: 7 }, (_, i) => i / 3), 4],
  ['float16', Uint16Array.from({ length: 9 }, (_, i) => 1000 * i), 4],
  ['uint8', Uint8Array.from({ length: 23 }, (_, i) => 11 * i), 8],
  ['int32', Int32Array.from([1, -2, 3]), 1],
] as const)('%s', async (dtype, values, cut) => {
  const kind = { dtype, dims: [values.length] };
  const writer = bufferWriter(device, kind, (buffer) => buffer);
  const collector = collectTensor(kind, (_, data) => data);
  for (const each of [writer, collector]) {
    each.write(values.subarray(0, cut), 0);
    each.write(values.subarray(cut), cut);
  }
  const buffer = writer.finish();
  expect((await bytesOf(buffer)).subarray(0, values.byteLength)).toEqual(plain(values));
  buffer.destroy();
  expect(collector.finish()).toEqual(values);
  bufferWriter(device, kind, () => null).abandon();
});
