import type { Language } from './language.ts';
import { CATEGORIES, type Category, type Lexicon, type LexiconEntry } from './lexicon.ts';
import { NEAR_WORDS } from './near-words.ts';
import { stem, type UnknownWord } from './unknown-words.ts';

/** Enough to choose from, few enough to read at a glance. */
const MOST = 4;

/** Smallest number of letters to add, remove, change or swap with their neighbour to turn one word into the other. */
export function spellingDistance(one: string, other: string): number {
  const a = [...one];
  const b = [...other];
  let before: number[] = [];
  let last = b.map((_, j) => j).concat(b.length);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** Guesses from its neighbours what an unknown word stands for. */
function guessCategory(prompt: string, word: UnknownWord): Category {
  const { start, end } = word.spans[0]!;
  const before = prompt.slice(Math.max(0, start - 24), start).toLowerCase();
  const after = prompt.slice(end, end + 12).toLowerCase();
  if (word.script === 'han') {
    if (/镜头[^，。,.]*$/.test(before)) return 'camera';
    if (/[在到过]$/.test(before) || /^[里上中下旁]/.test(after)) return 'scene';
    if (/^色/.test(after) || /色$/.test(word.text)) return 'colour';
    return /地$/.test(before) || /^[着起]/.test(after) ? 'motion' : 'subject';
  }
  if (/\bcamera\s+$/.test(before)) return 'camera';
  if (/\b(?:in|on|at|over|through|near|inside|across)\s+(?:an?\s+|the\s+)?$/.test(before)) return 'scene';
  if (/\b(?:style|painting|look)\b/.test(after)) return 'style';
  return /(?:ing|ed)$/.test(word.text.toLowerCase()) ? 'motion' : 'subject';
}

const nameOf = (entry: LexiconEntry, language: Language): string | undefined => entry[language][0];

/** The thing under which {@link NEAR_WORDS} lists a word. */
function findNear(word: UnknownWord, lexicon: Lexicon): { entry: LexiconEntry; category: Category } | null {
  const root = stem(word.text);
  for (const [name, others] of Object.entries(NEAR_WORDS)) {
    if (!others.some((other) => other === word.text || stem(other) === root)) continue;
    for (const category of CATEGORIES) {
      const entry = lexicon.categories[category].find(({ en }) =>
        en.some((known) => stem(known) === stem(name)),
      );
      if (entry) return { entry, category };
    }
  }
  return null;
}

/** Known words that are spelt almost the same: a slip of the finger. */
function misspelt(word: UnknownWord, lexicon: Lexicon): readonly string[] {
  if (word.script !== 'latin' || word.text.length < 4) return [];
  const typed = word.text.toLowerCase();
  const most = typed.length < 6 ? 1 : 2;
  return CATEGORIES.flatMap((category) => lexicon.categories[category])
    .flatMap(({ en }) => en)
    .filter((name) => /^[\p{L}'-]+$/u.test(name) && Math.abs(name.length - typed.length) <= most)
    .map((name) => ({ name, distance: spellingDistance(typed, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/**
 * Known words to use in place of an unknown one: first what was probably meant, then others of the same kind.
 * @param language for words in neither script, such as emoji.
 * @returns at most four, none of which the prompt already has.
 */
export function suggestWords(
  prompt: string,
  word: UnknownWord,
  lexicon: Lexicon,
  language: Language,
): readonly string[] {
  const wanted = word.script === 'latin' ? 'en' : word.script === 'han' ? 'zh' : language;
  const near = findNear(word, lexicon);
  const entries = lexicon.categories[near?.category ?? guessCategory(prompt, word)];
  // Start at another place for each word, so that two unknown words do not show the same four.
  const turn =
    [...word.text].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) % Math.max(1, entries.length);
  const others = [...entries.slice(turn), ...entries.slice(0, turn)].map((entry) => nameOf(entry, wanted));
  const all = [...misspelt(word, lexicon), near ? nameOf(near.entry, wanted) : undefined, ...others];
  const written = prompt.toLowerCase();
  return [...new Set(all)]
    .filter((name): name is string => name !== undefined && !written.includes(name.toLowerCase()))
    .slice(0, MOST);
}
