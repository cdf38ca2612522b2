import type { ComponentChildren, VNode } from 'preact';
import { attentionFlops, productFlops } from '../core/device-rates.ts';
import { blockOperations } from '../core/model-cost.ts';
import type { GpuReport } from '../state/gpu-bench.ts';
import { LANGUAGE_TAGS, type Language } from '../state/language.ts';
import { type BenchTexts, flopsInWords } from './texts/bench-texts.ts';
import { durationInWords } from './texts/durations.ts';

/** What is shown of a report. */
export interface BenchReportProps {
  readonly report: GpuReport;
  readonly texts: BenchTexts;
  readonly language: Language;
  /** A model's name for people. */
  readonly nameOf: (id: string) => string;
}

/** A report on the page: the verdict, what it means for clips, then all that was measured. */
export function BenchReport({ report, texts, language, nameOf }: BenchReportProps): VNode {
  const words = texts.report;
  const { adapter, passed, estimates } = report;
  return (
    <section class="card bench-report" aria-labelledby="bench-report">
      <h2 id="bench-report">{words.title(adapter.name)}</h2>
      <p class="hint">{words.made(dateIn(report.made, language))}</p>
      <p class={passed ? 'verdict' : 'verdict bad'}>
        {passed ? words.passed(report.activations === 'float16') : words.failed}
      </p>
      {adapter.software && <p class="verdict bad">{words.software}</p>}
      {passed && report.reduced && <p class="verdict bad">{words.reduced}</p>}
      {estimates.length > 0 ? (
        <>
          <Table caption={words.estimates} head={[words.model, words.step, words.clip]}>
            {estimates.map(({ model, stepSeconds, clipSeconds, basis }) => (
              <tr key={model}>
                <th scope="row">{nameOf(model)}</th>
                <td>{durationInWords(stepSeconds, language)}</td>
                <td>
                  {words.basis[basis]} {durationInWords(clipSeconds, language)}
                </td>
              </tr>
            ))}
          </Table>
          <p class="hint">{words.note}</p>
        </>
      ) : (
        <p class="hint">{words.noEstimates}</p>
      )}
      <Rates report={report} texts={texts} />
      <Details report={report} texts={texts} />
    </section>
  );
}

function Rates({ report, texts }: { readonly report: GpuReport; readonly texts: BenchTexts }): VNode | null {
  const words = texts.report;
  const { products, attention, blocks } = report.rates;
  if (products.length + attention.length + blocks.length === 0) return null;
  const row = (key: string, what: string, size: string, flops: number): VNode => (
    <tr key={key}>
      <th scope="row">{what}</th>
      <td>{size}</td>
      <td>{flopsInWords(flops)}</td>
    </tr>
  );
  return (
    <Table caption={words.rates} head={[words.what, words.size, words.speed]}>
      {products.map((rate) => {
        const { bits, rows, inner, columns } = rate;
        const size = words.rows(rows, inner, columns);
        return row(`${bits} ${size}`, words.product(bits), size, productFlops(rate));
      })}
      {attention.map((rate) => {
        const size = words.tokens(rate.tokens, rate.width);
        return row(`attention ${size}`, words.attention, size, attentionFlops(rate));
      })}
      {blocks.map((rate) => {
        const size = words.tokens(rate.tokens, rate.dim);
        const work = blockOperations(rate, rate.tokens, rate.textTokens);
        const flops = (work.linear + work.attention) / rate.seconds;
        return row(`${rate.weights} ${size}`, words.block(rate.weights), size, flops);
      })}
    </Table>
  );
}

function Details({ report, texts }: { readonly report: GpuReport; readonly texts: BenchTexts }): VNode {
  const words = texts.report;
  const { adapter, selfTests, browser } = report;
  const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
  return (
    <details>
      <summary>{texts.details}</summary>
      <h3>{words.selfTest}</h3>
      <ul>
        {selfTests.map(({ activations, weights, error, tolerance, passed }, i) => (
          <li key={i}>
            {passed ? '✓' : '✗'}{' '}
            {words.selfTestRow(
              activations,
              weights,
              error === null ? null : percent(error),
              percent(tolerance),
            )}
          </li>
        ))}
      </ul>
      <h3>{words.features}</h3>
      <p class="bench-names">{adapter.features.join(', ') || '–'}</p>
      <h3>{words.adapter}</h3>
      <dl class="bench-limits">
        {Object.entries(adapter.limits).map(([name, limit]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{limit}</dd>
          </div>
        ))}
      </dl>
      <h3>{words.browser}</h3>
      <p class="bench-names">{browser}</p>
    </details>
  );
}

function Table(props: {
  readonly caption: string;
  readonly head: readonly string[];
  readonly children: ComponentChildren;
}): VNode {
  return (
    <table class="bench-table">
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          {props.head.map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}

/** Day and time in the reader's way; what is no date is shown as it is. */
function dateIn(made: string, language: Language): string {
  const date = new Date(made);
  return Number.isNaN(date.getTime())
    ? made
    : date.toLocaleString(LANGUAGE_TAGS[language], { dateStyle: 'medium', timeStyle: 'short' });
}
