// `npm run size`: what a visitor downloads, against the budget; what lies in dist/; whose code is in it.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  gzippedSize,
  listBuilt,
  MAX_EMBED_SCRIPT_BYTES,
  MAX_FIRST_BYTES,
  MAX_MODEL_BYTES,
  MAX_POSTER_BYTES,
  type Sizes,
  sizeOfModel,
  sizeOfPage,
  totalOf,
} from './download-size.ts';
import { DIST, ensureSite, ROOT } from './site.ts';

/** The only kinds of files that a build may contain; `[0-9A-Za-z_-]{8}` is the hash that the build adds. */
const EXPECTED: readonly RegExp[] = [
  /^(service-worker\.js|_headers)$/,
  /^(index|embed|bench|partners)\.html$/,
  /^embed(\.js|\.mjs|\.d\.ts|-policy\.json)$/,
  /^oembed\.json$/,
  /^kindling-embed\/(package\.json|index\.js|index\.d\.ts|LICENSE)$/,
  /^[a-z-]+\.(svg|png|ico|webmanifest|txt|md)$/,
  /^(icons|screenshots)\/[a-z0-9-]+\.(svg|png|webp)$/,
  /^storyboard\.schema\.json$/,
  /^assets\/[\w.-]+-[\w-]{8}\.(js|css|gguf|json|svg)$/,
  /^assets\/ort-wasm-simd-threaded\.(jspi|asyncify)-[\w-]{8}\.(wasm|mjs)$/,
];

/** Licences that let this project be given away under its own. No GPL of any kind. */
const LICENCES = new Set(['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);

const problems: string[] = [];
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const sizeOf = (path: string): number => statSync(join(DIST, path)).size;

await ensureSite(console.error);
const files = listBuilt();

checkPage('index.html', sizeOfPage('index.html'), MAX_FIRST_BYTES);
checkPage('bench.html', sizeOfPage('bench.html'), MAX_FIRST_BYTES);
checkPage('embed.html', sizeOfPage('embed.html'), MAX_POSTER_BYTES);
for (const script of ['embed.js', 'embed.mjs']) checkEmbedScript(script);
checkModel(sizeOfModel());
for (const file of files) {
  if (!EXPECTED.some((pattern) => pattern.test(file)))
    problems.push(`dist/${file} is not a file that a build should contain`);
}
checkRuntime();
checkLicences();

for (const problem of problems) console.error(`Over budget: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkPage(page: string, scripts: Sizes, budget: number): void {
  const total = totalOf(scripts);
  for (const [file, bytes] of scripts) console.log(`  ${file}: ${kb(bytes)} gzipped`);
  console.log(`${page}: ${kb(total)} of JavaScript gzipped (budget ${kb(budget)})`);
  if (scripts.size === 0) problems.push(`${page} loads no script at all`);
  if (total > budget) problems.push(`${page} loads ${kb(total)} of JavaScript, ${kb(budget)} allowed`);
}

function checkEmbedScript(file: string): void {
  const bytes = gzippedSize(file);
  console.log(`${file}: ${kb(bytes)} gzipped (budget ${kb(MAX_EMBED_SCRIPT_BYTES)})`);
  if (bytes > MAX_EMBED_SCRIPT_BYTES)
    problems.push(`${file} has ${kb(bytes)}, ${kb(MAX_EMBED_SCRIPT_BYTES)} allowed`);
}

function checkModel(parts: Sizes): void {
  const total = totalOf(parts);
  console.log(`model: ${kb(total)} in ${parts.size} files (budget ${kb(MAX_MODEL_BYTES)})`);
  if (parts.size === 0) problems.push('there are no weights in dist/');
  if (total > MAX_MODEL_BYTES) problems.push(`the model has ${kb(total)}, ${kb(MAX_MODEL_BYTES)} allowed`);
}

function checkRuntime(): void {
  for (const file of files.filter((name) => /^assets\/.*\.(wasm|mjs)$/.test(name)))
    console.log(`runtime: ${file}: ${kb(sizeOf(file))}`);
  const modules = files.filter((file) => file.endsWith('.wasm')).length;
  if (modules !== 2)
    problems.push(`dist/ has ${modules} wasm files; expected two, of which a browser fetches one`);
}

/** Every package that can end up in the site, from the lock file. */
function checkLicences(): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<
      Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly license?: string }>
    >;
  };
  const byLicence = new Map<string, string[]>();
  for (const [path, { dev, devOptional, license = 'unknown' }] of Object.entries(lock.packages)) {
    if (path === '' || dev || devOptional) continue;
    byLicence.set(license, [...(byLicence.get(license) ?? []), path.replace(/^.*node_modules\//, '')]);
  }
  console.log('third-party packages by licence:');
  for (const [licence, names] of [...byLicence].sort()) {
    console.log(`  ${licence}: ${names.join(', ')}`);
    if (!LICENCES.has(licence))
      problems.push(`${names.join(', ')}: licence ${licence} is not on the list of accepted ones`);
  }
}
