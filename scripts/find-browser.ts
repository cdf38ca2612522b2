// Finds the Chromium or Chrome that tests and the headless job run in, or installs one.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A browser on this machine. */
export interface FoundBrowser {
  /** The program to start. */
  readonly path: string;
  /** Where it was found, for people. */
  readonly source: string;
}

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

/**
 * Looks for a browser: `KINDLING_BROWSER`, `CHROME_PATH`, the usual places, Playwright's cache. Installs nothing.
 * @returns null if there is none.
 * @throws {Error} if a variable names a program that cannot be run: a wrong setting must not be passed over in silence.
 */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): FoundBrowser | null {
  for (const name of ['KINDLING_BROWSER', 'CHROME_PATH']) {
    const path = env[name];
    if (!path) continue;
    if (!isProgram(path)) throw new Error(`${name} is ${path}, which is not a program that can be run.`);
    return { path, source: name };
  }
  return first(usualPlaces(env), 'installed') ?? first(playwrightCache(env), "Playwright's cache");
}

/**
 * Finds a browser, or installs one: Playwright's own Chromium, else Debian's package where that is possible.
 * @param say gets one line for people per step.
 * @throws {Error} if there is none in the end; the message says what to do.
 */
export function ensureBrowser(say: (line: string) => void): FoundBrowser {
  let found = findBrowser();
  if (!found) {
    say("No Chromium or Chrome found: installing Playwright's own …");
    spawnSync(process.execPath, [playwrightCli(), 'install', 'chromium'], { stdio: ['ignore', 2, 2] });
    found = findBrowser();
  }
  if (!found && installDebianPackage(say)) found = findBrowser();
  if (!found) {
    throw new Error(
      'No Chromium or Chrome could be found or installed. Install one, or set KINDLING_BROWSER to its path.',
    );
  }
  say(`Browser: ${found.path} (${found.source})`);
  return found;
}

function installDebianPackage(say: (line: string) => void): boolean {
  if (process.platform !== 'linux' || !onPath('apt-get')) return false;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  say("Playwright's Chromium could not be had: installing Debian's package …");
  return [['update'], ['install', '-y', '--no-install-recommends', 'chromium']].every((args) => {
    const [program = '', ...rest] = [...asRoot, 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync(program, rest, { stdio: ['ignore', 2, 2], env }).status === 0;
  });
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

const first = (paths: readonly string[], source: string): FoundBrowser | null => {
  const path = paths.find(isProgram);
  return path ? { path, source } : null;
};

const onPath = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function playwrightCli(): string {
  return join(process.cwd(), 'node_modules/playwright/cli.js');
}
