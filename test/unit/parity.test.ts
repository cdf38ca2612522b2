// Every network against its reference, on the runtime's WebAssembly build. Browsers run the same cases.
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { parityCases } from '../parity/cases.ts';
import { ortRunner } from '../parity/ort-runner.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

describe('the networks give the numbers of their references', () => {
  for (const parityCase of parityCases()) {
    const { network, name } = parityCase;
    const runner = ortRunner(ort, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    afterAll(() => runner.release());
    test(`${network}: ${name}`, async () => {
      const { error, loss } = await parityCase.run(runner);
      const note = loss === undefined ? '' : `, quantisation costs ${(100 * loss).toFixed(2)} %`;
      console.log(`${network}: ${name}: error ${error.toExponential(1)}${note}`);
      expect(error).toBeLessThanOrEqual(parityCase.tolerance('wasm'));
    });
  }
});
