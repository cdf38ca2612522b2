// `npm run parity`: every network against its reference, on every device, as one table. Takes about six minutes.
//   npm run parity                       onnxruntime on the CPU, WebAssembly, and in the browser WebAssembly and WebGPU
//   npm run parity -- --on node,wasm     some of these: node, wasm (both in Node), browser
//   npm run parity -- --on node-webgpu   onnxruntime-node on a graphics processor: f16 too, and no browser needed
//   npm run parity -- --only umt5        cases whose title contains these words
// The exit code is 1 if any error exceeds its tolerance.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../src/core/errors.ts';
import { type Device, parityCases, parityTitle } from '../test/parity/cases.ts';
import { fullWidthCases } from '../test/parity/full-width-cases.ts';
import { ortRunner } from '../test/parity/ort-runner.ts';
import { isWithin, measure, type ParityRow, parityReport, parityRow } from '../test/parity/parity-report.ts';
import { pipelineCases } from '../test/parity/pipeline-cases.ts';
import { exitCodeOf } from './exit-codes.ts';
import { ensureBrowser } from './find-browser.ts';
import { nodeRuntime } from './node-engine.ts';
import { ROOT } from './site.ts';

type Ort = typeof import('onnxruntime-web/wasm');

/** Devices that need no browser. */
const IN_NODE = {
  node: { device: 'node', provider: 'cpu', label: 'CPU, onnxruntime-node' },
  wasm: { device: 'wasm', provider: 'wasm', label: 'WebAssembly, Node' },
  'node-webgpu': { device: 'webgpu', provider: 'webgpu', label: 'WebGPU, onnxruntime-node' },
} as const satisfies Record<string, { device: Device; provider: string; label: string }>;

type InNode = keyof typeof IN_NODE;

const PLACES = [...(Object.keys(IN_NODE) as InNode[]), 'browser'] as const;
type Place = (typeof PLACES)[number];

try {
  const { places, only } = readCommand();
  const rows: ParityRow[] = [];
  for (const place of places) {
    console.error(`Comparing: ${place} …`);
    rows.push(...(place === 'browser' ? compareInBrowser(only) : await compareInNode(place, only)));
  }
  if (rows.length === 0) throw new AppError('input/argument', `No case has “${only}” in its title.`);
  console.log(parityReport(rows));
  process.exitCode = rows.every(isWithin) ? 0 : 1;
} catch (error) {
  console.error(error instanceof AppError ? `${error.code}: ${error.message}` : error);
  process.exitCode = exitCodeOf(error);
}

function readCommand(): { readonly places: readonly Place[]; readonly only: string } {
  const { on, only } = readOptions();
  const places = on.split(',').map((name) => {
    const place = PLACES.find((known) => known === name);
    if (place) return place;
    throw new AppError('input/argument', `--on ${name} is no device; there are ${PLACES.join(', ')}.`);
  });
  return { places, only };
}

function readOptions(): { readonly on: string; readonly only: string } {
  try {
    const { values } = parseArgs({
      options: {
        on: { type: 'string', default: 'node,wasm,browser' },
        only: { type: 'string', default: '' },
      },
    });
    return values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('input/argument', `${reason}. There are --on DEVICES and --only WORDS.`, { cause });
  }
}

async function compareInNode(place: InNode, only: string): Promise<ParityRow[]> {
  const { device, provider, label } = IN_NODE[place];
  const ort =
    provider === 'wasm'
      ? await import('onnxruntime-web/wasm')
      : ((await import('onnxruntime-node')) as unknown as Ort);
  if (provider === 'wasm') ort.env.wasm.numThreads = 1;
  const rows: ParityRow[] = [];
  for (const parityCase of parityCases()) {
    if (!parityTitle(parityCase).includes(only)) continue;
    const runner = ortRunner(ort, {
      executionProviders: [provider],
      logSeverityLevel: 3,
      // Strict: what has no kernel fails instead of quietly running on the CPU.
      ...(provider === 'webgpu' ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
    });
    rows.push(parityRow(parityCase, device, label, await measure(parityCase, runner)));
    await runner.release();
  }
  if (place === 'node') rows.push(...(await compareEngine(only, label)));
  return rows;
}

/** The engine as a whole; the published models' width needs memory that WebAssembly does not have, and native speed. */
async function compareEngine(only: string, label: string): Promise<ParityRow[]> {
  const runtime = nodeRuntime(availableParallelism());
  const rows: ParityRow[] = [];
  for (const parityCase of [...pipelineCases(), ...fullWidthCases()]) {
    if (!parityTitle(parityCase).includes(only)) continue;
    rows.push(parityRow(parityCase, 'node', label, await measure(parityCase, runtime)));
  }
  return rows;
}

/** Runs the browser's tests of the same cases, by vitest, and reads their figures from its report. */
function compareInBrowser(only: string): ParityRow[] {
  ensureBrowser(console.error);
  const folder = mkdtempSync(join(tmpdir(), 'kindling-parity-'));
  const report = join(folder, 'report.json');
  const pattern = `${only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*agrees with its reference`;
  try {
    spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        ...['run', '--project', 'browser', 'test/browser/parity.test.ts', '--testNamePattern', pattern],
        ...['--reporter=json', `--outputFile=${report}`],
      ],
      { cwd: ROOT, stdio: ['ignore', 2, 2] }, // standard output is for the table
    );
    return readRows(readFileSync(report, 'utf8'), pattern);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('worker/crashed', `The browser's comparison left no report: ${reason}`, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is read here of vitest's report. */
interface BrowserReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
      readonly meta: { readonly parity?: ParityRow };
    }[];
  }[];
}

/** A test that ended without figures is a row that failed: it must not look as if it had not been asked for. */
function readRows(text: string, pattern: string): ParityRow[] {
  const { testResults } = JSON.parse(text) as BrowserReport;
  const asked = new RegExp(pattern);
  const rows = testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ fullName }) => asked.test(fullName))
      .map(({ fullName, failureMessages, meta }): ParityRow => {
        const outcome = { status: 'failed', reason: failureMessages[0] ?? 'it did not run' } as const;
        const empty = {
          network: '',
          name: fullName,
          device: 'browser',
          precision: '',
          tolerance: 0,
          outcome,
        };
        return meta.parity ?? empty;
      }),
  );
  const fault = testResults.find(({ message }) => message !== '')?.message;
  if (rows.length === 0 && fault) throw new Error(fault);
  return rows;
}
