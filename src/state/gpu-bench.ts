import { type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { Reporter } from '../client/report-client.ts';
import { AppError, isAbort } from '../core/errors.ts';
import { type GpuReport, parseGpuReport } from '../protocol/gpu-report.ts';
import type { ReportEvent, ReportedModel } from '../protocol/report-api.ts';
import { keepReport, keptReport } from './kept-report.ts';
import { firstLanguage, keepLanguage, type Language, type TextStore } from './language.ts';

export type { GpuReport } from '../protocol/gpu-report.ts';
export type { ReportPart } from '../protocol/report-api.ts';

/** What goes on. */
export type BenchActivity =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly event: ReportEvent | null; readonly stopping: boolean }
  | { readonly status: 'done' }
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly error: AppError };

/** What the page needs from outside. */
export interface GpuBenchParts {
  readonly reporter: Reporter;
  /** Models that the report estimates, with their names. */
  readonly models: readonly (ReportedModel & { readonly name: string })[];
  /** The browser's description of itself. */
  readonly browser: string;
  readonly languages: readonly string[];
  readonly store: TextStore | null;
  readonly now: () => Date;
}

const MAX_FILE_BYTES = 1_000_000; // a report has a few thousand

/** The state of the page that measures a device, and everything that can be done on it. Knows no UI library. */
export class GpuBench {
  readonly activity: ReadonlySignal<BenchActivity>;
  /** The last report: measured, opened, or kept from an earlier visit. */
  readonly report: ReadonlySignal<GpuReport | null>;
  readonly language: ReadonlySignal<Language>;
  readonly #parts: GpuBenchParts;
  readonly #activity = signal<BenchActivity>({ status: 'idle' });
  readonly #report: Signal<GpuReport | null>;
  readonly #language: Signal<Language>;
  #running: AbortController | null = null;

  constructor(parts: GpuBenchParts) {
    this.#parts = parts;
    this.#report = signal(keptReport(parts.store));
    this.#language = signal(firstLanguage(parts.languages, parts.store));
    this.activity = this.#activity;
    this.report = this.#report;
    this.language = this.#language;
  }

  /** The name of a model that a report speaks of; its identifier if it is not on offer any more. */
  nameOf(id: string): string {
    return this.#parts.models.find((model) => model.id === id)?.name ?? id;
  }

  /** Changes the language of the page and remembers it. */
  setLanguage(language: Language): void {
    this.#language.value = language;
    keepLanguage(language, this.#parts.store);
  }

  /** Measures this device and keeps the report. Does nothing while it is being measured; never rejects. */
  async start(): Promise<void> {
    if (this.#running) return;
    const { reporter, models, browser, store, now } = this.#parts;
    const controller = new AbortController();
    const { signal } = controller;
    this.#running = controller;
    this.#activity.value = { status: 'running', event: null, stopping: false };
    try {
      const request = { models: models.map(forReport), browser, made: now().toISOString() };
      const report = await reporter.measure(request, {
        signal,
        onEvent: (event) => {
          this.#activity.value = { status: 'running', event, stopping: signal.aborted };
        },
      });
      this.#report.value = report;
      keepReport(report, store);
      this.#activity.value = { status: 'done' };
    } catch (error) {
      this.#activity.value = isAbort(error)
        ? { status: 'stopped' }
        : { status: 'failed', error: asAppError(error) };
    } finally {
      this.#running = null;
    }
  }

  /** Stops measuring; what was measured so far is forgotten, the last report stays. */
  stop(): void {
    const { value } = this.#activity;
    if (value.status === 'running') this.#activity.value = { ...value, stopping: true };
    this.#running?.abort();
  }

  /** Takes a report from a file and keeps it, as if it had been measured here. Never rejects. */
  async open(file: Blob): Promise<void> {
    if (this.#running) return;
    try {
      const report = await readReport(file);
      this.#report.value = report;
      keepReport(report, this.#parts.store);
      this.#activity.value = { status: 'done' };
    } catch (error) {
      this.#activity.value = { status: 'failed', error: asAppError(error) };
    }
  }

  /** The report as a file: its name and its text. Null without one. */
  file(): { readonly name: string; readonly text: string } | null {
    const report = this.#report.value;
    if (!report) return null;
    const day = report.made.slice(0, 10).replace(/[^\d-]/g, '');
    return { name: `kindling-gpu-report-${day}.json`, text: `${JSON.stringify(report, null, 2)}\n` };
  }
}

/** Only what a report needs crosses to the Worker. */
const forReport = ({
  id,
  transformer,
  numbers,
  geometry,
  textOptions,
  firstFrameFirst,
  limits,
}: ReportedModel): ReportedModel => ({
  id,
  transformer,
  numbers,
  geometry,
  textOptions,
  firstFrameFirst,
  limits,
});

async function readReport(file: Blob): Promise<GpuReport> {
  const notOne = 'This is not a report that can be read: it is no JSON file of a few kilobytes.';
  if (file.size > MAX_FILE_BYTES) throw new AppError('input/report', notOne);
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch (cause) {
    throw new AppError('input/report', notOne, { cause });
  }
  return parseGpuReport(value);
}

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal/runtime', String(error), { cause: error });
