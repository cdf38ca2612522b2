// What the widget and the page for partners say, in every language, and the code that partners copy.
import { describe, expect, test } from 'vitest';
import { answerFor, oembed } from '../../scripts/oembed.ts';
import { parsePolicy } from '../../src/protocol/embed-policy.ts';
import { codeSample, FORMS, POLICY_SAMPLE } from '../../src/ui/partners/code-samples.ts';
import { PARTNERS_TEXTS } from '../../src/ui/partners/partners-texts.ts';
import { WIDGET_TEXTS } from '../../src/ui/widget/widget-texts.ts';

/** Every text with its path; functions are called with sample values. */
function sentences(table: unknown, path = ''): [string, string][] {
  if (typeof table === 'string') return [[path, table]];
  if (typeof table === 'function') return [[path, String(table(3, 7))]];
  if (typeof table !== 'object' || table === null) return [];
  return Object.entries(table).flatMap(([name, value]) => sentences(value, path ? `${path}.${name}` : name));
}

const HAN = /\p{Script=Han}/u;
/** Terms of the interface are the same for everybody. */
const SHARED = /terms\.\d+\.0$|\.code$/;

describe.each([
  ['widget', WIDGET_TEXTS],
  ['page for partners', PARTNERS_TEXTS],
])('the %s', (_, texts) => {
  test('says the same things in both languages', () => {
    expect(sentences(texts.zh).map(([path]) => path)).toEqual(sentences(texts.en).map(([path]) => path));
    for (const [path, text] of sentences(texts.en))
      expect([path, text !== '' && !HAN.test(text)]).toEqual([path, true]);
    for (const [path, text] of sentences(texts.zh))
      expect([path, SHARED.test(path) || HAN.test(text)]).toEqual([path, true]);
  });
});

test('code in the documentation is closed, and the same in both languages', () => {
  const code = (texts: (typeof PARTNERS_TEXTS)['en']): string[] =>
    sentences(texts.sections).flatMap(([path, text]) => {
      const parts = text.split('`');
      expect([path, parts.length % 2]).toEqual([path, 1]);
      return parts.filter((_part, i) => i % 2 === 1);
    });
  expect(new Set(code(PARTNERS_TEXTS.zh))).toEqual(new Set(code(PARTNERS_TEXTS.en)));
});

describe('what partners copy', () => {
  const nasty = { prompt: `a "cat" <b>& 'dog' \\ 猫`, aspect: '9:16', lang: 'zh' };

  test.each(FORMS)('%s: words with quotes and angle brackets cannot leave their place', (form) => {
    const code = codeSample(form, 'https://kindling.example/', nasty);
    expect(code).toContain('https://kindling.example/embed');
    if (form === 'frame' || form === 'element') expect(code).not.toContain('<b>');
    if (form === 'script') expect(code).toContain(`prompt: 'a "cat" <b>& \\'dog\\' \\\\ 猫'`);
  });

  test('the policy is one that the widget takes', () => {
    expect(parsePolicy(JSON.parse(POLICY_SAMPLE)).embedders).toEqual(['https://partner.example']);
  });
});

describe('the oEmbed answer', () => {
  test('has what consumers need, with whole addresses', () => {
    const answer = answerFor('https://kindling.example/app/');
    expect(answer).toMatchObject({ version: '1.0', type: 'rich', width: 480, height: 640 });
    expect(answer.html).toContain('src="https://kindling.example/app/embed.html"');
  });

  test('is only given by a build that knows its address', () => {
    const files = (site: string | undefined): string[] => {
      const emitted: string[] = [];
      const { generateBundle } = oembed(site);
      const context = { emitFile: ({ fileName }: { fileName: string }) => emitted.push(fileName) };
      if (typeof generateBundle === 'function') Reflect.apply(generateBundle, context, []);
      return emitted;
    };
    expect(files(undefined)).toEqual([]);
    expect(files('https://kindling.example')).toEqual(['oembed.json']);
    expect(() => oembed('kindling.example')).toThrow(/KINDLING_SITE/);
  });
});
