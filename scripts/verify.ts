// `npm run verify`: exactly what CI runs. Every step runs even if an earlier one failed; the last line counts all of them.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { ROOT } from './site.ts';
import { type Count, countTests, REPORT_FILE, readReport } from './test-report.ts';

/** What runs, in order: the quick steps first. `npm test` is counted by its tests, the others as one each. */
const STEPS = [
  { name: 'format and lint', script: 'check', minutes: 2 },
  { name: 'types', script: 'typecheck', minutes: 5 },
  { name: 'tests', script: 'test', minutes: 25 },
  { name: 'size budget', script: 'size', minutes: 3 },
] as const;

const results = STEPS.map(({ name, script, minutes }) => {
  console.log(`\n== ${name} (npm run ${script})`);
  if (script === 'test') rmSync(REPORT_FILE, { force: true });
  const started = performance.now();
  const run = spawnSync('npm', ['run', '--silent', script], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: minutes * 60_000,
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  const exitCode = run.status ?? 1;
  const count: Count =
    script === 'test'
      ? countTests(readReport(), exitCode)
      : { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, broken: [], skipped: [] };
  return { name, count, seconds: (performance.now() - started) / 1000 };
});

console.log('');
for (const { name, count, seconds } of results) {
  console.log(
    `${count.failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${count.passed} passed, ${count.failed} failed, ${seconds.toFixed(0)} s`,
  );
  for (const test of count.skipped) console.log(`       skipped: ${test}`);
}
// The last lines are what is seen of a long log.
for (const { count } of results) for (const test of count.broken) console.log(`FAILED ${test}`);
const passed = results.reduce((sum, { count }) => sum + count.passed, 0);
const failed = results.reduce((sum, { count }) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
