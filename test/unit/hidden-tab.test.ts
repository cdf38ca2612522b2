// Browsers slow timers and animation frames down in hidden tabs: what makes a clip must not wait for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listSources, ROOT } from './source-files.ts';

const FOLDERS = ['core', 'engine', 'graph', 'networks', 'weights'];
/** Downloads wait for servers, by the second; no clip waits for them. */
const DOWNLOADS = ['download.ts', 'range-request.ts', 'model-library.ts'].map(
  (name) => `src/weights/${name}`,
);
const TIMER = /\b(setTimeout|setInterval|requestAnimationFrame|requestIdleCallback)\s*\(/;

test('nothing that makes frames waits for a timer or an animation frame', () => {
  const files = FOLDERS.flatMap((folder) => listSources(`src/${folder}`));
  expect(files.length).toBeGreaterThan(40);
  const timed = files.filter((path) => TIMER.test(readFileSync(join(ROOT, path), 'utf8')));
  expect(timed.toSorted()).toEqual(DOWNLOADS.toSorted());
});
