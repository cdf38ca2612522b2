// Which device a clip is made on when a GPU cannot be trusted. The adapter is real; only the verdicts on it are given.

import { expect, test } from 'vitest';
import { chooseRuntime } from '../../src/engine/choose-runtime.ts';
import type { selfTest } from '../../src/engine/self-test.ts';
import type { Precision } from '../../src/networks/part.ts';

const PRECISION = (shaderF16: boolean): Precision => ({
  activations: shaderF16 ? 'float16' : 'float32',
  weights: 'q8',
  accuracyLevel: 1,
});
const hardware = (): boolean => false;
const wrong: typeof selfTest = async () => ({ passed: false, error: 0.37, tolerance: 1e-3 });

test('a GPU whose numbers are wrong gives way to WebAssembly, with a warning that says so', async () => {
  const { runtime, warning } = await chooseRuntime('auto', PRECISION, {
    isSoftware: hardware,
    selfTest: wrong,
  });
  expect(runtime.kind).toBe('wasm');
  expect(warning).toMatchObject({ code: 'gpu-fallback' });
  expect(warning?.message).toMatch(/self-test.*37\.0 %.*WebAssembly/s);
  await runtime.close();
});

test('a GPU whose numbers are wrong is refused to those who insist on it', async () => {
  await expect(
    chooseRuntime('webgpu', PRECISION, { isSoftware: hardware, selfTest: wrong }),
  ).rejects.toMatchObject({
    code: 'gpu/self-test',
  });
});

test('a self-test that breaks counts as failed', async () => {
  const broken: typeof selfTest = () => Promise.reject(new TypeError('no such kernel'));
  const { runtime, warning } = await chooseRuntime('auto', PRECISION, {
    isSoftware: hardware,
    selfTest: broken,
  });
  expect(runtime.kind).toBe('wasm');
  expect(warning?.message).toContain('no such kernel');
  await runtime.close();
});

test('a software adapter that was insisted on passes the real self-test, with a warning that it is slow', async () => {
  const { runtime, warning } = await chooseRuntime('webgpu', PRECISION);
  expect(runtime.kind).toBe('webgpu');
  expect(warning).toMatchObject({ code: 'slow-adapter' });
  await runtime.close();
});

test('a GPU that is wrong in half precision only is used in single precision', async () => {
  const tested: string[] = [];
  const halfWrong: typeof selfTest = async (gpu, _, { activations }) => {
    tested.push(activations);
    return { passed: !gpu.shaderF16 && tested.length > 2, error: 0.2, tolerance: 1e-3 };
  };
  const { runtime, precision } = await chooseRuntime('webgpu', PRECISION, {
    isSoftware: hardware,
    selfTest: halfWrong,
  });
  expect([runtime.kind, precision.activations]).toEqual(['webgpu', 'float32']);
  expect(tested.at(-1)).toBe('float32');
  await runtime.close();
});

test('nothing is warned of where nothing was hoped for', async () => {
  const { runtime, reason, warning } = await chooseRuntime('wasm', PRECISION);
  expect([runtime.kind, reason, warning]).toEqual(['wasm', null, null]);
  await runtime.close();
});
