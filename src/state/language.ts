/** Languages of the page. */
export const LANGUAGES = ['en', 'zh'] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

/** What goes into the page's `lang` attribute. */
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

/** A place for short texts that survives the visit, such as localStorage. May throw: in some frames it is closed. */
export interface TextStore {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
}

const KEY = 'kindling.language';

const languageOf = (tag: string): Language | undefined =>
  LANGUAGES.find(
    (language) => tag.toLowerCase() === language || tag.toLowerCase().startsWith(`${language}-`),
  );

/**
 * The language to begin with: the one chosen earlier, else the first of the browser's that we speak, else English.
 * @param preferred language tags, best first, as in `navigator.languages`.
 */
export function firstLanguage(preferred: readonly string[], store: TextStore | null): Language {
  return (
    languageOf(keptChoice(KEY, store) ?? '') ??
    preferred.map(languageOf).find((found) => found !== undefined) ??
    'en'
  );
}

/** Remembers a choice for the next visit, if the store allows it. */
export function keepLanguage(language: Language, store: TextStore | null): void {
  keepChoice(KEY, language, store);
}

/** What was chosen on an earlier visit; null for nothing. */
export function keptChoice(name: string, store: TextStore | null): string | null {
  try {
    return store?.getItem(name) ?? null;
  } catch {
    return null; // a closed store only means that nothing is remembered
  }
}

/** Remembers any choice. */
export function keepChoice(name: string, choice: string, store: TextStore | null): void {
  try {
    store?.setItem(name, choice);
  } catch {
    // Full or closed: the choice holds for this visit.
  }
}
