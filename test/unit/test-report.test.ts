import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/site.ts';
import { countTests } from '../../scripts/test-report.ts';

const report = (...files: readonly [status: string, ...tests: string[]][]): string =>
  JSON.stringify({
    testResults: files.map(([status, ...tests]) => ({
      name: join(ROOT, 'test/a.test.ts'),
      status,
      assertionResults: tests.map((test, i) => ({ status: test, fullName: `test ${i}` })),
    })),
  });

test('counts tests by outcome, and names what failed and what was skipped', () => {
  const text = report(['passed', 'passed', 'passed', 'skipped'], ['failed', 'passed', 'failed']);
  expect(countTests(text, 1)).toEqual({
    passed: 3,
    failed: 1,
    broken: ['test/a.test.ts: test 1'],
    skipped: ['test 2'],
  });
});

test('a file that did not load counts as a failure', () => {
  expect(countTests(report(['passed', 'passed'], ['failed']), 1)).toMatchObject({
    passed: 1,
    failed: 1,
    broken: ['test/a.test.ts: did not load'],
  });
});

test('a run without a report, with a broken one or without tests counts as a failure', () => {
  expect(countTests(null, 1).failed).toBe(1);
  expect(countTests('{"testRes', 0).failed).toBe(1);
  expect(countTests(report(), 0).failed).toBe(1);
});

test('an error outside of all tests counts as a failure', () => {
  expect(countTests(report(['passed', 'passed']), 1)).toMatchObject({
    passed: 1,
    failed: 1,
    broken: ['outside of any test (exit code 1)'],
  });
});
