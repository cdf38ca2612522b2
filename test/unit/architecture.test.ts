// The map of the project as a test: who may import whom, the one home of each package, no cycles.
import { describe, expect, test } from 'vitest';
import {
  listSources,
  packageName,
  parseSource,
  readSource,
  resolveImport,
  type SourceFile,
} from './source-files.ts';

/** What an area may import besides itself. `types:` before a name allows types only. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/core': [],
  'src/graph': ['src/core'],
  'src/protocol': ['src/core'],
  'src/networks': ['src/core', 'src/graph'],
  'src/weights': ['src/core', 'src/protocol'],
  'src/encode': ['src/core', 'src/protocol'],
  'src/films': ['src/core', 'src/protocol'],
  'src/engine': ['src/core', 'src/protocol', 'src/graph', 'src/networks', 'src/weights', 'src/films'],
  'src/offline': ['src/core', 'src/protocol'],
  'src/client': ['src/core', 'src/protocol'],
  'src/state': ['src/core', 'src/protocol', 'models', 'types:src/client'],
  'src/ui': ['src/core', 'src/state', 'types:src/protocol'],
  'src/embed': ['src/core', 'src/protocol'],
  'src/main.tsx': [
    'src/core',
    'src/protocol',
    'src/films',
    'src/client',
    'src/state',
    'src/ui',
    'src/open-queue.ts',
    'models',
    'workers',
  ],
  'src/open-queue.ts': ['src/films', 'src/client', 'src/state', 'src/ui'],
  'src/bench.tsx': ['src/core', 'src/protocol', 'src/client', 'src/state', 'src/ui', 'models'],
  'src/embed-page.tsx': [
    'src/core',
    'src/protocol',
    'src/client',
    'src/state',
    'src/ui',
    'src/embed',
    'models',
    'workers',
  ],
  'src/partners-page.tsx': ['src/core', 'src/state', 'src/ui', 'src/embed'],
  models: ['src/core', 'src/protocol'],
  workers: [
    'src/core',
    'src/protocol',
    'src/engine',
    'src/weights',
    'src/encode',
    'src/films',
    'src/offline',
    'models',
  ],
};

/** The files that may import each package: a path, or a folder ending in `/`. A package that is not here may not be imported. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@huggingface/tokenizers': ['src/engine/tokenizer.ts'],
  '@preact/signals': ['src/ui/', 'src/main.tsx'],
  '@preact/signals-core': ['src/state/'],
  comlink: ['src/client/', 'src/protocol/comlink.ts', 'workers/'],
  'hash-wasm': ['src/weights/'],
  'mp4-muxer': ['src/encode/mp4.ts'],
  'onnxruntime-web': ['src/engine/runtime.ts'],
  preact: ['src/ui/', 'src/main.tsx', 'src/bench.tsx', 'src/embed-page.tsx', 'src/partners-page.tsx'],
};

const AREAS = Object.keys(ALLOWED);
const files = ['src', 'workers', 'models'].flatMap(listSources).map(readSource);

const areaOf = (path: string): string | undefined =>
  AREAS.find((area) => path === area || path.startsWith(`${area}/`));

/** Sentences about what a file imports and should not. */
function violations(file: SourceFile): string[] {
  const area = areaOf(file.path);
  if (!area) return [`${file.path} is in no known area`];
  return file.imports.flatMap(({ specifier, typeOnly }) => {
    const target = resolveImport(file.path, specifier);
    if (target === null) {
      const homes = HOMES[packageName(specifier)];
      const atHome = homes?.some((home) =>
        home.endsWith('/') ? file.path.startsWith(home) : file.path === home,
      );
      return atHome
        ? []
        : [`${file.path} imports ${specifier}, whose home is ${homes?.join(' or ') ?? 'nowhere'}`];
    }
    const targetArea = areaOf(target);
    if (targetArea === area || (targetArea && ALLOWED[area]?.includes(targetArea))) return [];
    if (typeOnly && targetArea && ALLOWED[area]?.includes(`types:${targetArea}`)) return [];
    return [
      `${file.path} imports ${target}: ${area} may import ${ALLOWED[area]?.join(', ') || 'nothing of ours'}`,
    ];
  });
}

/** The first circle of imports, as a path that ends where it began; null if there is none. */
function findCycle(sources: readonly SourceFile[]): string[] | null {
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    const file = byPath.get(path);
    if (!file || done.has(path)) return null;
    for (const { specifier } of file.imports) {
      const target = resolveImport(path, specifier);
      const cycle = target === null ? null : visit(target, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return null;
  };
  for (const { path } of sources) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return null;
}

test('every import follows the import table, and every package is imported only in its home', () => {
  expect(files.flatMap(violations)).toEqual([]);
});

test('no file imports itself in a circle', () => {
  expect(findCycle(files)).toBeNull();
});

test('worker entry files only build and expose: 60 lines at most', async () => {
  const { readFileSync } = await import('node:fs');
  const long = listSources('workers').filter((path) => readFileSync(path, 'utf8').split('\n').length > 61);
  expect(long).toEqual([]);
});

describe('the tests above would notice', () => {
  const read = (path: string, text: string): string[] => violations(parseSource(path, text));

  test('an import against the table', () => {
    expect(read('src/core/a.ts', `import { x } from '../engine/x.ts';`)).toHaveLength(1);
    expect(read('src/core/a.ts', `export * from '../protocol/x.ts';`)).toHaveLength(1);
    expect(read('src/ui/a.tsx', `const { x } = await import('../client/x.ts');`)).toHaveLength(1);
    expect(read('src/networks/a.ts', `import type { X } from '../engine/x.ts';`)).toHaveLength(1);
    expect(read('src/networks/a.ts', `import { x } from '../graph/x.ts';`)).toEqual([]);
  });

  test('a value imported where only types are allowed', () => {
    expect(read('src/state/a.ts', `import type { X } from '../client/x.ts';`)).toEqual([]);
    expect(read('src/state/a.ts', `import { type X, y } from '../client/x.ts';`)).toHaveLength(1);
    expect(read('src/state/a.ts', `import '../client/x.ts';`)).toHaveLength(1);
  });

  test('a package away from home, and one without a home', () => {
    expect(read('src/engine/runtime.ts', `import * as ort from 'onnxruntime-web/jspi';`)).toEqual([]);
    expect(read('src/engine/denoiser.ts', `import type { Tensor } from 'onnxruntime-web';`)).toHaveLength(1);
    expect(read('src/ui/a.tsx', `import _ from 'lodash';`)).toHaveLength(1);
  });

  test('text that only looks like an import', () => {
    expect(read('src/core/a.ts', `// import x from '../ui/x.ts'\nconst s = "import '../ui/x.ts'";`)).toEqual(
      [],
    );
  });

  test('a circle', () => {
    const a = parseSource('src/core/a.ts', `import './b.ts';`);
    const b = parseSource('src/core/b.ts', `import type { A } from './a.ts';`);
    expect(findCycle([a, b])).toEqual(['src/core/a.ts', 'src/core/b.ts', 'src/core/a.ts']);
    expect(findCycle([a])).toBeNull();
  });
});
