// Measures this device for a report: does it count right, and how fast is it at what the models are made of.
import { defaultClip, estimateClip } from '../core/clip-estimate.ts';
import type { AttentionRate, BlockRate, DeviceRates, ProductRate } from '../core/device-rates.ts';
import { AppError } from '../core/errors.ts';
import {
  type AdapterFacts,
  type EstimateRow,
  type GpuReport,
  REPORT_VERSION,
  type SelfTestRow,
} from '../protocol/gpu-report.ts';
import type { ReportApi, ReportEvent, ReportedModel, ReportRequest } from '../protocol/report-api.ts';
import { type ChosenRuntime, chooseRuntime } from './choose-runtime.ts';
import { adapterName, isSoftware, requestAdapter } from './device.ts';
import { precisionFor } from './precision.ts';
import { type Ladder, laddersFor } from './rate-ladder.ts';
import { availableThreads, openRuntime, type Runtime } from './runtime.ts';
import { selfTest } from './self-test.ts';
import { timePart } from './timed-part.ts';

/** No run is begun that would take longer, as far as can be told: a browser takes a device away that does not answer. */
const LONGEST_RUN_SECONDS = { hardware: 1, software: 0.5 } as const;

/** After so many seconds nothing further is begun; the report says what there is. */
const PATIENCE_SECONDS = 45;

/** Measures, one report at a time. */
export class GpuReporter implements ReportApi {
  #running: AbortController | null = null;

  async measure(request: ReportRequest, onEvent: (event: ReportEvent) => void): Promise<GpuReport> {
    if (this.#running) throw new AppError('worker/busy', 'This device is being measured already.');
    const controller = new AbortController();
    this.#running = controller;
    try {
      return await measureDevice(request, onEvent, controller.signal);
    } finally {
      this.#running = null;
    }
  }

  async stop(): Promise<void> {
    this.#running?.abort(new DOMException('The measurement was stopped.', 'AbortError'));
  }
}

async function measureDevice(
  { models, made, browser }: ReportRequest,
  onEvent: (event: ReportEvent) => void,
  signal: AbortSignal,
): Promise<GpuReport> {
  const adapter = await requestAdapter();
  if (!adapter) {
    throw new AppError(
      'unsupported/webgpu',
      'This browser offers no WebGPU here, so there is nothing to measure. Clips are made with WebAssembly, which needs no report.',
    );
  }
  const facts = adapterFacts(adapter);
  onEvent({ part: 'self-test', done: 0, total: 1, flops: null });
  const { selfTests, chosen } = await testDevice(signal);
  const measured = { rates: { products: [], attention: [], blocks: [] } as DeviceRates };
  const activations = chosen?.runtime.shaderF16 ? 'float16' : 'float32';
  try {
    if (chosen) measured.rates = await measureRates(chosen.runtime, facts, models, onEvent, signal);
  } finally {
    await chosen?.runtime.close().catch(() => {}); // a lost device has nothing left to close
  }
  const { rates } = measured;
  return {
    kindling: 'gpu-report',
    version: REPORT_VERSION,
    made,
    browser,
    adapter: facts,
    selfTests,
    passed: chosen !== null,
    activations,
    rates,
    reduced: models.some(({ transformer, numbers }) => !hasBlock(rates, transformer.dim, numbers.weights)),
    estimates: models.flatMap((model) => estimateRow(model, rates)),
  };
}

const hasBlock = ({ blocks }: DeviceRates, dim: number, weights: 'q8' | 'q4'): boolean =>
  blocks.some((block) => block.dim === dim && block.weights === weights);

function estimateRow(model: ReportedModel, rates: DeviceRates): EstimateRow[] {
  const estimate = estimateClip(model, defaultClip(model.limits), rates);
  if (!estimate) return [];
  const { stepSeconds, seconds: clipSeconds, basis } = estimate;
  return [{ model: model.id, stepSeconds, clipSeconds, basis }];
}

function adapterFacts(adapter: GPUAdapter): AdapterFacts {
  const limits: Record<string, number> = {};
  // The names are properties of the prototype, not of the object.
  for (const name in adapter.limits) {
    const limit: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') limits[name] = limit;
  }
  return {
    name: adapterName(adapter),
    software: isSoftware(adapter),
    features: [...adapter.features].sort(),
    limits,
  };
}

/** Chooses what the engine would choose, and keeps the results of the tests that decided it. */
async function testDevice(
  signal: AbortSignal,
): Promise<{ readonly selfTests: readonly SelfTestRow[]; readonly chosen: ChosenRuntime | null }> {
  const selfTests: SelfTestRow[] = [];
  const recorded: typeof selfTest = async (gpu, reference, precision) => {
    signal.throwIfAborted();
    const result = await selfTest(gpu, reference, precision);
    const { error, tolerance, passed } = result;
    const { activations, weights } = precision;
    if (weights === 'q8' || weights === 'q4')
      selfTests.push({
        activations,
        weights,
        error: Number.isFinite(error) ? error : null,
        tolerance,
        passed,
      });
    return result;
  };
  const precision = (weights: 'q8' | 'q4') => (shaderF16: boolean) =>
    precisionFor({ numbers: { weights, halves: true } }, shaderF16);
  let chosen: ChosenRuntime;
  try {
    chosen = await chooseRuntime('webgpu', precision('q8'), { isSoftware, selfTest: recorded });
  } catch (error) {
    signal.throwIfAborted(); // the engine takes a cancelled test for a failed one
    if (error instanceof AppError && error.code === 'gpu/self-test') return { selfTests, chosen: null };
    throw error;
  }
  try {
    signal.throwIfAborted();
    const reference = await openRuntime({ gpu: null, threads: availableThreads() });
    const { passed } = await recorded(chosen.runtime, reference, precision('q4')(chosen.runtime.shaderF16));
    if (passed) return { selfTests, chosen };
  } catch (error) {
    await chosen.runtime.close();
    throw error;
  }
  await chosen.runtime.close();
  return { selfTests, chosen: null };
}

async function measureRates(
  runtime: Runtime,
  { software, limits }: AdapterFacts,
  models: readonly ReportedModel[],
  onEvent: (event: ReportEvent) => void,
  signal: AbortSignal,
): Promise<DeviceRates> {
  const ladders = laddersFor(models, (numbers) => precisionFor({ numbers }, runtime.shaderF16));
  const products: ProductRate[] = [];
  const attention: AttentionRate[] = [];
  const blocks: BlockRate[] = [];
  const until = performance.now() + 1000 * PATIENCE_SECONDS;
  const longest = LONGEST_RUN_SECONDS[software ? 'software' : 'hardware'];
  const room = limits.maxStorageBufferBindingSize ?? 0;
  /** The best that was reached in each part: what a larger size may hope for. */
  const best: Partial<Record<Ladder['part'], number>> = {};

  /** The largest rung that is reached, or null if even the first would take too long. */
  const climb = async <R extends Ladder['rungs'][number]>(
    part: Ladder['part'],
    rungs: readonly R[],
  ): Promise<{ readonly rung: R; readonly seconds: number } | null> => {
    let reached: { readonly rung: R; readonly seconds: number } | null = null;
    for (const rung of rungs) {
      const expected = best[part] ?? best.products ?? Number.POSITIVE_INFINITY;
      if (rung.flops / expected > longest || rung.bytes > room || performance.now() > until) break;
      const seconds = await timeRung(runtime, rung, signal);
      if (seconds === null) break;
      best[part] = Math.max(best[part] ?? 0, rung.flops / seconds);
      reached = { rung, seconds };
    }
    return reached;
  };

  for (const [done, ladder] of ladders.entries()) {
    const { part } = ladder;
    onEvent({ part, done: done + 1, total: ladders.length + 1, flops: best[part] ?? null });
    if (part === 'products') {
      const top = await climb(part, ladder.rungs);
      if (top) products.push({ ...top.rung.is, seconds: top.seconds });
    } else if (part === 'attention') {
      const top = await climb(part, ladder.rungs);
      if (top) attention.push({ ...top.rung.is, seconds: top.seconds });
    } else {
      const top = await climb(part, ladder.rungs);
      if (top) blocks.push({ ...top.rung.is, seconds: top.seconds });
    }
    // What large sizes leave in the runtime's cache would not leave room for the next; a software adapter's are small.
    if (!software) await runtime.trim();
  }
  return { products, attention, blocks };
}

/** Null if this size is too much for the device, which then goes on with what it can. */
async function timeRung(
  runtime: Runtime,
  rung: Ladder['rungs'][number],
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return await timePart(runtime, rung.build(), rung.precision, { signal });
  } catch (error) {
    if (!(error instanceof AppError && (error.code === 'gpu/out-of-memory' || error.code === 'gpu/failed')))
      throw error;
    runtime.forgetErrors();
    return null;
  }
}
