import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src/core/errors.ts';
import { checkPrompt, countGraphemes } from '../../src/core/prompt.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const code = (text: string, hasPicture = false): string => {
  try {
    checkPrompt(text, { hasPicture });
    return 'ok';
  } catch (error) {
    return (error as AppError).code;
  }
};

test('characters are counted as people count them', () => {
  expect(countGraphemes('')).toBe(0);
  expect(countGraphemes('a cat')).toBe(5);
  expect(countGraphemes('红色的车')).toBe(4);
  expect(countGraphemes(`${FAMILY}🏴󠁧󠁢󠁥󠁮󠁧󠁿❤️`)).toBe(3);
  expect(countGraphemes('e\u0301')).toBe(1);
  expect(countGraphemes('a\r\nb')).toBe(3);
});

test('500 characters are accepted and 501 are not, whatever they are made of', () => {
  for (const character of ['a', '猫', FAMILY, 'e\u0301']) {
    expect(code(character.repeat(500)), character).toBe('ok');
    expect(code(character.repeat(501)), character).toBe('input/prompt-too-long');
  }
});

test('a prompt that is too long says by how much', () => {
  expect(() => checkPrompt('a'.repeat(512), { hasPicture: false })).toThrow(/512 characters.*500.*by 12/s);
});

test('a text of many megabytes is refused at once', () => {
  const start = performance.now();
  expect(code('猫'.repeat(1_000_000))).toBe('input/prompt-too-long');
  expect(code(`a${'\u0301'.repeat(1_000_000)}`)).toBe('input/prompt-too-long');
  expect(performance.now() - start).toBeLessThan(3000);
});

test('line breaks and tabs become spaces, and spaces around the prompt go', () => {
  expect(checkPrompt(' a\tred\r\ncar\u2028drives \n', { hasPicture: false })).toBe('a red car drives');
});

test('joiners, variation selectors and direction marks stay as they are', () => {
  for (const text of [FAMILY, '❤️', 'می‌خواهم', '\u200fשלום', '\u2067עברית\u2069']) {
    expect(checkPrompt(text, { hasPicture: false })).toBe(text);
  }
});

describe('characters that are no text are refused', () => {
  test.each([
    ['null', 'a\0b'],
    ['escape', '\u001b[31mred'],
    ['delete', 'a\u007f'],
    ['a C1 control', 'a\u0085b'],
    ['a high surrogate alone', 'a\ud83d'],
    ['a low surrogate alone', '\udc00a'],
    ['surrogates in the wrong order', '\udc00\ud83d'],
    ['right-to-left override', 'a\u202egpj'],
    ['a noncharacter', 'a\uffff'],
    ['a noncharacter of another plane', 'a\u{1fffe}'],
  ])('%s', (_, text) => {
    expect(code(text)).toBe('input/prompt-characters');
    expect(code(text, true)).toBe('input/prompt-characters');
  });

  test('and the message says which and where', () => {
    try {
      checkPrompt(`${FAMILY} a\u0007`, { hasPicture: false });
      expect.unreachable();
    } catch (error) {
      expect((error as AppError).detail).toEqual({ codePoint: 'U+0007', position: 4 });
      expect((error as AppError).message).toContain('U+0007');
    }
  });
});

test('a prompt may be empty only beside a picture', () => {
  for (const nothing of ['', ' \n\t', '\u3000', '\u200b\u200d\ufe0f', '\ufeff']) {
    expect(code(nothing)).toBe('input/prompt-empty');
    expect(checkPrompt(nothing, { hasPicture: true })).toBe('');
  }
});
