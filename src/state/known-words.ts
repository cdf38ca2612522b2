import { batch, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Language } from './language.ts';
import type { Lexicon } from './lexicon.ts';
import type { UnknownWord, WordIndex } from './unknown-words.ts';

/** What reads words: fetched with the lexicon, when the page has been painted. */
const loadReader = async () => {
  const [{ parseLexicon }, { suggestWords }, words] = await Promise.all([
    import('./lexicon.ts'),
    import('./suggestions.ts'),
    import('./unknown-words.ts'),
  ]);
  return { ...words, parseLexicon, suggestWords };
};

/** Long enough that a word is not called unknown while it is being typed. */
const PAUSE_MS = 450;
/** More marks than these would be a scolding. */
const MOST_MARKS = 3;

/** An unknown word with what could stand in its place. */
export interface MarkedWord extends UnknownWord {
  readonly suggestions: readonly string[];
}

/** Keeps the list of words that the model does not know, a moment after the typing stops. */
export class KnownWords {
  readonly #lexicon = signal<Lexicon | null>(null);
  readonly #marks = signal<readonly MarkedWord[]>([]);
  readonly #load: () => Promise<unknown>;
  #index: WordIndex | null = null;
  #reader: Awaited<ReturnType<typeof loadReader>> | null = null;
  #loading: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  /**
   * @param load fetches the model's lexicon, as yet unchecked.
   * @param prompt the field to watch.
   */
  constructor(
    load: () => Promise<unknown>,
    prompt: ReadonlySignal<string>,
    language: ReadonlySignal<Language>,
  ) {
    this.#load = load;
    this.#stop = effect(() => {
      const text = prompt.value;
      const lexicon = this.#lexicon.value;
      const shown = language.value;
      clearTimeout(this.#timer);
      if (lexicon) this.#timer = setTimeout(() => this.#mark(text, lexicon, shown), PAUSE_MS);
    });
  }

  get lexicon(): ReadonlySignal<Lexicon | null> {
    return this.#lexicon;
  }

  get marks(): ReadonlySignal<readonly MarkedWord[]> {
    return this.#marks;
  }

  /** Fetches the lexicon once. Without it the page works as before, only unable to advise; a later call tries again. */
  load(): Promise<void> {
    this.#loading ??= Promise.all([this.#load(), loadReader()])
      .then(([value, reader]) => {
        const lexicon = reader.parseLexicon(value);
        this.#reader = reader;
        this.#index = reader.indexWords(lexicon);
        this.#lexicon.value = lexicon;
      })
      .catch((error: unknown) => {
        this.#loading = null;
        console.warn('The list of known words could not be loaded.', error);
      });
    return this.#loading;
  }

  /** The prompt with a suggestion in place of a marked word. */
  replace(prompt: string, word: MarkedWord, suggestion: string): string {
    return this.#reader?.replaceWord(prompt, word, suggestion) ?? prompt;
  }

  /** Stops watching. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  #mark(text: string, lexicon: Lexicon, language: Language): void {
    const index = this.#index;
    const reader = this.#reader;
    if (!index || !reader) return;
    batch(() => {
      this.#marks.value = reader
        .findUnknownWords(text, index)
        .slice(0, MOST_MARKS)
        .map((word) => ({ ...word, suggestions: reader.suggestWords(text, word, lexicon, language) }));
    });
  }
}
