import { AppError } from '../core/errors.ts';
import { LANGUAGES, type Language } from './language.ts';

/** What the words of the model's world are about. */
export const CATEGORIES = ['subject', 'colour', 'scene', 'motion', 'camera', 'light', 'style'] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

/** One thing that the model knows, with all its names; the first is the plainest. */
export type LexiconEntry = Readonly<Record<Language, readonly string[]>>;

/** The world of a model in words. */
export interface Lexicon {
  readonly categories: Readonly<Record<Category, readonly LexiconEntry[]>>;
  /** Words that carry no picture of their own: the, with, 和, 的. */
  readonly functionWords: LexiconEntry;
  /** Prompts that come out well. */
  readonly examples: LexiconEntry;
}

const wrong = (path: string, expected: string): AppError =>
  new AppError(
    'model/format',
    `The model's word list is damaged: ${path}: expected ${expected}. Reload the page.`,
  );

const own = (from: unknown, name: string, path: string): unknown => {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) throw wrong(path, `“${name}”`);
  return (from as Record<string, unknown>)[name];
};

const words = (value: unknown, path: string): readonly string[] => {
  if (!Array.isArray(value) || !value.every((word) => typeof word === 'string'))
    throw wrong(path, 'a list of words');
  return value.filter((word) => word !== '');
};

const entry = (value: unknown, path: string): LexiconEntry =>
  Object.fromEntries(
    LANGUAGES.map((language) => [language, words(own(value, language, path), `${path}.${language}`)]),
  ) as Record<Language, readonly string[]>;

/**
 * Reads a lexicon.
 * @throws {AppError} `model/format` naming the path.
 */
export function parseLexicon(value: unknown): Lexicon {
  const categories = own(value, 'categories', 'lexicon');
  return {
    categories: Object.fromEntries(
      CATEGORIES.map((category) => {
        const list = own(categories, category, 'lexicon.categories');
        if (!Array.isArray(list)) throw wrong(`lexicon.categories.${category}`, 'a list');
        return [category, list.map((one, i) => entry(one, `lexicon.categories.${category}[${i}]`))];
      }),
    ) as unknown as Record<Category, readonly LexiconEntry[]>,
    functionWords: entry(own(value, 'functionWords', 'lexicon'), 'lexicon.functionWords'),
    examples: entry(own(value, 'examples', 'lexicon'), 'lexicon.examples'),
  };
}
