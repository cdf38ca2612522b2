// Every network against its reference, on the engine's own runtime, on each device that this browser has.
// `npm run parity` reads the figures from each test's `meta`.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDevice, requestAdapter } from '../../src/engine/device.ts';
import { availableThreads, openRuntime, type Runtime } from '../../src/engine/runtime.ts';
import { selfTest } from '../../src/engine/self-test.ts';
import { parityCases, parityTitle } from '../parity/cases.ts';
import { oneBlockCases } from '../parity/full-width-cases.ts';
import type { ParityCase, RunPart } from '../parity/parity-case.ts';
import { measure, type ParityOutcome, type ParityRow, parityRow } from '../parity/parity-report.ts';
import { pipelineCases } from '../parity/pipeline-cases.ts';
import { runtimeRunner } from '../parity/runtime-runner.ts';

declare module 'vitest' {
  interface TaskMeta {
    parity?: ParityRow;
  }
}

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

  /** @param tool what such cases run on, out of the open runtime. */
  const compare = <On>(parity: ParityCase<On>, tool: (open: Runtime) => On): void =>
    test(`${parityTitle(parity)} agrees with its reference`, async (context) => {
      const label = device === 'wasm' ? 'WebAssembly, browser' : `WebGPU, ${runtime?.adapter ?? 'browser'}`;
      const note = (outcome: ParityOutcome): void => {
        context.task.meta.parity = parityRow(parity, device, label, outcome);
      };
      const skip = (reason: string): never => {
        note({ status: 'skipped', reason });
        return context.skip(reason);
      };
      if (!runtime) return skip('no WebGPU adapter');
      // WebAssembly computes f16 by way of f32; a GPU needs f16 shaders even to convert f16 weights.
      if (parity.half && device === 'webgpu' && !runtime.shaderF16) return skip('no shader-f16');
      const outcome = await measure(parity, tool(runtime));
      note(outcome);
      expect(outcome).toMatchObject({ status: 'measured' });
      if (outcome.status === 'measured') expect(outcome.error).toBeLessThanOrEqual(parity.tolerance(device));
    });

  for (const parity of parityCases()) compare(parity, () => run);
  for (const parity of [...pipelineCases(), ...oneBlockCases()]) compare(parity, (open) => open);

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
