import { describe, expect, test } from 'vitest';
import { testNeeds } from '../../scripts/test-needs.ts';

const FILES = ['test/unit/parity.test.ts', 'test/browser/parity.test.ts', 'test/e2e/page.test.ts'];
const NOTHING = { browser: false, site: false };
const BROWSER = { browser: true, site: false };
const ALL = { browser: true, site: true };

describe('npm test prepares what the chosen tests need, and no more', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['', ALL],
    ['--project unit', NOTHING],
    ['--project=unit --reporter verbose', NOTHING],
    ['--project browser', BROWSER],
    ['--project unit --project e2e', ALL],
    ['--project !e2e', BROWSER],
    ['--project !browser --project !e2e', NOTHING],
    ['--project u*', NOTHING],
    ['--project somebody-elses', ALL],
    ['test/unit/parity.test.ts', NOTHING],
    ['./test/unit/parity.test.ts:12', NOTHING],
    ['test/unit -t page', NOTHING],
    ['parity', BROWSER],
    ['Page', ALL],
    ['parity --project unit', NOTHING],
    ['no/such/file', NOTHING],
    ['-t parity', ALL],
    ['--help', NOTHING],
  ];
  test.each(cases)('npm test -- %s', (args, needs) => {
    expect(testNeeds(args.split(' ').filter(Boolean), FILES)).toEqual(needs);
  });

  test('the tests of this repository are where they are looked for', () => {
    expect(testNeeds(['test/unit/test-needs.test.ts'])).toEqual(NOTHING);
    expect(testNeeds(['test/browser/parity.test.ts'])).toEqual(BROWSER);
    expect(testNeeds(['test/e2e/page.test.ts'])).toEqual(ALL);
  });
});
