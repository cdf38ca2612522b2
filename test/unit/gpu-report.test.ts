import { describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import type { Reporter } from '../../src/client/report-client.ts';
import { AppError } from '../../src/core/errors.ts';
import { parseGpuReport } from '../../src/protocol/gpu-report.ts';
import type { ReportRequest } from '../../src/protocol/report-api.ts';
import { GpuBench } from '../../src/state/gpu-bench.ts';
import { keepReport, keptReport, REPORT_KEY } from '../../src/state/kept-report.ts';
import { BENCH_EN } from '../../src/ui/texts/bench-en.ts';
import { flopsInWords } from '../../src/ui/texts/bench-texts.ts';
import { BENCH_ZH } from '../../src/ui/texts/bench-zh.ts';
import { durationInWords } from '../../src/ui/texts/durations.ts';
import { gpuReport } from '../fixtures/gpu-report.ts';

const memory = (): { getItem(name: string): string | null; setItem(name: string, text: string): void } => {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text) };
};

describe('a report', () => {
  test('is read back as it was written', () => {
    expect(parseGpuReport(JSON.parse(JSON.stringify(gpuReport())))).toEqual(gpuReport());
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', null, /report should be an object/],
    ['another file', { kindling: 1 }, /report\.kindling/],
    ['another version', { ...gpuReport(), version: 2 }, /report\.version.*measure this device again/],
    [
      'a rate of nothing',
      { ...gpuReport(), rates: { ...gpuReport().rates, blocks: [{}] } },
      /report\.rates\.blocks\[0\]\.weights/,
    ],
    [
      'a time that is none',
      {
        ...gpuReport(),
        rates: { ...gpuReport().rates, products: [{ bits: 4, rows: 1, inner: 1, columns: 1, seconds: 0 }] },
      },
      /report\.rates\.products\[0\]\.seconds/,
    ],
    [
      'a limit that is no number',
      { ...gpuReport(), adapter: { ...gpuReport().adapter, limits: { a: '1' } } },
      /limits\.a/,
    ],
    ['far too many rows', { ...gpuReport(), selfTests: new Array(10_000).fill({}) }, /report\.selfTests/],
    ['fields of a prototype', Object.create(gpuReport()), /report\.kindling/],
  ])('is refused: %s', (_, value, message) => {
    let error: unknown;
    try {
      parseGpuReport(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('input/report');
    expect((error as AppError).message).toMatch(message);
  });

  test('is kept on the device; what is damaged or older is none', () => {
    const store = memory();
    expect(keptReport(store)).toBeNull();
    keepReport(gpuReport(), store);
    expect(keptReport(store)).toEqual(gpuReport());
    for (const text of ['{', '{"kindling":"gpu-report","version":0}', '7']) {
      store.setItem(REPORT_KEY, text);
      expect(keptReport(store)).toBeNull();
    }
    expect(keptReport(null)).toBeNull();
  });
});

describe('measuring on the page', () => {
  const benchWith = (measure: Reporter['measure'], store = memory()) => ({
    store,
    bench: new GpuBench({
      reporter: { measure },
      models: MODELS,
      browser: 'A browser',
      languages: ['en'],
      store,
      now: () => new Date('2026-01-02T03:04:05Z'),
    }),
  });

  test('nothing is measured before it is asked for; then the report is kept and can be saved', async () => {
    const asked: ReportRequest[] = [];
    const { bench, store } = benchWith(async (request, { onEvent }) => {
      asked.push(request);
      onEvent({ part: 'products', done: 1, total: 2, flops: 1e12 });
      expect(bench.activity.value).toMatchObject({ status: 'running', event: { part: 'products' } });
      return gpuReport({ made: request.made });
    });
    expect(asked).toEqual([]);
    expect(bench.file()).toBeNull();
    await bench.start();
    expect(asked[0]!.models.map(({ id }) => id)).toEqual(['seedling']);
    expect(bench.activity.value.status).toBe('done');
    expect(keptReport(store)).toEqual(bench.report.value);
    const file = bench.file()!;
    expect(file.name).toBe('kindling-gpu-report-2026-01-02.json');
    expect(parseGpuReport(JSON.parse(file.text))).toEqual(bench.report.value);
  });

  test('stopping keeps the last report, and a failure is said with its code', async () => {
    const { bench, store } = benchWith(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
        }),
    );
    const running = bench.start();
    bench.stop();
    expect(bench.activity.value).toMatchObject({ status: 'running', stopping: true });
    await running;
    expect(bench.activity.value.status).toBe('stopped');
    expect(keptReport(store)).toBeNull();

    const failing = benchWith(async () => {
      throw new AppError('unsupported/webgpu', 'none');
    }).bench;
    await failing.start();
    expect(failing.activity.value).toMatchObject({ status: 'failed', error: { code: 'unsupported/webgpu' } });
  });

  test('a saved report is opened and kept; another file is refused and changes nothing', async () => {
    const { bench, store } = benchWith(async () => gpuReport());
    await bench.open(new Blob([JSON.stringify(gpuReport())]));
    expect(keptReport(store)).toEqual(gpuReport());
    for (const text of ['no JSON', '{}', 'x'.repeat(2_000_000)]) {
      await bench.open(new Blob([text]));
      expect(bench.activity.value).toMatchObject({ status: 'failed', error: { code: 'input/report' } });
      expect(bench.report.value).toEqual(gpuReport());
    }
  });
});

describe('the page’s sentences', () => {
  const sentences = (table: unknown, path = ''): [string, string][] => {
    if (typeof table === 'string') return [[path, table]];
    if (typeof table === 'function') return [[path, String(table(3, 7, '2', '5'))]];
    if (typeof table !== 'object' || table === null) return [];
    return Object.entries(table).flatMap(([name, value]) =>
      sentences(value, path ? `${path}.${name}` : name),
    );
  };
  const HAN = /\p{Script=Han}/u;
  const SHARED = /^report\.rows$/;

  test('are there in both languages', () => {
    const [en, zh] = [sentences(BENCH_EN), sentences(BENCH_ZH)];
    expect(zh.map(([path]) => path)).toEqual(en.map(([path]) => path));
    expect([...en, ...zh].filter(([, text]) => text.trim() === '')).toEqual([]);
    expect(zh.filter(([path, text]) => !SHARED.test(path) && !HAN.test(text))).toEqual([]);
    expect(en.filter(([, text]) => HAN.test(text))).toEqual([]);
  });

  test('have numbers as people read them', () => {
    expect([4.2e12, 3.1e11, 402e6].map(flopsInWords)).toEqual(['4.20 TFLOP/s', '310 GFLOP/s', '402 MFLOP/s']);
    const spans = [0.004, 0.42, 35, 240, 9000];
    expect(spans.map((span) => durationInWords(span, 'en'))).toEqual([
      '4 ms',
      '0.4 s',
      '35 s',
      '4 min',
      '2.5 h',
    ]);
    expect(spans.map((span) => durationInWords(span, 'zh'))).toEqual([
      '4 毫秒',
      '0.4 秒',
      '35 秒',
      '4 分钟',
      '2.5 小时',
    ]);
  });
});
