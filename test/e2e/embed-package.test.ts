// What partners install and load: the package as npm would unpack it, its types, and what the site says about itself.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listBuilt } from '../../scripts/download-size.ts';
import { DIST, ROOT } from '../../scripts/site.ts';
import { RUNTIME_BYTES } from '../../src/state/runtime-bytes.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kindling-partner-'));
  mkdirSync(join(folder, 'node_modules'));
  cpSync(join(DIST, 'kindling-embed'), join(folder, 'node_modules/kindling-embed'), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says about a partner's file; empty for nothing. */
function compile(name: string, source: string): string {
  writeFileSync(join(folder, name), source);
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const libraries = ['--lib', 'es2022,dom,dom.iterable', '--types', ''];
  try {
    execFileSync(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, ...libraries, name],
      {
        cwd: folder,
        stdio: 'pipe',
      },
    );
    return '';
  } catch (error) {
    return String((error as { readonly stdout?: Buffer }).stdout);
  }
}

test('the package is typed: a partner’s program compiles, and a mistake in it does not', () => {
  const program = (job: string) => `
    import { create, defineClipElement, type EmbedClip, type EmbedHandle } from 'kindling-embed';
    defineClipElement();
    const widget: EmbedHandle = await create(document.body, { src: 'https://kindling.example/embed.html', lang: 'zh' });
    const clip: EmbedClip = await widget.generate(${job}, {
      signal: AbortSignal.timeout(1000),
      onProgress: ({ phase, fraction }) => console.log(phase === 'denoise', fraction.toFixed(2)),
      onPreview: ({ frames }) => console.log(frames[0]?.length),
    });
    const stop: () => void = widget.on('clip', ({ file, labels }) => console.log(file.size, labels.visible));
    const left: number | null = (await widget.status()).clipsLeft;
    document.querySelector('kindling-clip')?.handle?.then((handle) => handle.destroy());
    console.log(clip.codec, stop, left);
  `;
  expect(compile('right.ts', program(`{ prompt: 'a cat', aspect: '9:16', picture: new Blob() }`))).toBe('');
  expect(compile('wrong.ts', program(`{ promt: 'a cat' }`))).toContain('promt');
});

test('the package runs nothing and needs no page when it is imported', async () => {
  const { create, defineClipElement } = (await import(
    join(folder, 'node_modules/kindling-embed/index.js')
  )) as Record<string, unknown>;
  expect([typeof create, typeof defineClipElement]).toEqual(['function', 'function']);
});

test('the declarations beside embed.mjs stand alone', () => {
  cpSync(join(DIST, 'embed.d.ts'), join(folder, 'embed.d.ts'));
  expect(
    compile(
      'beside.ts',
      `import { create } from './embed'; create(document.body).then(({ terms }) => terms.models);`,
    ),
  ).toBe('');
});

test('the widget says truly how much the runtime is', () => {
  const sizes = listBuilt()
    .filter((file) => file.endsWith('.wasm'))
    .map((file) => statSync(join(DIST, file)).size);
  expect(Math.max(...sizes)).toBe(RUNTIME_BYTES);
});

test.each(['embed.html', 'partners.html'])(
  '%s forbids inline scripts, text that becomes a script, and other hosts',
  (page) => {
    const html = readFileSync(join(DIST, page), 'utf8');
    const policy =
      /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#39;', "'") ??
      '';
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    expect(rules.get('default-src')).toBe("default-src 'none'");
    expect(rules.get('script-src')).toBe("script-src 'self' 'wasm-unsafe-eval'");
    expect(rules.get('connect-src')).toBe("connect-src 'self' blob:");
    expect(rules.get('require-trusted-types-for')).toBe("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*/);
    expect(html.indexOf('http-equiv')).toBeLessThan(html.indexOf('<script'));
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/);
  },
);
