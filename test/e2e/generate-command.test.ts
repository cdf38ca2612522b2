// `npm run generate` as it is called: a process, its streams, its exit code and what it leaves on disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/site.ts';
import type { GenerationReport } from '../../src/protocol/engine-api.ts';
import { readClip } from './clip-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kindling-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command in the test's folder. */
function start(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const command = [join(ROOT, 'scripts/run.mjs'), join(ROOT, 'scripts/generate.ts'), ...args];
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

const run = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> => start(args, env).ended;

/** A small job, so that a test of the command is not a test of patience. */
const SMALL = [
  '--prompt',
  'an orange cat in a snowy forest',
  '--device',
  'wasm',
  '--seconds',
  '1',
  '--steps',
  '2',
  '--guidance',
  '1',
];

describe('makes a clip', () => {
  test('from words, and reports as JSON', async () => {
    const out = join(folder, 'words.mp4');
    const { code, stdout, stderr } = await run([
      ...SMALL,
      '--aspect',
      '1:1',
      '--seed',
      '7',
      '--out',
      out,
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as GenerationReport & { file: string };
    expect(report).toMatchObject({ device: 'wasm', seed: 7, fps: 30, frames: 30, steps: 2, file: out });
    expect(report.seconds.total).toBeGreaterThan(0);
    const clip = readFileSync(out);
    expect(clip.byteLength).toBe(report.bytes);
    expect(readClip(clip)).toMatchObject({
      width: report.width,
      height: report.height,
      frames: 30,
      seconds: 1,
    });
    expect(stderr).toContain('Browser: ');
  });

  test('from a picture', async () => {
    const out = join(folder, 'picture.mp4');
    const image = join(ROOT, 'test/fixtures/pictures/scene.jpg');
    const args = ['--image', image, '--prompt', 'the sky darkens', ...SMALL.slice(2), '--out', out];
    const { code, stdout, stderr } = await run(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('');
    expect(readClip(readFileSync(out)).frames).toBe(30);
  });

  test('twice with the same job: the same file, byte for byte', async () => {
    const files = ['first.mp4', 'second.mp4'].map((name) => join(folder, name));
    for (const out of files) expect((await run([...SMALL, '--seed', '5', '--out', out])).code).toBe(0);
    expect(readFileSync(files[0]!).equals(readFileSync(files[1]!))).toBe(true);
  });
});

describe('fails with the exit code of the area, and leaves nothing behind', () => {
  /** The browser that is named does not exist: the command must not get as far as looking for it. */
  const noBrowser = { KINDLING_BROWSER: '/no/such/browser' };

  test('wrong arguments: 2, before any browser is looked for', async () => {
    const { code, stdout, stderr } = await run(
      [...SMALL, '--fps', '60', '--out', join(folder, 'a.mp4'), '--json'],
      noBrowser,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^input\/fps: .*30/);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'input/fps', detail: { nearest: [30] } } });
  });

  test('no such picture: 2', async () => {
    const { code, stderr } = await run(
      [...SMALL, '--image', join(folder, 'none.jpg'), '--out', join(folder, 'a.mp4')],
      noBrowser,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^input\/picture-unreadable: /);
  });

  test('a folder that does not exist: 6', async () => {
    const { code, stderr } = await run([...SMALL, '--out', join(folder, 'none/a.mp4')], noBrowser);
    expect(code).toBe(6);
    expect(stderr).toMatch(/^storage\/write: /);
  });

  test('a KINDLING_BROWSER that is no program: 3', async () => {
    const { code, stdout, stderr } = await run(
      [...SMALL, '--out', join(folder, 'a.mp4'), '--json'],
      noBrowser,
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/^unsupported\/browser: KINDLING_BROWSER is \/no\/such\/browser/);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unsupported/browser' } });
  });

  test('a KINDLING_BROWSER that does not start as a browser: 9', async () => {
    const { code, stderr } = await run([...SMALL, '--out', join(folder, 'a.mp4')], {
      KINDLING_BROWSER: process.execPath,
    });
    expect(code).toBe(9);
    expect(stderr).toMatch(/^worker\/start: /);
  });

  test('a picture that is text: 2, from the page', async () => {
    const image = join(folder, 'text.jpg');
    writeFileSync(image, 'not a picture');
    const { code, stderr } = await run([...SMALL, '--image', image, '--out', join(folder, 'a.mp4')]);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/input\/picture-unreadable: /);
  });

  test('Ctrl+C: 130', async () => {
    const { child, ended } = start([
      ...SMALL,
      '--seconds',
      '5',
      '--steps',
      '50',
      '--out',
      join(folder, 'a.mp4'),
    ]);
    let seen = '';
    child.stderr?.on('data', (data) => {
      seen += String(data);
      if (seen.includes('imagining')) child.kill('SIGINT');
    });
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain('Cancelled.');
  });

  test('nothing but finished clips is in the folder', () => {
    expect(
      readdirSync(folder).filter((name) => !/^(words|picture|first|second)\.mp4$|^text\.jpg$/.test(name)),
    ).toEqual([]);
  });
});

test('--help tells everything and starts nothing', async () => {
  const { code, stdout } = await run(['--help'], { KINDLING_BROWSER: '/no/such/browser' });
  expect(code).toBe(0);
  expect(stdout).toContain('--guidance');
});
