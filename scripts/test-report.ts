// Reads what vitest wrote about a run, and counts strictly: what did not run to its end has failed.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './site.ts';

/** Where `npm test` leaves vitest's JSON report. */
export const REPORT_FILE: string = join(ROOT, '.cache/test-report.json');

/** Outcome of a run or a step. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What failed: `file: test`, or why nothing can be named. */
  readonly broken: readonly string[];
  /** Names of tests that were left out. */
  readonly skipped: readonly string[];
}

/** The parts of the report that are counted. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts the tests of a report.
 * @param text the JSON, or null if there is none: the run crashed, which counts as one failure.
 * @param exitCode of the run; if it is not 0 although no test failed (an error outside any test), that counts as one failure.
 */
export function countTests(text: string | null, exitCode: number): Count {
  const report = parse(text);
  if (!report) return { passed: 0, failed: 1, broken: ['the run left no report'], skipped: [] };
  let passed = 0;
  const broken: string[] = [];
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const before = broken.length;
    const path = relative(ROOT, file.name);
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') passed++;
      else if (status === 'failed') broken.push(`${path}: ${fullName}`);
      else skipped.push(fullName);
    }
    if (file.status === 'failed' && broken.length === before) broken.push(`${path}: did not load`);
  }
  if (exitCode !== 0 && broken.length === 0) broken.push(`outside of any test (exit code ${exitCode})`);
  if (passed + broken.length === 0) broken.push('no test ran'); // which proves nothing
  return { passed, failed: broken.length, broken, skipped };
}

/** Reads the report of the last `npm test`. @returns null if it left none. */
export function readReport(): string | null {
  try {
    return readFileSync(REPORT_FILE, 'utf8');
  } catch {
    return null;
  }
}

function parse(text: string | null): Report | null {
  try {
    const report: unknown = JSON.parse(text ?? '');
    return typeof report === 'object' && report !== null && 'testResults' in report
      ? (report as Report)
      : null;
  } catch {
    return null;
  }
}
