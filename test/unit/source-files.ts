// Reads the project's own sources for the tests about them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseSync } from 'vite';

/** Root of the repository. */
export const ROOT: string = join(import.meta.dirname, '../..');

/** One `import`, `export … from` or `import()`. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Carries types only: nothing of it runs. */
  readonly typeOnly: boolean;
}

/** An exported name and whether a doc comment stands before it. */
export interface Export {
  readonly name: string;
  readonly line: number;
  readonly documented: boolean;
}

/** One parsed file. */
export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Names declared and exported here; re-exports are documented where they are declared. */
  readonly exports: readonly Export[];
}

/** Names of folders that are not ours to judge. */
const SKIPPED = new Set([
  'node_modules',
  'dist',
  '.git',
  '.cache',
  'test-results',
  'coverage',
  '__pycache__',
  '.pytest_cache',
]);

/** Every file below a folder of the repository, relative to the root. */
export function listFiles(folder = '.'): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path.replaceAll('\\', '/')] : [];
  });
}

/** Every TypeScript file below a folder, declarations left out. */
export const listSources = (folder: string): string[] =>
  listFiles(folder).filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'));

/** Reads and parses one file. */
export const readSource = (path: string): SourceFile =>
  parseSource(path, readFileSync(join(ROOT, path), 'utf8'));

/** Parses one file's text. @throws {Error} naming the file if it is not TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { module, comments, errors, program } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const docEnds = comments
    .filter((comment) => comment.type === 'Block' && comment.value.startsWith('*'))
    .map((comment) => comment.end);
  const documented = (start: number): boolean =>
    docEnds.some((end) => end <= start && /^\s*$/.test(text.slice(end, start)));
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;

  const imports: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    imports.push({
      specifier: moduleRequest.value,
      typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    });
  }
  for (const { entries } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (from) imports.push({ specifier: from.value, typeOnly: entries.every((entry) => entry.isType) });
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const specifier = text.slice(moduleRequest.start, moduleRequest.end);
    imports.push({ specifier: specifier.replace(/^['"`]|['"`]$/g, ''), typeOnly: false });
  }

  /** Where the declaration of a name that is exported further down starts. */
  const declarationStart = (name: string): number | undefined =>
    program.body.find((node) => {
      if (node.type === 'VariableDeclaration') {
        return node.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name);
      }
      return 'id' in node && node.id?.type === 'Identifier' && node.id.name === name;
    })?.start;

  const exports = new Map<string, Export>();
  for (const statement of module.staticExports) {
    for (const entry of statement.entries) {
      if (entry.moduleRequest) continue;
      const name = entry.exportName.name ?? 'default';
      const declared = declarationStart(entry.localName.name ?? '');
      const isDocumented = documented(statement.start) || (declared !== undefined && documented(declared));
      // Overloads are one name: the comment stands before the first.
      if (!exports.get(name)?.documented) {
        exports.set(name, { name, line: lineOf(statement.start), documented: isDocumented });
      }
    }
  }
  return { path, imports, exports: [...exports.values()] };
}

/** The file that a relative specifier means, relative to the root and without `?url` and the like; null for a package. */
export function resolveImport(importer: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const bare = specifier.replace(/\?.*$/, '');
  return relative(ROOT, normalize(join(ROOT, dirname(importer), bare))).replaceAll('\\', '/');
}

/** `@scope/name/deep` → `@scope/name`. */
export const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
