import { expect, test } from 'vitest';

// What the other browser tests build on; if one of these fails, theirs will too.

test('the page is isolated, so WebAssembly has threads', () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer).toBeInstanceOf(
    SharedArrayBuffer,
  );
});

test('WebGPU has an adapter', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  expect(adapter).not.toBeNull();
});

test('WebCodecs encodes H.264', async () => {
  const config = { codec: 'avc1.42001f', width: 640, height: 352, bitrate: 2_000_000, framerate: 30 };
  expect((await VideoEncoder.isConfigSupported(config)).supported).toBe(true);
});

test('the origin private file system is there', async () => {
  expect(await navigator.storage.getDirectory()).toBeInstanceOf(FileSystemDirectoryHandle);
});
