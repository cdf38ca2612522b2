// Runs a TypeScript script with Vite's own module loader, so that Node 20 needs no further package:
//   node scripts/run.mjs scripts/generate.ts --help
// Scripts may import the application's sources. A script sets process.exitCode; what it throws is printed and exits 1.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [script, ...args] = process.argv.slice(2);
process.argv = [process.argv[0], script, ...args];
try {
  await runnerImport(resolve(script), { configFile: false, logLevel: 'error' });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
