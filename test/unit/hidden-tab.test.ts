// Browsers slow timers and animation frames down in hidden tabs: what makes a clip must not wait for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listSources, ROOT } from './source-files.ts';

const FOLDERS = ['core', 'engine', 'graph', 'networks', 'weights'];
const TIMER = /\b(setTimeout|setInterval|requestAnimationFrame|requestIdleCallback)\s*\(/;

test('nothing that makes frames waits for a timer or an animation frame', () => {
  const files = FOLDERS.flatMap((folder) => listSources(`src/${folder}`));
  expect(files.length).toBeGreaterThan(40);
  expect(files.filter((path) => TIMER.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
});
