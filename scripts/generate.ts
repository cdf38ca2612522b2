// `npm run generate`: the main job without a screen, through the real built page and its worker.
// 1. Read the command line  2. Find browser, picture and place for the file  3. Build and serve the site
// 4. Drive the page         5. Write the file                                6. Report
import { randomInt } from 'node:crypto';
import { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { MODELS } from '../models/catalog.ts';
import { AppError, isAbort } from '../src/core/errors.ts';
import { MAX_SEED } from '../src/core/job.ts';
import type { WireError } from '../src/protocol/engine-api.ts';
import { type DrivenPage, drivePage } from './drive-page.ts';
import { exitCodeOf } from './exit-codes.ts';
import { ensureBrowser } from './find-browser.ts';
import { type GenerateCommand, readCommand, usage } from './generate-arguments.ts';
import { ProgressLine } from './progress-line.ts';
import { ensureSite, type ServedSite, serveSite } from './site.ts';

/** Largest picture file that is read at all; the page refuses what it cannot use. */
const MAX_PICTURE_BYTES = 100 << 20;

const progress = new ProgressLine(process.stderr);
const say = (line: string): void => progress.say(line);
const json = process.argv.includes('--json');
let cancelled = false;
let page: DrivenPage | null = null;

/** Ctrl+C asks the page to cancel; a second one no longer waits for it. */
function onSignal(): void {
  if (cancelled) void page?.close();
  else page?.cancel().catch(() => {});
  cancelled = true;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const error = cancelled ? cancellation() : thrown; // what a closing browser throws is a consequence
  progress.clear();
  tellWhy(error);
  process.exitCode = exitCodeOf(error);
}

/** Tells people, and with `--json` programs, why there is no clip. */
function tellWhy(error: unknown): void {
  if (isAbort(error)) {
    console.error('Cancelled.');
    return;
  }
  const wire = toWire(error);
  console.error(`${wire.code}: ${wire.message}`);
  if (json) console.log(JSON.stringify({ error: wire }));
}

async function main(): Promise<number> {
  const model = MODELS[0];
  const command = readCommand(process.argv.slice(2), model, randomInt(MAX_SEED));
  if (command === 'help') {
    console.log(usage(model));
    return 0;
  }
  const inside = command.picture && Buffer.from(await command.picture.arrayBuffer()).toString('base64');
  const picture = command.image === null ? inside : readPicture(command.image);
  const out = checkPlace(command.out);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const browser = ensureBrowser(say);
  await ensureSite(say);
  let site: ServedSite | null = null;
  try {
    site = await serveSite(0);
    if (cancelled) throw cancellation();
    const { device } = command;
    const softwareGpu = process.env.KINDLING_SOFTWARE_GPU === '1';
    page = await drivePage({ executable: browser.path, url: site.url, device, softwareGpu, say });
    if (cancelled) throw cancellation();
    return await makeClip(page, command, picture, out);
  } finally {
    await page?.close().catch(() => {});
    await site?.close();
  }
}

async function makeClip(
  driven: DrivenPage,
  command: GenerateCommand,
  picture: string | null,
  out: string,
): Promise<number> {
  const { job, device, visibleLabel } = command;
  const outcome = await driven.generate({ job, picture, device, visibleLabel }, (event) =>
    progress.show(event),
  );
  progress.clear();
  if (cancelled || outcome.status === 'cancelled') throw cancellation();
  if (outcome.status === 'failed')
    throw new AppError(outcome.error.code, outcome.error.message, { detail: outcome.error.detail });
  const { report, bytes } = outcome;
  writeWhole(out, await driven.read(bytes));
  const { width, height, frames, codec, seed } = report;
  say(
    `${command.out}: ${width}×${height}, ${frames} frames, ${codec}, ${bytes} bytes, seed ${seed}, ${report.seconds.total.toFixed(1)} s on ${report.device}`,
  );
  if (command.json) console.log(JSON.stringify({ ...report, file: out, job, browser: driven.browser }));
  return 0;
}

/** Reads the picture's file as base64. */
function readPicture(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_PICTURE_BYTES) {
      throw new AppError(
        'input/picture-too-large',
        `${path} has ${size} bytes; pictures of up to ${MAX_PICTURE_BYTES} bytes can be used.`,
      );
    }
    return readFileSync(path, 'base64');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'input/picture-unreadable',
      `The picture ${path} could not be read: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

/** Refuses a place where no file can be written, before time is spent on it. Returns the absolute path. */
function checkPlace(path: string): string {
  const out = resolve(path);
  try {
    accessSync(dirname(out), constants.W_OK);
  } catch (cause) {
    throw new AppError('storage/write', `Nothing can be written to ${dirname(out)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AppError(
      'input/argument',
      `--out ${path} is a folder; name a file, for example ${join(path, 'clip.mp4')}`,
    );
  }
  return out;
}

/** Writes beside the target and renames: there is never half a clip under the name that was asked for. */
function writeWhole(out: string, bytes: Uint8Array): void {
  const partial = join(dirname(out), `.${basename(out)}.${process.pid}.part`);
  try {
    writeFileSync(partial, bytes);
    renameSync(partial, out);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new AppError('storage/write', `${out} could not be written: ${reasonOf(cause)}`, { cause });
  }
}

function cancellation(): DOMException {
  return new DOMException('The clip was cancelled.', 'AbortError');
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function toWire(error: unknown): WireError {
  if (error instanceof AppError) return { code: error.code, message: error.message, detail: error.detail };
  return { code: 'internal/runtime', message: reasonOf(error), detail: {} };
}
