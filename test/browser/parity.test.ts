// Every network against its reference, on the engine's own runtime, on each device that this browser has.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDevice, requestAdapter } from '../../src/engine/device.ts';
import { availableThreads, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import { selfTest } from '../../src/engine/self-test.ts';
import { parityCases } from '../parity/cases.ts';
import type { RunPart } from '../parity/parity-case.ts';
import { runtimeRunner } from '../parity/runtime-runner.ts';

const DEVICES = ['wasm', 'webgpu'] as const;

describe.each(DEVICES)('on %s', (device) => {
  let runtime: Runtime | null = null;
  let run: RunPart;

  beforeAll(async () => {
    if (device === 'wasm') {
      runtime = await openRuntime({ gpu: null, threads: availableThreads() });
    } else {
      const adapter = await requestAdapter();
      if (!adapter) return;
      const gpu = await openDevice(adapter, { shaderF16: true, subgroups: true });
      // Strict: an operator without a GPU kernel fails the test instead of quietly running on the CPU.
      runtime = await openRuntime({ gpu, threads: availableThreads(), strictPlacement: true });
    }
    run = runtimeRunner(runtime);
  });

  afterAll(() => runtime?.close());

  for (const parity of parityCases()) {
    const { activations, weights, accuracyLevel } = parity.precision;
    const precision = `${activations} ${weights}${accuracyLevel ? ` level ${accuracyLevel}` : ''}`;
    test(`${parity.network} ${parity.name} (${precision}) agrees with its reference`, async (context) => {
      if (!runtime) return context.skip('no WebGPU adapter');
      // f16 weights are converted by a kernel that itself needs f16 shaders.
      const needsF16 = parity.half || (weights === 'float16' && device === 'webgpu');
      if (needsF16 && !runtime.shaderF16) return context.skip('no f16 on this device');
      const { error, loss } = await parity.run(run);
      const tolerance = parity.tolerance(device);
      const lossText = loss === undefined ? '' : ` loss ${loss.toExponential(1)}`;
      console.log(
        `PARITY\t${parity.network}\t${parity.name}\t${device}\t${precision}\t${error.toExponential(2)}\t${tolerance}${lossText}`,
      );
      expect(error).toBeLessThanOrEqual(tolerance);
    });
  }

  test('the self-test passes against WebAssembly', async (context) => {
    if (!runtime) return context.skip('no WebGPU adapter');
    const reference = await openRuntime({ gpu: null, threads: 1 });
    const result = await selfTest(runtime, reference, {
      activations: 'float32',
      weights: 'q8',
      accuracyLevel: 1,
    });
    expect(result.passed, `relative error ${result.error}`).toBe(true);
    await reference.close();
  });
});
