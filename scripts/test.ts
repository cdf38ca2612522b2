// `npm test`: every test. Finds or installs a browser, builds the site, then runs unit, browser and e2e tests.
// Arguments go to vitest: `npm test -- --project unit`, `npm test -- test/e2e/studio.test.ts`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './find-browser.ts';
import { ensureSite, ROOT } from './site.ts';
import { REPORT_FILE } from './test-report.ts';

const args = process.argv.slice(2);
rmSync(REPORT_FILE, { force: true });
ensureBrowser(console.error);
await ensureSite(console.error);
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
process.exitCode = vitest.status ?? 1;
