import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureBrowser, findBrowser, type Installation } from '../../scripts/find-browser.ts';
import { AppError } from '../../src/core/errors.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kindling-find-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What programs that may stand where a browser is looked for do when they are started. */
const STARTS = 'echo "Chromium 140.0.7339.16 built on Nothing"';
const LACKS_LIBRARIES =
  'echo "chrome: error while loading shared libraries: libnss3.so: cannot open shared object file" >&2; exit 127';
const UBUNTU_STUB = `echo "" >&2
echo "Command '$0' requires the chromium snap to be installed." >&2
exit 1`;
const HANGS = 'exec sleep 60';
const HIDES_ITS_NAME = 'case "$*" in *--dump-dom*) echo "<html></html>";; *) echo "wrapper 1.0";; esac';
const NO_BROWSER = 'case "$*" in --version) echo "v20.19.0";; *) echo "bad option" >&2; exit 9;; esac';

/** Puts a shell script at a path below the test's folder. */
function program(path: string, script: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Only the test's folders. */
const places = (): NodeJS.ProcessEnv => ({
  PATH: join(folder, 'bin'),
  PLAYWRIGHT_BROWSERS_PATH: join(folder, 'cache'),
});

const PLAYWRIGHT = 'cache/chromium-1200/chrome-linux64/chrome';

/** Code and message of what is thrown. */
function refusal(find: () => unknown): string {
  try {
    find();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

// The programs are shell scripts, and on macOS and Windows the usual places do not follow from variables.
describe.runIf(process.platform === 'linux')('of the programs that are there', () => {
  test('the one that KINDLING_BROWSER names is taken', () => {
    const path = program('elsewhere/my-browser', STARTS);
    program('bin/chromium', STARTS);
    expect(findBrowser({ ...places(), KINDLING_BROWSER: path })).toEqual({
      path,
      source: 'KINDLING_BROWSER',
    });
  });

  test('an installed one goes before those in the cache of Playwright, a newer one there before an older one', () => {
    expect(findBrowser(places())).toBeNull();
    program('cache/chromium-999/chrome-linux64/chrome', STARTS);
    const newer = program(PLAYWRIGHT, STARTS);
    expect(findBrowser(places())).toEqual({ path: newer, source: "Playwright's cache" });
    const path = program('bin/google-chrome', STARTS);
    expect(findBrowser(places())).toEqual({ path, source: 'installed' });
  });

  test("Ubuntu's chromium-browser stub and a Chromium without its libraries are passed over, with the reason", () => {
    const stub = program('bin/chromium-browser', UBUNTU_STUB);
    const chromium = program(PLAYWRIGHT, LACKS_LIBRARIES);
    const said: string[] = [];
    expect(findBrowser(places(), { say: (line) => said.push(line) })).toBeNull();
    expect(said).toEqual([
      `Passing over ${stub}, which does not start: Command '${stub}' requires the chromium snap to be installed.`,
      expect.stringMatching(`^Passing over ${chromium}, .*libnss3.so`),
    ]);
    const path = program('bin/google-chrome', STARTS);
    expect(findBrowser(places())?.path).toBe(path);
  });

  test('one that hangs is passed over', () => {
    program('bin/chromium', HANGS);
    const path = program('bin/google-chrome', STARTS);
    expect(findBrowser(places(), { patienceMs: 300 })?.path).toBe(path);
  });

  test('one that does not tell its name is taken if it shows a page', () => {
    program('bin/chrome', NO_BROWSER);
    const path = program('bin/microsoft-edge', HIDES_ITS_NAME);
    expect(findBrowser(places())?.path).toBe(path);
  });
});

describe('a wrong KINDLING_BROWSER is refused instead of passed over', () => {
  test('no program: unsupported', () => {
    expect(refusal(() => findBrowser({ KINDLING_BROWSER: '/no/such/browser' }))).toMatch(
      /^unsupported\/browser: KINDLING_BROWSER is \/no\/such\/browser, which is not a program .*Chromium/,
    );
  });

  test.runIf(process.platform === 'linux')('a program that does not start: worker', () => {
    const KINDLING_BROWSER = program('broken', LACKS_LIBRARIES);
    expect(refusal(() => findBrowser({ KINDLING_BROWSER }))).toMatch(
      /^worker\/start: KINDLING_BROWSER is .*broken, which does not start as a browser: .*libnss3\.so/,
    );
  });

  test('a program that is no browser: worker', () => {
    expect(refusal(() => findBrowser({ KINDLING_BROWSER: process.execPath }))).toMatch(
      /^worker\/start: .*does not start as a browser: /,
    );
  });
});

describe.runIf(process.platform === 'linux')('where there is no browser that starts', () => {
  const said: string[] = [];
  beforeEach(() => said.splice(0));
  const say = (line: string): number => said.push(line);

  test("Debian's package is installed when Playwright's Chromium does not start", () => {
    const installations: Installation[] = [
      { title: "installing Playwright's own", run: () => void program(PLAYWRIGHT, LACKS_LIBRARIES) },
      { title: "installing Debian's package", run: () => void program('bin/chromium', STARTS) },
      { title: 'never needed', run: () => expect.unreachable() },
    ];
    const found = ensureBrowser(say, places(), installations);
    expect(found).toEqual({ path: join(folder, 'bin/chromium'), source: 'installed' });
    expect(said).toEqual([
      "No Chromium or Chrome that starts was found: installing Playwright's own …",
      expect.stringContaining('libnss3.so'),
      "No Chromium or Chrome that starts was found: installing Debian's package …",
      `Browser: ${found.path} (installed)`,
    ]);
  });

  test('and none can be installed: unsupported, and what would help', () => {
    const installations = [{ title: 'trying in vain', run: () => {} }];
    expect(refusal(() => ensureBrowser(say, places(), installations))).toMatch(
      /^unsupported\/browser: .*Install one, or set KINDLING_BROWSER/,
    );
  });
});
