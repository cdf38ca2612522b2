import '@preact/signals'; // lets components follow the signals that they read
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { AppError } from '../core/errors.ts';
import type { BenchActivity, GpuBench } from '../state/gpu-bench.ts';
import { LANGUAGE_TAGS, LANGUAGES, type Language } from '../state/language.ts';
import { BenchReport } from './bench-report.tsx';
import { Mark } from './icons.tsx';
import { BENCH_EN } from './texts/bench-en.ts';
import { type BenchTexts, flopsInWords } from './texts/bench-texts.ts';
import { BENCH_ZH } from './texts/bench-zh.ts';
import { ERRORS_EN } from './texts/errors-en.ts';
import { ERRORS_ZH } from './texts/errors-zh.ts';
import { fillDetail } from './texts/texts.ts';

const BENCH_TEXTS: Readonly<Record<Language, BenchTexts>> = { en: BENCH_EN, zh: BENCH_ZH };
const ERRORS = { en: ERRORS_EN, zh: ERRORS_ZH } as const;
const NAMES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** The page that measures a device: nothing runs before the button is pressed. */
export function BenchPage({ bench }: { readonly bench: GpuBench }): VNode {
  const language = bench.language.value;
  const texts = BENCH_TEXTS[language];
  const activity = bench.activity.value;
  const report = bench.report.value;
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
    document.title = `Kindling – ${texts.title}`;
  }, [language, texts]);
  return (
    <div class="bench" data-status={activity.status}>
      <header class="bench-head">
        <a class="bench-home" href="./index.html">
          <Mark />
          <span>{texts.back}</span>
        </a>
        <fieldset class="languages" aria-label={texts.language}>
          {LANGUAGES.map((choice) => (
            <button
              key={choice}
              type="button"
              lang={LANGUAGE_TAGS[choice]}
              aria-pressed={language === choice}
              onClick={() => bench.setLanguage(choice)}
            >
              {NAMES[choice]}
            </button>
          ))}
        </fieldset>
      </header>
      <main class="bench-main">
        <h1>{texts.title}</h1>
        <p>{texts.intro}</p>
        <p class="hint">{texts.before}</p>
        <Actions bench={bench} texts={texts} activity={activity} />
        {activity.status === 'running' && <Progress texts={texts} activity={activity} />}
        {activity.status === 'failed' && <Problem error={activity.error} language={language} texts={texts} />}
        <p role="status" class={activity.status === 'done' ? 'bench-kept' : 'spoken'}>
          {activity.status === 'done' ? texts.kept : texts.status[activity.status]}
        </p>
        {activity.status === 'stopped' && (
          <p class="hint" aria-hidden="true">
            {texts.status.stopped}
          </p>
        )}
        {report && activity.status !== 'running' && (
          <BenchReport report={report} texts={texts} language={language} nameOf={(id) => bench.nameOf(id)} />
        )}
      </main>
    </div>
  );
}

function Actions(props: {
  readonly bench: GpuBench;
  readonly texts: BenchTexts;
  readonly activity: BenchActivity;
}): VNode {
  const { bench, texts, activity } = props;
  const picker = useRef<HTMLInputElement>(null);
  if (activity.status === 'running') {
    return (
      <div class="card-actions">
        <button type="button" class="secondary" disabled={activity.stopping} onClick={() => bench.stop()}>
          {activity.stopping ? texts.stopping : texts.stop}
        </button>
      </div>
    );
  }
  const report = bench.report.value;
  return (
    <div class="card-actions">
      <button type="button" class="primary" onClick={() => void bench.start()}>
        {report ? texts.again : texts.start}
      </button>
      {report && (
        <button type="button" class="secondary" onClick={() => save(bench)}>
          {texts.save}
        </button>
      )}
      <button type="button" class="link" onClick={() => picker.current?.click()}>
        {texts.open}
      </button>
      <input
        ref={picker}
        type="file"
        accept="application/json,.json"
        hidden
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void bench.open(chosen);
        }}
      />
    </div>
  );
}

/** Hands the report over as a download. */
function save(bench: GpuBench): void {
  const file = bench.file();
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.text], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

function Progress(props: {
  readonly texts: BenchTexts;
  readonly activity: Extract<BenchActivity, { status: 'running' }>;
}): VNode {
  const { texts, activity } = props;
  const { event } = activity;
  const flops = event?.flops;
  return (
    <div class="bench-progress">
      <progress max={1} value={event ? event.done / event.total : 0} aria-label={texts.progress} />
      <p class="hint">
        {event && texts.parts[event.part]}
        {flops ? ` · ${flopsInWords(flops)}` : ''}
      </p>
    </div>
  );
}

function Problem(props: {
  readonly error: AppError;
  readonly language: Language;
  readonly texts: BenchTexts;
}): VNode {
  const { error, language, texts } = props;
  const { title, text } = ERRORS[language][error.code];
  return (
    <div class="card error" role="alert" data-code={error.code}>
      <h3>{title}</h3>
      {text === null ? (
        <p lang="en">{error.message}</p>
      ) : (
        <>
          <p>{fillDetail(text, error.detail)}</p>
          <details>
            <summary>{texts.details}</summary>
            <p lang="en">{error.message}</p>
          </details>
        </>
      )}
    </div>
  );
}
