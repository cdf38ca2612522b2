// What a run of the tests needs before vitest is started: unit tests need nothing, so that they take seconds.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseCLI } from 'vitest/node';
import { ROOT } from './site.ts';

/** What has to be there. */
export interface TestNeeds {
  readonly browser: boolean;
  /** The built site. */
  readonly site: boolean;
}

/** The projects of vitest.config.ts; each has its tests in a folder of its name below `test/`. */
const NEEDS: Readonly<Record<string, TestNeeds>> = {
  unit: { browser: false, site: false },
  browser: { browser: true, site: false },
  e2e: { browser: true, site: true },
};

/**
 * What the tests need that vitest would choose.
 * @param args what follows `vitest run`: options, and parts of file names.
 * @param files the paths of all tests, relative to the repository, with `/`.
 * @returns rather too much than too little where only vitest itself can tell.
 */
export function testNeeds(args: readonly string[], files: readonly string[] = listTests()): TestNeeds {
  if (args.some((arg) => /^(--help|-h|--version|-v)$/.test(arg))) return { browser: false, site: false };
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const patterns = [options.project ?? []].flat().map(String);
  const parts = filter.map(asPart);
  const chosen = Object.entries(NEEDS)
    .filter(([project]) => isChosen(project, patterns))
    .filter(([project]) => {
      const own = files.filter((file) => file.startsWith(`test/${project}/`));
      return (
        parts.length === 0 || own.some((file) => parts.some((part) => file.toLowerCase().includes(part)))
      );
    })
    .map(([, needs]) => needs);
  return { browser: chosen.some(({ browser }) => browser), site: chosen.some(({ site }) => site) };
}

/** `*` stands for anything, `!` excludes, and a name that is none of ours is for vitest to judge. */
function isChosen(project: string, patterns: readonly string[]): boolean {
  const matches = (pattern: string, name: string): boolean =>
    new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 'i').test(name);
  const excluded = patterns.filter((pattern) => pattern.startsWith('!'));
  const included = patterns.filter((pattern) => !pattern.startsWith('!'));
  if (excluded.some((pattern) => matches(pattern.slice(1), project))) return false;
  const isKnown = (pattern: string): boolean => Object.keys(NEEDS).some((name) => matches(pattern, name));
  return included.length === 0 || included.some((pattern) => matches(pattern, project) || !isKnown(pattern));
}

/** A filter as vitest takes it: part of a path below the root, possibly with a line after it. */
function asPart(filter: string): string {
  const path = filter.replace(/:\d+$/, '');
  const isPath = path.startsWith('.') || path.startsWith(ROOT);
  return (isPath ? relative(ROOT, join(path.startsWith('.') ? ROOT : '', path)) : path)
    .replaceAll('\\', '/')
    .toLowerCase();
}

const escapeRegExp = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

function listTests(): string[] {
  return Object.keys(NEEDS).flatMap((project) =>
    readdirSync(join(ROOT, 'test', project), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.test\.tsx?$/.test(name))
      .map((name) => `test/${project}/${name.replaceAll('\\', '/')}`),
  );
}
