import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATEGORIES, type Lexicon, parseLexicon } from '../../src/state/lexicon.ts';
import { spellingDistance, suggestWords } from '../../src/state/suggestions.ts';
import { findUnknownWords, indexWords, replaceWord, stem } from '../../src/state/unknown-words.ts';

const raw: unknown = JSON.parse(
  readFileSync(new URL('../../models/seedling/lexicon.json', import.meta.url), 'utf8'),
);
const lexicon: Lexicon = parseLexicon(raw);
const index = indexWords(lexicon);
const unknown = (prompt: string): string[] => findUnknownWords(prompt, index).map(({ text }) => text);

describe('English', () => {
  test('plurals, possessives and other forms of known words are known', () => {
    expect(
      unknown("The cats' ball, a dog’s boats; three puppies jumped, ROBOTS zooming and spinning"),
    ).toEqual([]);
  });

  test('words from outside are found, each once, with every place', () => {
    const [word, ...more] = findUnknownWords('a submarine and two Submarines', index);
    expect(word).toMatchObject({
      text: 'submarine',
      script: 'latin',
      spans: [
        { start: 2, end: 11 },
        { start: 20, end: 30 },
      ],
    });
    expect(more).toEqual([]);
  });

  test('a known word inside a longer one does not make it known', () => {
    expect(unknown('a catapult and a carpool')).toEqual(['catapult', 'carpool']);
  });

  test('numbers, punctuation and plain words are left alone', () => {
    expect(unknown('3 cats, 50% of them – without my … "through" it!')).toEqual([]);
  });

  test.each([
    ['flies', 'fly'],
    ['running', 'run'],
    ['falling', 'fall'],
    ['boxes', 'box'],
    ['grass', 'gras'],
    ["hero's", 'hero'],
    ['sing', 'sing'],
  ])('the stem of %s is %s or its like', (word, root) => {
    expect(stem(word).startsWith(root.slice(0, 3))).toBe(true);
    expect(stem(word)).toBe(stem(root === 'gras' ? 'grass' : root));
  });
});

describe('Chinese', () => {
  test('known words are found by the longest match, without spaces', () => {
    expect(unknown('雪林里的一只橙色的小猫，太阳落山，镜头推近')).toEqual([]);
  });

  test('what is left over is cut into words', () => {
    expect(unknown('一只猫弹着钢琴')).toEqual(['弹', '钢琴']);
  });

  test('a longer word wins over a shorter one that would leave a rest', () => {
    const small = indexWords({
      ...lexicon,
      categories: { ...lexicon.categories, subject: [{ en: [], zh: ['小猫', '猫咪', '小'] }] },
    });
    expect(findUnknownWords('小猫咪', small)).toEqual([]);
  });
});

describe('mixed text', () => {
  test('both scripts are read in one prompt', () => {
    expect(unknown('Superman弹着钢琴，a cat 路过月球')).toEqual(['Superman', '弹', '钢琴']);
  });

  test('emoji and other scripts are not known either', () => {
    expect(unknown('a cat 🦖 и собака 👨‍👩‍👧')).toEqual(['🦖', 'и', 'собака', '👨‍👩‍👧']);
  });

  test('an odd prompt of full length is read in a moment', () => {
    const started = performance.now();
    findUnknownWords('猫'.repeat(4000) + 'ab '.repeat(1000), index);
    findUnknownWords("'’".repeat(3000), index);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test('every example of the lexicon is made of words that it knows', () => {
  for (const example of [...lexicon.examples.en, ...lexicon.examples.zh])
    expect([example, unknown(example)]).toEqual([example, []]);
  expect(lexicon.examples.en.length).toBeGreaterThanOrEqual(4);
});

describe('suggestions', () => {
  const suggest = (prompt: string, at = 0): readonly string[] =>
    suggestWords(prompt, findUnknownWords(prompt, index)[at]!, lexicon, 'en');

  test('what comes nearest stands first', () => {
    expect(suggest('a yellow submarine')[0]).toBe('boat');
    expect(suggest('two lions')[0]).toBe('cat');
    expect(suggest('a house by the lake')[0]).toMatch(/ocean|sea/);
    expect(suggest('一艘潜艇')[0]).toBe('船');
  });

  test('a slip of the finger is understood', () => {
    expect(suggest('a cat in the froest')[0]).toBe('forest');
    expect(suggest('a purpel ball')[0]).toBe('purple');
    expect(spellingDistance('forest', 'froest')).toBe(1);
    expect(spellingDistance('', 'abc')).toBe(3);
    expect(spellingDistance('cat', 'cat')).toBe(0);
  });

  test('the neighbours tell the kind of word', () => {
    const scenes = lexicon.categories.scene.map(({ en }) => en[0]);
    expect(suggest('a cat in the laundromat').every((word) => scenes.includes(word))).toBe(true);
  });

  test('they are few, known, and not yet in the prompt', () => {
    const words = suggest('a cat and a boat and a quixotic');
    expect(words.length).toBeGreaterThan(0);
    expect(words.length).toBeLessThanOrEqual(4);
    expect(words).not.toContain('cat');
    for (const word of words) expect(unknown(word)).toEqual([]);
  });

  test('putting one in replaces every place, and leaves a changed text alone', () => {
    const prompt = 'a submarine and two Submarines';
    const word = findUnknownWords(prompt, index)[0]!;
    expect(replaceWord(prompt, word, 'boat')).toBe('a boat and two boat');
    expect(replaceWord('something else entirely, longer', word, 'boat')).toBe(
      'something else entirely, longer',
    );
  });
});

describe('a lexicon that is not one', () => {
  test.each([
    null,
    [],
    {},
    { categories: {}, functionWords: {}, examples: {} },
    { ...(raw as object), functionWords: { en: [1], zh: [] } },
    { ...(raw as object), categories: Object.fromEntries(CATEGORIES.map((name) => [name, 'cat'])) },
  ])('is refused with the place named', (value) => {
    expect(() => parseLexicon(value)).toThrow(/lexicon/);
  });
});
