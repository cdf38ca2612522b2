// What a build writes when it is told where it will be served, through the site's own configuration and Vite; the rest of the site is
// left out, because nothing else reads the address.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, loadConfigFromFile, type Plugin, type Rolldown } from 'vite';
import { afterEach, expect, test } from 'vitest';
import { oembedSample } from '../../src/ui/partners/code-samples.ts';

const ROOT = join(import.meta.dirname, '../..');
const kept = process.env.KINDLING_SITE;
afterEach(() => {
  if (kept === undefined) delete process.env.KINDLING_SITE;
  else process.env.KINDLING_SITE = kept;
});

/** Builds embed.html without its script, as `KINDLING_SITE` says. @returns the files by name. */
async function builtWith(site: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (site === undefined) delete process.env.KINDLING_SITE;
  else process.env.KINDLING_SITE = site;
  const config = await loadConfigFromFile(
    { command: 'build', mode: 'production' },
    join(ROOT, 'vite.config.ts'),
    ROOT,
    'silent',
  );
  const plugins = (config?.config.plugins ?? []).filter((plugin): plugin is Plugin =>
    Boolean(plugin && 'name' in plugin && plugin.name === 'oembed'),
  );
  expect(plugins).toHaveLength(1);
  const root = mkdtempSync(join(tmpdir(), 'kindling-oembed-'));
  try {
    const page = readFileSync(join(ROOT, 'embed.html'), 'utf8').replace(
      /<script\b.*?<\/script>|<link\b[^>]*>/gs,
      '',
    );
    writeFileSync(join(root, 'embed.html'), page);
    const built = (await build({
      configFile: false,
      root,
      logLevel: 'silent',
      base: config?.config.base ?? '/',
      plugins,
      build: { write: false, rolldownOptions: { input: join(root, 'embed.html') } },
    })) as Rolldown.RolldownOutput;
    return new Map(
      built.output.flatMap((file) =>
        file.type === 'asset' ? [[file.fileName, String(file.source)] as const] : [],
      ),
    );
  } finally {
    rmSync(root, { recursive: true });
  }
}

test.each([
  ['https://clips.example', 'https://clips.example/'],
  ['https://partners.example/tools/kindling', 'https://partners.example/tools/kindling/'],
  ['https://partners.example/tools/kindling/?a=1#b', 'https://partners.example/tools/kindling/'],
])('a build for %s says the same address everywhere', async (site, base) => {
  const files = await builtWith(site);
  const answer = JSON.parse(files.get('oembed.json') ?? '') as Record<string, unknown>;
  expect(answer).toMatchObject({ version: '1.0', type: 'rich', provider_url: base });
  expect(answer.html).toContain(`src="${base}embed.html"`);
  // The frame's page leads to the answer, with the very tag that partners are shown.
  const link = /<link rel="alternate"[^>]*>/.exec(files.get('embed.html') ?? '')?.[0] ?? '';
  expect(link.replace(/\s*\/?>$/, ' />')).toBe(oembedSample(base));
});

test('a build that is told no address names none, and one that is told nonsense does not begin', async () => {
  const files = await builtWith(undefined);
  expect([...files.keys()]).toEqual(['embed.html']);
  expect(files.get('embed.html')).not.toContain('oembed');
  await expect(builtWith('kindling.example')).rejects.toThrow(/KINDLING_SITE is kindling\.example/);
});

test('the web manifest is right wherever the site lies: its addresses begin at its own', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'public/manifest.webmanifest'), 'utf8')) as unknown;
  const addresses: string[] = [];
  const look = (value: unknown, name = ''): void => {
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) look(inner, key);
    else if (/^(src|url|action|start_url|scope)$/.test(name)) addresses.push(String(value));
  };
  look(manifest);
  expect(addresses.length).toBeGreaterThan(5);
  const site = new URL('https://partners.example/tools/kindling/manifest.webmanifest');
  for (const address of addresses)
    expect(new URL(address, site).href).toMatch(/^https:\/\/partners\.example\/tools\/kindling\//);
});
