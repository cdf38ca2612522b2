// A report as lines of text, for a terminal.
import { attentionFlops, productFlops } from '../src/core/device-rates.ts';
import { blockOperations } from '../src/core/model-cost.ts';
import type { GpuReport } from '../src/protocol/gpu-report.ts';
import { BENCH_EN } from '../src/ui/texts/bench-en.ts';
import { flopsInWords } from '../src/ui/texts/bench-texts.ts';
import { durationInWords } from '../src/ui/texts/durations.ts';

const words = BENCH_EN.report;

/** What the page shows, without limits and features: those are in the file. */
export function summary(report: GpuReport): readonly string[] {
  const { adapter, passed, activations, rates, reduced, estimates, selfTests } = report;
  const time = (seconds: number): string => durationInWords(seconds, 'en');
  return [
    adapter.name,
    ...(adapter.software ? [words.software] : []),
    passed ? words.passed(activations === 'float16') : words.failed,
    ...selfTests.map(
      ({ activations, weights, error, tolerance, passed }) =>
        `  ${passed ? 'passed' : 'FAILED'}  ${words.selfTestRow(
          activations,
          weights,
          error === null ? null : percent(error),
          percent(tolerance),
        )}`,
    ),
    ...rates.products.map((rate) =>
      row(words.product(rate.bits), words.rows(rate.rows, rate.inner, rate.columns), productFlops(rate)),
    ),
    ...rates.attention.map((rate) =>
      row(words.attention, words.tokens(rate.tokens, rate.width), attentionFlops(rate)),
    ),
    ...rates.blocks.map((rate) => {
      const { linear, attention } = blockOperations(rate, rate.tokens, rate.textTokens);
      const flops = (linear + attention) / rate.seconds;
      return row(words.block(rate.weights), words.tokens(rate.tokens, rate.dim), flops);
    }),
    ...(passed && reduced ? [words.reduced] : []),
    ...estimates.map(
      ({ model, stepSeconds, clipSeconds, basis }) =>
        `  ${model.padEnd(18)} one step ${time(stepSeconds)}; denoising a clip ${words.basis[basis]} ${time(clipSeconds)}`,
    ),
  ];
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;

const row = (what: string, size: string, flops: number): string =>
  `  ${what.padEnd(18)} ${size.padEnd(22)} ${flopsInWords(flops)}`;
