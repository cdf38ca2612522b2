// What can be checked about words: doc comments, and that the repository speaks of nothing outside itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFiles, listSources, parseSource, ROOT, readSource, type SourceFile } from './source-files.ts';

const undocumented = (file: SourceFile): string[] =>
  file.exports.filter((symbol) => !symbol.documented).map(({ name, line }) => `${file.path}:${line} ${name}`);

test('every exported symbol has a doc comment', () => {
  const files = ['src', 'workers', 'models', 'scripts'].flatMap(listSources).map(readSource);
  expect(files.flatMap(undocumented)).toEqual([]);
});

describe('the test above would notice', () => {
  const read = (text: string): string[] => undocumented(parseSource('a.ts', text));

  test('a missing comment and one of the wrong kind', () => {
    expect(read('export const a = 1;')).toEqual(['a.ts:1 a']);
    expect(read('// not a doc comment\nexport function a() {}')).toEqual(['a.ts:2 a']);
    expect(read('/** Of b. */\nconst b = 1;\nexport type A = typeof b;')).toEqual(['a.ts:3 A']);
  });

  test('and is content with comments, exports further down and overloads', () => {
    expect(read('/** A. */\nexport const a = 1;')).toEqual([]);
    expect(read('/** A. */\nconst a = 1;\nexport { a };')).toEqual([]);
    expect(read("export { a } from './b.ts';")).toEqual([]);
    expect(
      read(
        '/** A. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;\nexport function a(x: 1 | 2) { return x; }',
      ),
    ).toEqual([]);
  });
});

/** Joined here so that this file does not match itself. */
const FOREIGN = [
  ['..', 'shared', ''].join('/'), // a folder beside the repository
  ['', 'work', 'main'].join('/'), // somebody's machine
  ['', 'root', ''].join('/'),
  ['file:', '', '', ''].join('/'),
];

test('no file speaks of places outside the repository', () => {
  const texts = listFiles().filter((path) =>
    /\.(tsx?|mjs|js|json|md|html|css|py|yml|yaml|svg|txt|run)$|(^|\/)\.[a-z]+(\/run)?$/.test(path),
  );
  const found = texts.flatMap((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return FOREIGN.filter((place) => text.includes(place)).map((place) => `${path}: ${place}`);
  });
  expect(found).toEqual([]);
});

test('the lock file names no registry but the public one', () => {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hosts = new Set([...lock.matchAll(/"resolved": "(https?:\/\/[^/]+)/g)].map((match) => match[1]));
  hosts.delete('https://registry.npmjs.org');
  expect([...hosts]).toEqual([]);
});
