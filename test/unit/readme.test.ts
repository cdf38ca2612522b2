// What README and CONTRIBUTING say about commands, options, codes and files is compared with the things themselves.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  CONTENT_SECURITY_POLICY,
  contentPolicy,
  HEADERS_FILE,
  headersFile,
  ISOLATION_HEADERS,
} from '../../scripts/content-security.ts';
import { EXIT_CANCELLED, EXIT_CODES } from '../../scripts/exit-codes.ts';
import { usage } from '../../scripts/generate-arguments.ts';
import { LICENCES_FILE } from '../../scripts/third-party-licences.ts';
import { ASPECTS, MAX_SEED } from '../../src/core/job.ts';
import { MAX_PROMPT_GRAPHEMES } from '../../src/core/prompt.ts';
import { EN } from '../../src/ui/texts/en.ts';
import { ROOT } from './source-files.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readme = read('README.md');
const both = readme + read('CONTRIBUTING.md');
const range = { min: 0, max: 0, default: 0 };
const limits = {
  pictures: true,
  seconds: range,
  fps: range,
  steps: range,
  guidance: range,
  shift: range,
  aspect: { ...range, default: '' },
};

/** All first groups of a pattern. */
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1]!);

test('the first screen has both commands, the headless one and a picture', () => {
  const screen = readme.split('\n').slice(0, 30).join('\n');
  for (const part of ['npm ci && npm start', 'npm ci && npm test', 'npm run generate -- --prompt', '![']) {
    expect(screen).toContain(part);
  }
});

test('every npm script that is named exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = all(both, /npm run (?:--silent )?([a-z-]+)/g);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(scripts).toHaveProperty('start');
  expect(scripts).toHaveProperty('test');
});

test('the options are those of the command, in its order', () => {
  const options = all(readme, /^\| `--([a-z-]+)/gm);
  expect(options.toSorted()).toEqual(all(usage({ limits }), /^ {2}--([a-z-]+)/gm).toSorted());
});

test('the exit codes are those of the command', () => {
  const { embed: _, ...areas } = EXIT_CODES; // cannot happen on the command line
  const rows = [...readme.matchAll(/^\| (\d+) \| `(\w+)`/gm)].map(([, code, area]) => [area, Number(code)]);
  expect(Object.fromEntries(rows)).toEqual(areas);
  expect(readme).toContain(`| ${EXIT_CANCELLED} | cancelled |`);
});

test('the numbers are those of the code', () => {
  expect(readme).toContain(`up to ${MAX_PROMPT_GRAPHEMES} characters`);
  expect(readme).toContain(`0 to ${MAX_SEED}`);
  expect(readme).toContain(ASPECTS.join(', '));
  expect(readme).toContain(`“${EN.actions.generate}”`);
  expect(readme).toContain(LICENCES_FILE);
});

test('every file and folder that is named exists', () => {
  const linked = all(both, /\]\((?!https?:)([^)]+)\)/g);
  const named = all(both, /`((?:src|test|scripts|models|workers|public)(?:\/[\w./-]+)?)`/g);
  expect([...linked, ...named].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the headers for nginx are those that the build writes for other hosts', () => {
  expect(readme).toContain(`"${contentPolicy('https:', "'self'")}"`);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS))
    expect(readme).toContain(`${name} ${value};`);
  expect(headersFile()).toContain(CONTENT_SECURITY_POLICY);
  expect(readme).toContain(HEADERS_FILE);
});
