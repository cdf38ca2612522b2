// Which words of a prompt the model has never met. English is compared word by word, by stem; Chinese has no spaces and
// is split so that as few characters as possible stay unknown. Both may be mixed in one prompt.

import { CATEGORIES, type Lexicon } from './lexicon.ts';
import { PLAIN_WORDS } from './plain-words.ts';

/** A stretch of a prompt, in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A word the model does not know, with every place where it stands. */
export interface UnknownWord {
  /** As it was first written. */
  readonly text: string;
  readonly script: 'latin' | 'han' | 'other';
  readonly spans: readonly Span[];
}

/** A lexicon made ready for looking up. */
export interface WordIndex {
  readonly stems: ReadonlySet<string>;
  readonly han: ReadonlySet<string>;
  /** Length of the longest Chinese word. */
  readonly longestHan: number;
}

// Digits and punctuation mean nothing by themselves and are left alone; emoji do mean something and are not known.
const RUNS =
  /(?<han>\p{Script=Han}+)|(?<latin>\p{Script=Latin}[\p{Script=Latin}\p{M}]*(?:['’]\p{Script=Latin}+)?)|(?<other>[\p{L}\p{M}]+|\p{Extended_Pictographic}(?:\uFE0F|\p{EMod}|\u200D\p{Extended_Pictographic})*)/gu;

/** A word without its endings, the same for all of its usual forms: `kittens'`, `zooming`, `flies` → `kitten`, `zoom`, `fly`. */
export function stem(word: string): string {
  let root = word
    .toLowerCase()
    .normalize('NFC')
    .replace(/['’](?:s)?$/u, '');
  if (/[^aeiou]ies$/.test(root) && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (/(?:s|x|z|ch|sh)es$/.test(root) && root.length > 4) root = root.slice(0, -2);
  else if (/[^su]s$/.test(root) && root.length > 3) root = root.slice(0, -1);
  else if (/ied$/.test(root) && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (/[aeiouy].*ing$/.test(root) && root.length > 5) root = root.slice(0, -3);
  else if (/[aeiouy].*ed$/.test(root) && root.length > 4) root = root.slice(0, -2);
  // running → run, hopped → hop; but fall, grass and buzz keep their two letters.
  if (root.length > 3 && /([bdgmnprt])\1$/.test(root)) root = root.slice(0, -1);
  return root.length > 3 ? root.replace(/e$/, '') : root;
}

/** Prepares a lexicon. Each word of a phrase counts as known on its own. */
export function indexWords(lexicon: Lexicon): WordIndex {
  const entries = [
    ...CATEGORIES.flatMap((category) => lexicon.categories[category]),
    lexicon.functionWords,
    PLAIN_WORDS,
  ];
  const latin = entries
    .flatMap((entry) => entry.en)
    .flatMap((phrase) => phrase.match(/[\p{L}\p{M}]+(?:['’]\p{L}+)?/gu) ?? []);
  // Names such as “Superman” may stand in Chinese sentences and 猫 in English ones: both lists serve both.
  const han = new Set(
    entries.flatMap((entry) => entry.zh).flatMap((phrase) => phrase.match(/\p{Script=Han}+/gu) ?? []),
  );
  return {
    stems: new Set(latin.map(stem)),
    han,
    longestHan: Math.max(0, ...[...han].map((word) => word.length)),
  };
}

/** Splits a run of Chinese so that the fewest characters, then the fewest pieces, remain. Returns the unknown stretches. */
function unknownHan(run: string, index: WordIndex): readonly Span[] {
  // best[i]: cheapest way to cover run[0, i). A known piece costs 1, an unknown character far more.
  const best: { cost: number; from: number; known: boolean }[] = [{ cost: 0, from: 0, known: true }];
  for (let end = 1; end <= run.length; end++) {
    let choice = { cost: best[end - 1]!.cost + 1000, from: end - 1, known: false };
    for (let length = 1; length <= Math.min(index.longestHan, end); length++) {
      const cost = best[end - length]!.cost + 1;
      if (cost < choice.cost && index.han.has(run.slice(end - length, end))) {
        choice = { cost, from: end - length, known: true };
      }
    }
    best.push(choice);
  }
  const spans: { start: number; end: number }[] = [];
  for (let end = run.length; end > 0; end = best[end]!.from) {
    if (best[end]!.known) continue;
    const start = best[end]!.from;
    if (spans[0]?.start === end) spans[0].start = start;
    else spans.unshift({ start, end });
  }
  return spans;
}

/** Cuts a stretch of unknown Chinese into words, so that each is named by itself. */
function hanWords(run: string): readonly Span[] {
  if (!('Segmenter' in Intl)) return [{ start: 0, end: run.length }];
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  return [...segmenter.segment(run)].map(({ index, segment }) => ({
    start: index,
    end: index + segment.length,
  }));
}

/**
 * Finds the words of a prompt that the model does not know, each once, in the order they stand.
 * @param prompt already short: the work grows with its length times the longest Chinese word.
 */
export function findUnknownWords(prompt: string, index: WordIndex): readonly UnknownWord[] {
  const found = new Map<string, { text: string; script: UnknownWord['script']; spans: Span[] }>();
  const add = (start: number, end: number, script: UnknownWord['script'], key: string): void => {
    const known = found.get(key);
    if (known) known.spans.push({ start, end });
    else found.set(key, { text: prompt.slice(start, end), script, spans: [{ start, end }] });
  };
  for (const match of prompt.matchAll(RUNS)) {
    const start = match.index;
    const text = match[0];
    if (match.groups?.han !== undefined) {
      for (const stretch of unknownHan(text, index)) {
        for (const word of hanWords(text.slice(stretch.start, stretch.end))) {
          const from = start + stretch.start + word.start;
          add(
            from,
            start + stretch.start + word.end,
            'han',
            prompt.slice(from, start + stretch.start + word.end),
          );
        }
      }
    } else if (match.groups?.latin !== undefined) {
      const root = stem(text);
      if (!index.stems.has(root)) add(start, start + text.length, 'latin', root);
    } else {
      add(start, start + text.length, 'other', text);
    }
  }
  return [...found.values()];
}

/** Puts a suggestion wherever a marked word stands; what was changed since the marking is left alone. */
export function replaceWord(prompt: string, word: UnknownWord, suggestion: string): string {
  return [...word.spans].reverse().reduce((text, { start, end }) => {
    const same = stem(prompt.slice(start, end)) === stem(word.text);
    return same ? `${text.slice(0, start)}${suggestion}${text.slice(end)}` : text;
  }, prompt);
}
