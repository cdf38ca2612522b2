import { expect, test } from 'vitest';
import { findBrowser } from '../../scripts/find-browser.ts';

test('takes the browser that KINDLING_BROWSER names', () => {
  expect(findBrowser({ KINDLING_BROWSER: process.execPath })).toEqual({
    path: process.execPath,
    source: 'KINDLING_BROWSER',
  });
});

test('refuses a KINDLING_BROWSER that cannot be run instead of passing over it', () => {
  expect(() => findBrowser({ KINDLING_BROWSER: '/no/such/browser' })).toThrow(
    /KINDLING_BROWSER is \/no\/such\/browser/,
  );
});

// Elsewhere the usual places do not follow from variables.
test.runIf(process.platform === 'linux')('finds nothing where there is nothing', () => {
  expect(findBrowser({ PATH: '', PLAYWRIGHT_BROWSERS_PATH: '/no/such/cache' })).toBeNull();
});
