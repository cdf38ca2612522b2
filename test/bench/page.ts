// The benchmark's page: hands every call to a Worker, because that is where the engine runs.
import { wrap } from 'comlink';
import type { BenchPage } from './bench-api.ts';

const worker = new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' });
const api = wrap<BenchPage>(worker);
const failed = new Promise<never>((_, reject) => {
  worker.addEventListener('error', (event) => reject(new Error(event.message || 'the worker did not load')));
});
failed.catch(() => {}); // nobody may be waiting

const bench: BenchPage = {
  productRates: (subject) => Promise.race([api.productRates(subject), failed]),
  blockReuse: (subject) => Promise.race([api.blockReuse(subject), failed]),
  stepTransfers: (layers) => Promise.race([api.stepTransfers(layers), failed]),
  filmMemory: () => Promise.race([api.filmMemory(), failed]),
  weightRates: () => Promise.race([api.weightRates(), failed]),
  fullWidthBlock: (config, weights) => Promise.race([api.fullWidthBlock(config, weights), failed]),
};
Object.assign(globalThis, { bench });
