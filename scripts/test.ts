// `npm test`: every test. Finds or installs a browser and builds the site if tests that need them were chosen, then runs
// unit, browser and e2e tests.
// Arguments go to vitest: `npm test -- --project unit`, `npm test -- test/e2e/page.test.ts`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../src/core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { ensureBrowser } from './find-browser.ts';
import { ensureSite, ROOT } from './site.ts';
import { testNeeds } from './test-needs.ts';
import { REPORT_FILE } from './test-report.ts';

const args = process.argv.slice(2);
rmSync(REPORT_FILE, { force: true });
try {
  const needs = testNeeds(args);
  if (needs.browser) ensureBrowser(console.error);
  if (needs.site) await ensureSite(console.error);
  process.exitCode = runTests();
} catch (error) {
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = exitCodeOf(error);
}

function runTests(): number {
  const vitest = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORT_FILE}`,
      ...args,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  return vitest.status ?? 1;
}
