import type { ReportPart } from '../../state/gpu-bench.ts';

/** Every sentence of the page that measures a device, in one language. */
export interface BenchTexts {
  readonly title: string;
  readonly language: string;
  readonly back: string;
  readonly intro: string;
  readonly before: string;
  readonly start: string;
  readonly again: string;
  readonly stop: string;
  readonly stopping: string;
  readonly progress: string;
  readonly parts: Readonly<Record<ReportPart, string>>;
  readonly status: Readonly<Record<'idle' | 'running' | 'done' | 'stopped' | 'failed', string>>;
  readonly details: string;
  readonly open: string;
  readonly save: string;
  readonly kept: string;
  readonly report: {
    readonly title: (adapter: string) => string;
    readonly made: (date: string) => string;
    readonly software: string;
    readonly passed: (halves: boolean) => string;
    readonly failed: string;
    readonly reduced: string;
    readonly estimates: string;
    readonly model: string;
    readonly step: string;
    readonly clip: string;
    readonly note: string;
    readonly basis: Readonly<Record<'blocks' | 'products', string>>;
    readonly noEstimates: string;
    readonly rates: string;
    readonly what: string;
    readonly size: string;
    readonly speed: string;
    readonly product: (bits: number) => string;
    readonly attention: string;
    readonly block: (weights: string) => string;
    readonly rows: (rows: number, inner: number, columns: number) => string;
    readonly tokens: (tokens: number, width: number) => string;
    readonly selfTest: string;
    /** @param difference how far off it was; null if it gave no numbers. */
    readonly selfTestRow: (
      activations: string,
      weights: string,
      difference: string | null,
      tolerance: string,
    ) => string;
    readonly adapter: string;
    readonly features: string;
    readonly browser: string;
  };
}

/** FLOP/s as people read them: `4.20 TFLOP/s`, `310 GFLOP/s`. */
export function flopsInWords(flops: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e12, 'TFLOP/s'],
    [1e9, 'GFLOP/s'],
    [1e6, 'MFLOP/s'],
  ];
  const [size, unit] = units.find(([least]) => flops >= least) ?? units.at(-1)!;
  return `${(flops / size).toPrecision(3)} ${unit}`;
}
