// `npm run parity`: every network against its reference, as a table.
//   npm run parity                  the WebAssembly build, in Node
//   npm run parity -- --on cpu      onnxruntime-node on the CPU
//   npm run parity -- --on webgpu   onnxruntime-node on a graphics processor: f16 too, and no browser needed
//   npm run parity -- --only umt5   cases whose name contains these words
import { parseArgs } from 'node:util';
import { parityCases } from '../test/parity/cases.ts';
import { ortRunner } from '../test/parity/ort-runner.ts';

const { values } = parseArgs({
  options: { on: { type: 'string', default: 'wasm' }, only: { type: 'string', default: '' } },
});

const provider = values.on;
if (!['wasm', 'cpu', 'webgpu'].includes(provider)) {
  throw new TypeError(`--on ${provider}: expected wasm, cpu or webgpu`);
}
const ort =
  provider === 'wasm'
    ? await import('onnxruntime-web/wasm')
    : ((await import('onnxruntime-node')) as unknown as typeof import('onnxruntime-web/wasm'));
if (provider === 'wasm') ort.env.wasm.numThreads = 1;

const device = provider === 'cpu' ? 'node' : (provider as 'wasm' | 'webgpu');
const strict = { extra: { session: { disable_cpu_ep_fallback: '1' } } };
let failed = 0;
let passed = 0;

console.log('| network | case | error | allowed | cost of quantisation |');
console.log('|---|---|---|---|---|');
for (const parityCase of parityCases()) {
  const { network, name } = parityCase;
  if (!`${network} ${name}`.includes(values.only)) continue;
  const runner = ortRunner(ort, {
    executionProviders: [provider],
    logSeverityLevel: 3,
    ...(provider === 'webgpu' ? strict : {}),
  });
  const limit = parityCase.tolerance(device);
  try {
    const { error, loss } = await parityCase.run(runner);
    const verdict = error <= limit ? '' : ' **too large**';
    const cost = loss === undefined ? '' : `${(100 * loss).toFixed(2)} %`;
    console.log(`| ${network} | ${name} | ${error.toExponential(1)}${verdict} | ${limit} | ${cost} |`);
    if (error <= limit) passed++;
    else failed++;
  } catch (error) {
    failed++;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`| ${network} | ${name} | **${reason.slice(0, 200)}** | ${limit} | |`);
  }
  await runner.release();
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
