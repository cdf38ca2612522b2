import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../src/ui/styles/tokens.css', import.meta.url), 'utf8');
const colours = (block: string): Map<string, string> =>
  new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
const [light = '', dark = ''] = [...css.matchAll(/:root \{([^}]*)\}/g)].map((match) => match[1]!);

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

/** Text colour, its grounds. */
const TEXT: readonly [string, readonly string[]][] = [
  ['ink', ['paper', 'card', 'frame', 'leaf-wash', 'alarm-wash', 'ember-wash']],
  ['soft', ['paper', 'card', 'frame', 'leaf-wash', 'alarm-wash']],
  ['ember', ['paper', 'card', 'alarm-wash']],
  ['ember-deep', ['ember-wash']],
  ['on-ember', ['ember', 'ember-deep']],
  ['alarm', ['alarm-wash', 'card', 'paper']],
];

describe.each([
  ['by day', light],
  ['by lamplight', dark],
])('%s', (_, block) => {
  const named = colours(block);
  const at = (name: string): string => named.get(name) ?? expect.fail(`no colour ${name}`);

  test.each(TEXT)('%s can be read on its grounds (4.5:1)', (text, grounds) => {
    for (const ground of grounds) {
      expect(contrast(at(text), at(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('edges of controls and the focus ring can be seen (3:1)', () => {
    for (const ground of ['paper', 'card']) {
      expect(contrast(at('edge'), at(ground)), `edge on ${ground}`).toBeGreaterThanOrEqual(3);
      expect(contrast(at('ember'), at(ground)), `ember on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
});
