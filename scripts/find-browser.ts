// Finds the Chromium or Chrome that tests and the headless job run in, or installs one.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { AppError } from '../src/core/errors.ts';

/** A browser on this machine. */
export interface FoundBrowser {
  /** The program to start. */
  readonly path: string;
  /** Where it was found, for people. */
  readonly source: string;
}

const PLAYWRIGHT_CLI = join(import.meta.dirname, '../node_modules/playwright/cli.js');

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const MAC_APPS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_PROGRAMS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** Where Playwright puts the program inside the folder of one Chromium. */
const PLAYWRIGHT_PROGRAMS = [
  'chrome-linux64/chrome',
  'chrome-linux/chrome',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-win64/chrome.exe',
  'chrome-win/chrome.exe',
];

/** What may be said differently than usual. */
export interface FindOptions {
  /** Gets a line for people about each program that is there and does not start. */
  readonly say?: (line: string) => void;
  /** How long a program may take to tell its version, milliseconds. */
  readonly patienceMs?: number;
}

/** The first start after an installation reads some hundred megabytes from the disk. */
const PATIENCE_MS = 30_000;

/**
 * Looks for a browser that starts: `KINDLING_BROWSER`, `CHROME_PATH`, the usual places, Playwright's cache. Installs
 * nothing. Being there is not enough: Ubuntu's `chromium-browser` only tells to install another package, and Playwright's
 * Chromium may lack libraries of the system. Takes about a tenth of a second.
 * @returns null if there is none.
 * @throws {AppError} if a variable names something else (a wrong setting must not be passed over in silence):
 * `unsupported/browser` if it is not a program, `worker/start` if it does not start.
 */
export function findBrowser(
  env: NodeJS.ProcessEnv = process.env,
  options: FindOptions = {},
): FoundBrowser | null {
  const { say = () => {}, patienceMs = PATIENCE_MS } = options;
  for (const name of ['KINDLING_BROWSER', 'CHROME_PATH']) {
    const path = env[name];
    if (!path) continue;
    const remedy = `Set it to the path of Chromium, Chrome or Edge, or unset it to have one found.`;
    if (!isProgram(path)) {
      throw new AppError(
        'unsupported/browser',
        `${name} is ${path}, which is not a program that can be run. ${remedy}`,
      );
    }
    const fault = whyNotStarting(path, patienceMs);
    if (fault !== null)
      throw new AppError(
        'worker/start',
        `${name} is ${path}, which does not start as a browser: ${fault}. ${remedy}`,
      );
    return { path, source: name };
  }
  const first = (paths: readonly string[], source: string): FoundBrowser | null => {
    const path = distinctPrograms(paths).find((candidate) => {
      const fault = whyNotStarting(candidate, patienceMs);
      if (fault !== null) say(`Passing over ${candidate}, which does not start: ${fault}`);
      return fault === null;
    });
    return path === undefined ? null : { path, source };
  };
  return first(usualPlaces(env), 'installed') ?? first(playwrightCache(env), "Playwright's cache");
}

/** A way to get a browser. */
export interface Installation {
  /** What is done, for people. */
  readonly title: string;
  /** May fail: the browser is looked for again in any case. */
  run(): void;
}

/**
 * Finds a browser that starts, or installs one: Playwright's own Chromium, else Debian's package, else the libraries
 * that Playwright's lacks.
 * @param say gets one line for people per step.
 * @throws {AppError} as {@link findBrowser}, and `unsupported/browser` if there is none in the end.
 */
export function ensureBrowser(
  say: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
  installations: Iterable<Installation> = usualInstallations(env),
): FoundBrowser {
  let found = findBrowser(env, { say });
  if (!found) {
    for (const { title, run } of installations) {
      say(`No Chromium or Chrome that starts was found: ${title} …`);
      run();
      found = findBrowser(env, { say });
      if (found) break;
    }
  }
  if (!found) {
    throw new AppError(
      'unsupported/browser',
      'No Chromium or Chrome that starts could be found or installed. Install one, or set KINDLING_BROWSER to its path.',
    );
  }
  say(`Browser: ${found.path} (${found.source})`);
  return found;
}

function* usualInstallations(env: NodeJS.ProcessEnv): Generator<Installation> {
  const run = (program: string, ...args: readonly string[]): void => {
    spawnSync(program, args, {
      stdio: ['ignore', 2, 2], // standard output belongs to the command's own report
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  const asRoot = (program: string, ...args: readonly string[]): void =>
    process.getuid?.() === 0 ? run(program, ...args) : run('sudo', '-n', program, ...args);
  yield {
    title: "installing Playwright's own",
    run: () => run(process.execPath, PLAYWRIGHT_CLI, 'install', 'chromium'),
  };
  if (process.platform !== 'linux' || !onPath('apt-get', env)) return;
  yield {
    title: "installing Debian's package",
    run() {
      asRoot('apt-get', 'update');
      asRoot('apt-get', 'install', '-y', '--no-install-recommends', 'chromium');
    },
  };
  // Ubuntu has no such package; there Playwright's was downloaded and only lacks libraries.
  if (!playwrightCache(env).some(isProgram)) return;
  yield {
    title: "installing the libraries that Playwright's needs",
    run: () => asRoot(process.execPath, PLAYWRIGHT_CLI, 'install-deps', 'chromium'),
  };
}

/** How browsers of Chromium's family introduce themselves. */
const VERSION = /\b(Chromium|Chrome|Edge|Brave|Vivaldi|Opera)\b.*\d+\.\d+/;

/** Starts a program. @returns null if it is a browser that starts, else the reason in a few words. */
function whyNotStarting(path: string, patienceMs: number): string | null {
  if (process.platform !== 'win32') {
    const version = start(path, ['--version'], patienceMs);
    if (version.fault !== null || VERSION.test(version.output)) return version.fault;
  }
  // On Windows --version opens a window, and elsewhere a wrapper may hide the name: only a page is proof then.
  const profile = mkdtempSync(join(tmpdir(), 'kindling-browser-'));
  try {
    const flags = ['--headless', '--no-sandbox', `--user-data-dir=${profile}`]; // no sandbox: as Playwright starts it
    const page = start(path, [...flags, '--disable-gpu', '--dump-dom', 'about:blank'], patienceMs);
    return page.fault ?? (page.output.includes('<html') ? null : 'it shows no page');
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

function start(
  path: string,
  args: readonly string[],
  patienceMs: number,
): { readonly output: string; readonly fault: string | null } {
  const { status, signal, stdout, stderr, error } = spawnSync(path, args, {
    encoding: 'utf8',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return { output: stdout, fault: null };
  const words = `${stderr ?? ''} ${stdout ?? ''}`.replace(/\s+/g, ' ').trim().slice(0, 200);
  if (error && 'code' in error && error.code === 'ETIMEDOUT')
    return { output: '', fault: `no answer within ${patienceMs / 1000} s` };
  return { output: '', fault: words || error?.message || `it ended with ${signal ?? `code ${status}`}` };
}

function usualPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  if (process.platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      MAC_APPS.map((app) => join(folder, app)),
    );
  }
  if (process.platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
      (folder) => folder !== undefined,
    );
    return folders.flatMap((folder) => WINDOWS_PROGRAMS.map((program) => join(folder, program)));
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function playwrightCache(env: NodeJS.ProcessEnv): readonly string[] {
  const caches = {
    darwin: join(homedir(), 'Library/Caches/ms-playwright'),
    win32: join(env.LOCALAPPDATA ?? '', 'ms-playwright'),
  } as Readonly<Record<string, string>>;
  const cache =
    env.PLAYWRIGHT_BROWSERS_PATH ?? caches[process.platform] ?? join(homedir(), '.cache/ms-playwright');
  if (!existsSync(cache)) return [];
  const versions = readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9))); // newest first
  return versions.flatMap((version) => PLAYWRIGHT_PROGRAMS.map((program) => join(cache, version, program)));
}

/** The paths that are programs, each program once: /bin is often a link to /usr/bin. */
function distinctPrograms(paths: readonly string[]): readonly string[] {
  const programs = new Map<string, string>();
  for (const path of paths.filter(isProgram)) {
    const real = join(realpathSync(dirname(path)), basename(path));
    if (!programs.has(real)) programs.set(real, path);
  }
  return [...programs.values()];
}

const onPath = (name: string, env: NodeJS.ProcessEnv): boolean =>
  (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
