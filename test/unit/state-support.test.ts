import { describe, expect, test, vi } from 'vitest';
import { readSupport, typicalSeconds } from '../../src/state/support.ts';

/** A browser's global scope with this `navigator.gpu`. */
const scope = (gpu: unknown, more: object = {}): typeof globalThis =>
  ({
    navigator: gpu === undefined ? {} : { gpu },
    Worker: class {},
    WebAssembly: {},
    VideoEncoder: class {},
    crossOriginIsolated: true,
    ...more,
  }) as unknown as typeof globalThis;

const adapter = (info: object): object => ({
  requestAdapter: async () => ({
    info: { vendor: '', architecture: '', device: '', description: '', ...info },
  }),
});

describe('which graphics processor there is', () => {
  test.each([
    ['none where there is no WebGPU', undefined, 'none'],
    ['none where WebGPU is switched off', null, 'none'],
    ['none where WebGPU has no adapter', { requestAdapter: async () => null }, 'none'],
    [
      'none where asking fails',
      { requestAdapter: () => Promise.reject(new Error('the GPU process is blocked')) },
      'none',
    ],
    [
      'none where asking throws',
      {
        requestAdapter: () => {
          throw new Error('blocked');
        },
      },
      'none',
    ],
    ['software by its name', adapter({ vendor: 'google', architecture: 'swiftshader' }), 'software'],
    ['software by its description', adapter({ description: 'llvmpipe (LLVM 17)' }), 'software'],
    ['software by its own word', adapter({ vendor: 'x', isFallbackAdapter: true }), 'software'],
    ['hardware', adapter({ vendor: 'nvidia', architecture: 'hopper' }), 'hardware'],
    ['hardware that keeps its name to itself', adapter({}), 'hardware'],
  ])('%s', async (_, gpu, expected) => {
    expect(await readSupport(scope(gpu)).findGpu()).toBe(expected);
  });

  test('is not asked for by reading what the browser has', () => {
    const requestAdapter = vi.fn();
    expect(readSupport(scope({ requestAdapter })).webgpu).toBe(true);
    expect(requestAdapter).not.toHaveBeenCalled();
  });
});

test('what is missing altogether is listed', () => {
  expect(readSupport(scope(null))).toMatchObject({ webgpu: false, missing: [], threads: true });
  const bare = {} as typeof globalThis;
  expect(readSupport(bare)).toMatchObject({
    webgpu: false,
    missing: ['worker', 'wasm', 'webcodecs'],
    threads: false,
  });
});

test('without threads a clip is said to take twice as long', () => {
  const one = readSupport(scope(null, { crossOriginIsolated: false }));
  expect(typicalSeconds(one)).toBe(2 * typicalSeconds(readSupport(scope(null))));
});
