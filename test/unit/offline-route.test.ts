import { expect, test } from 'vitest';
import { type AskedFor, routeOf } from '../../src/offline/route.ts';
import {
  cacheNames,
  parseServiceWorkerOrder,
  type SiteFile,
  type SiteFiles,
} from '../../src/protocol/offline.ts';

const file = (path: string): SiteFile => ({ path, bytes: 1, sha256: 'aa' });
const FILES: SiteFiles = {
  version: '1',
  shell: ['', 'assets/index-AAAAAAAA.js', 'favicon.svg'].map(file),
  model: [file('assets/seedling-BBBBBBBB.gguf')],
  runtime: {
    jspi: [file('assets/ort.jspi-CCCCCCCC.wasm')],
    asyncify: [file('assets/ort.asyncify-DDDDDDDD.wasm')],
  },
};
const SCOPE = 'https://kindling.example/some/path/';

const ask = (url: string, more: Partial<AskedFor> = {}): string => {
  const asked = { url, method: 'GET', isNavigation: false, isRange: false, ...more };
  const route = routeOf(asked, FILES, SCOPE, 'jspi');
  return 'file' in route ? `${route.to} ${route.file.path}` : route.to;
};
const navigate = { isNavigation: true };

test.each([
  ['', navigate, 'shell '],
  ['index.html', navigate, 'shell '],
  ['?shared', navigate, 'shell '],
  ['?reset', navigate, 'reset'],
  ['?reset', {}, 'shell '], // only opening the page resets, not a script that asks for it
  ['assets/index-AAAAAAAA.js', {}, 'shell assets/index-AAAAAAAA.js'],
  ['favicon.svg', {}, 'shell favicon.svg'],
  ['assets/seedling-BBBBBBBB.gguf', {}, 'model assets/seedling-BBBBBBBB.gguf'],
  ['assets/ort.jspi-CCCCCCCC.wasm', {}, 'model assets/ort.jspi-CCCCCCCC.wasm'],
  ['assets/ort.asyncify-DDDDDDDD.wasm', {}, 'network'], // the runtime of other browsers
  ['assets/seedling-BBBBBBBB.gguf', { isRange: true }, 'network'],
  ['assets/index-EEEEEEEE.js', {}, 'earlier'], // a tab with the version before asks for its own
  ['third-party-licences.txt', {}, 'network'],
  ['embed.html', navigate, 'network'],
  ['share', { method: 'POST' }, 'share'],
  ['share', navigate, 'network'],
  ['', { method: 'POST' }, 'network'],
] as const)('“%s” %j is answered by: %s', (path, more, expected) => {
  expect(ask(SCOPE + path, more)).toBe(expected);
});

test('other hosts and other folders are none of its business', () => {
  expect(ask('https://huggingface.co/some/path/favicon.svg')).toBe('network');
  expect(ask('https://kindling.example/favicon.svg')).toBe('network');
  expect(ask('https://kindling.example/some/pathology/favicon.svg')).toBe('network');
});

test('two sites on one host do not take each other’s caches for their own', () => {
  const [outer, inner] = [cacheNames('https://a.example/a/'), cacheNames('https://a.example/a/b/')];
  for (const name of [inner.model, inner.share, `${inner.shell}1`])
    expect(name.startsWith(outer.all)).toBe(false);
  for (const name of [outer.model, outer.share, `${outer.shell}1`])
    expect(name.startsWith(outer.all)).toBe(true);
});

test('a message that is no order is none', () => {
  for (const data of [
    null,
    'take-over',
    1,
    {},
    { type: 'forget' },
    [],
    { type: { toString: () => 'take-over' } },
  ])
    expect(parseServiceWorkerOrder(data)).toBeNull();
  expect(parseServiceWorkerOrder({ type: 'take-over', more: 1 })).toEqual({ type: 'take-over' });
});
