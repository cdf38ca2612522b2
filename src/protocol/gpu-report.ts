// What a device can do, measured on the page `bench.html`: kept on the device for estimates, saved as a file for people. Files may
// come from anybody: everything is parsed from unknown, field by field.
import type { AttentionRate, BlockRate, DeviceRates, ProductRate } from '../core/device-rates.ts';
import { AppError } from '../core/errors.ts';

/** The version that is written. What is measured or how it is read changes with it. */
export const REPORT_VERSION = 1;

/** A WebGPU adapter as the browser describes it. */
export interface AdapterFacts {
  /** Vendor, architecture, description: whatever is there. */
  readonly name: string;
  /** Runs on the processor. */
  readonly software: boolean;
  /** Sorted. */
  readonly features: readonly string[];
  /** By name as in WebGPU: bytes, counts. */
  readonly limits: Readonly<Record<string, number>>;
}

/** A transformer block computed on the graphics processor and on WebAssembly, and how far the results are apart. */
export interface SelfTestRow {
  readonly activations: 'float32' | 'float16';
  readonly weights: 'q8' | 'q4';
  /** Relative L2 difference; null if what came were no numbers or it did not run. */
  readonly error: number | null;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** An estimate as it was when the report was made, for readers of the file. */
export interface EstimateRow {
  readonly model: string;
  readonly stepSeconds: number;
  readonly clipSeconds: number;
  readonly basis: 'blocks' | 'products';
}

/** One device's report. */
export interface GpuReport {
  readonly kindling: 'gpu-report';
  readonly version: typeof REPORT_VERSION;
  /** When it was made, ISO 8601. */
  readonly made: string;
  /** The browser's own description of itself. */
  readonly browser: string;
  readonly adapter: AdapterFacts;
  /** Every attempt in order; the graphics processor is used if the last one of each kind passed. */
  readonly selfTests: readonly SelfTestRow[];
  /** Whether the engine would use this graphics processor. */
  readonly passed: boolean;
  /** What the numbers between the operators were while it was measured. */
  readonly activations: 'float32' | 'float16';
  /** Nothing if the self-test failed. */
  readonly rates: DeviceRates;
  /** The device was too slow for the sizes of the published models: smaller ones were measured. */
  readonly reduced: boolean;
  readonly estimates: readonly EstimateRow[];
}

const MOST_ROWS = 200; // of anything: a report has dozens

const wrong = (path: string, expected: string): AppError =>
  new AppError('input/report', `This is not a report that can be read: ${path} should be ${expected}.`, {
    detail: { path, expected },
  });

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object');
  return value as Fields;
}

/** Own properties only: a prototype's are nobody's answer. */
const own = (from: Fields, name: string): unknown => (Object.hasOwn(from, name) ? from[name] : undefined);

function text(from: Fields, name: string, path: string): string {
  const value = own(from, name);
  if (typeof value !== 'string' || value.length > 1000) throw wrong(`${path}.${name}`, 'a short text');
  return value;
}

function positive(from: Fields, name: string, path: string): number {
  const value = own(from, name);
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw wrong(`${path}.${name}`, 'a number above 0');
  return value;
}

function flag(from: Fields, name: string, path: string): boolean {
  const value = own(from, name);
  if (typeof value !== 'boolean') throw wrong(`${path}.${name}`, 'true or false');
  return value;
}

function oneOf<T extends string | number>(
  from: Fields,
  name: string,
  path: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === own(from, name));
  if (found === undefined) throw wrong(`${path}.${name}`, choices.join(' or '));
  return found;
}

function list<T>(from: Fields, name: string, path: string, read: (row: Fields, path: string) => T): T[] {
  const value = own(from, name);
  if (!Array.isArray(value) || value.length > MOST_ROWS) throw wrong(`${path}.${name}`, 'a list');
  return value.map((row: unknown, i) => {
    const at = `${path}.${name}[${i}]`;
    return read(fields(row, at), at);
  });
}

const ACTIVATIONS = ['float32', 'float16'] as const;
const WEIGHTS = ['q8', 'q4'] as const;

/**
 * Reads a report from parsed JSON. Unknown fields are left out.
 * @throws {AppError} `input/report` naming the path and what was expected there.
 */
export function parseGpuReport(value: unknown): GpuReport {
  const from = fields(value, 'report');
  if (own(from, 'kindling') !== 'gpu-report') throw wrong('report.kindling', '“gpu-report”');
  if (own(from, 'version') !== REPORT_VERSION)
    throw wrong('report.version', `${REPORT_VERSION}; measure this device again`);
  return {
    kindling: 'gpu-report',
    version: REPORT_VERSION,
    made: text(from, 'made', 'report'),
    browser: text(from, 'browser', 'report'),
    adapter: adapterFacts(fields(own(from, 'adapter'), 'report.adapter'), 'report.adapter'),
    selfTests: list(from, 'selfTests', 'report', selfTestRow),
    passed: flag(from, 'passed', 'report'),
    activations: oneOf(from, 'activations', 'report', ACTIVATIONS),
    rates: deviceRates(fields(own(from, 'rates'), 'report.rates'), 'report.rates'),
    reduced: flag(from, 'reduced', 'report'),
    estimates: list(from, 'estimates', 'report', estimateRow),
  };
}

function adapterFacts(from: Fields, path: string): AdapterFacts {
  const features = own(from, 'features');
  if (!Array.isArray(features) || features.length > MOST_ROWS) throw wrong(`${path}.features`, 'a list');
  const limits = Object.entries(fields(own(from, 'limits'), `${path}.limits`));
  return {
    name: text(from, 'name', path),
    software: flag(from, 'software', path),
    features: features.map((feature: unknown, i) => {
      if (typeof feature !== 'string') throw wrong(`${path}.features[${i}]`, 'a text');
      return feature;
    }),
    limits: Object.fromEntries(
      limits.map(([name, limit]) => {
        if (typeof limit !== 'number' || !Number.isFinite(limit))
          throw wrong(`${path}.limits.${name}`, 'a number');
        return [name, limit];
      }),
    ),
  };
}

function selfTestRow(from: Fields, path: string): SelfTestRow {
  const error = own(from, 'error');
  return {
    activations: oneOf(from, 'activations', path, ACTIVATIONS),
    weights: oneOf(from, 'weights', path, WEIGHTS),
    error: error === null || error === 0 ? error : positive(from, 'error', path), // 0: not off at all
    tolerance: positive(from, 'tolerance', path),
    passed: flag(from, 'passed', path),
  };
}

function deviceRates(from: Fields, path: string): DeviceRates {
  return {
    products: list(from, 'products', path, productRate),
    attention: list(from, 'attention', path, attentionRate),
    blocks: list(from, 'blocks', path, blockRate),
  };
}

const productRate = (from: Fields, path: string): ProductRate => ({
  bits: oneOf(from, 'bits', path, [4, 8]),
  rows: positive(from, 'rows', path),
  inner: positive(from, 'inner', path),
  columns: positive(from, 'columns', path),
  seconds: positive(from, 'seconds', path),
});

const attentionRate = (from: Fields, path: string): AttentionRate => ({
  width: positive(from, 'width', path),
  heads: positive(from, 'heads', path),
  tokens: positive(from, 'tokens', path),
  seconds: positive(from, 'seconds', path),
});

const blockRate = (from: Fields, path: string): BlockRate => ({
  weights: oneOf(from, 'weights', path, WEIGHTS),
  dim: positive(from, 'dim', path),
  ffnDim: positive(from, 'ffnDim', path),
  tokens: positive(from, 'tokens', path),
  textTokens: positive(from, 'textTokens', path),
  seconds: positive(from, 'seconds', path),
});

const estimateRow = (from: Fields, path: string): EstimateRow => ({
  model: text(from, 'model', path),
  stepSeconds: positive(from, 'stepSeconds', path),
  clipSeconds: positive(from, 'clipSeconds', path),
  basis: oneOf(from, 'basis', path, ['blocks', 'products']),
});
