// What is measured inside the browser, on the engine's own runtime.
import { expose } from 'comlink';
import type { BenchPage } from './bench-api.ts';
import { measureBlockReuse } from './block-reuse.ts';
import { measureFilmMemory } from './film-memory.ts';
import { measureFullWidthBlock } from './full-width-block.ts';
import { measureProductRates } from './product-rates.ts';
import { countStepTransfers } from './step-transfers.ts';
import { measureWeightRates } from './weight-rates.ts';

const api: BenchPage = {
  productRates: measureProductRates,
  blockReuse: measureBlockReuse,
  stepTransfers: countStepTransfers,
  filmMemory: () => measureFilmMemory(),
  weightRates: measureWeightRates,
  fullWidthBlock: measureFullWidthBlock,
};
expose(api);
