// Every network against its reference, on the runtime's WebAssembly build. Browsers run the same cases.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { parityCases, parityTitle } from '../parity/cases.ts';
import { ortRunner } from '../parity/ort-runner.ts';
import { isWithin, measure, type ParityRow, parityReport } from '../parity/parity-report.ts';
import { ROOT } from './source-files.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

describe('the networks give the numbers of their references', () => {
  for (const parityCase of parityCases()) {
    const runner = ortRunner(ort, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    afterAll(() => runner.release());
    test(parityTitle(parityCase), async () => {
      const { error } = await parityCase.run(runner);
      expect(error).toBeLessThanOrEqual(parityCase.tolerance('wasm'));
    });
  }

  test('and no two cases have the same title', () => {
    const titles = parityCases().map(parityTitle);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('a golden file names the command that made it', () => {
  const folder = join(ROOT, 'test/fixtures/golden');
  const names = readdirSync(folder);

  test.each(names.filter((name) => name.endsWith('.json')))('%s', (name) => {
    const { command } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { command?: unknown };
    expect(command).toMatch(/^python3? \S+\.py$/);
    expect(existsSync(join(ROOT, String(command).split(' ')[1]!)), 'its script is in the repository').toBe(
      true,
    );
  });

  test('one that is not JSON has a JSON file of the same name beside it', () => {
    const others = names.filter((name) => !name.endsWith('.json'));
    expect(others.filter((name) => !names.includes(name.replace(/\.\w+$/, '.json')))).toEqual([]);
  });
});

describe('the table of npm run parity', () => {
  const row = (device: string, outcome: ParityRow['outcome'], precision = 'f32'): ParityRow => ({
    ...{ network: 'wan', name: 'text to video', device, precision, tolerance: 1e-4, outcome },
  });
  const good = row('WebGPU, x', { status: 'measured', error: 2e-5, loss: 0.0123 });
  const bad = row('CPU', { status: 'measured', error: 2e-4, loss: null });
  const broken = row('CPU', { status: 'failed', reason: 'no data for\nx' });
  const half = row('WebGPU, x', { status: 'skipped', reason: 'no shader-f16' }, 'f16');

  test('has a row for each case and device, and one line for all that cannot run here', () => {
    expect(parityReport([good, bad, broken, half, { ...half, precision: 'f16, q4 weights' }])).toBe(
      `
| network | case          | device    | precision | error                     | tolerance | loss from quantisation |
|---------|---------------|-----------|-----------|---------------------------|-----------|------------------------|
| wan     | text to video | WebGPU, x | f32       | 2.0e-5                    | 1e-4      | 1.23 %                 |
| wan     | text to video | CPU       | f32       | 2.0e-4 **too large**      | 1e-4      |                        |
| wan     | text to video | CPU       | f32       | **failed**: no data for x | 1e-4      |                        |

Skipped: 2 on WebGPU, x (no shader-f16): f16; f16, q4 weights

1 passed, 2 failed, 2 skipped`.slice(1),
    );
  });

  test('has the devices of a case below each other', () => {
    const q8 = { ...good, precision: 'f32, q8 weights' };
    const report = parityReport([good, q8, { ...good, device: 'CPU' }, { ...q8, device: 'CPU' }]);
    const columns = report.split('\n').map((line) => line.split(/ *\| */).slice(3, 5));
    expect(columns.slice(2, 6)).toEqual([
      ['WebGPU, x', 'f32'],
      ['CPU', 'f32'],
      ['WebGPU, x', 'f32, q8 weights'],
      ['CPU', 'f32, q8 weights'],
    ]);
  });

  test('fails on an error above its tolerance and on none at all, not on a skipped case', () => {
    expect([good, bad, broken, half].map(isWithin)).toEqual([true, false, false, true]);
  });

  test('takes NaN and what is thrown for failures', async () => {
    const [parityCase] = parityCases();
    const nan = { ...parityCase!, run: async () => ({ error: Number.NaN }) };
    const thrown = { ...parityCase!, run: () => Promise.reject(new Error('out of memory')) };
    const never = () => Promise.reject(new Error('not asked'));
    expect(await measure(nan, never)).toMatchObject({ status: 'failed' });
    expect(await measure(thrown, never)).toEqual({ status: 'failed', reason: 'out of memory' });
  });
});
