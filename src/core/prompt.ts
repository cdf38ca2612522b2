// What may stand in a prompt. Length is counted as people count: an accented letter, a Chinese character or a family emoji is one.
import { AppError } from './errors.ts';

/** The most graphemes a prompt may have. */
export const MAX_PROMPT_GRAPHEMES = 500;

const MAX_CODE_UNITS = 10_000; // the longest common grapheme, a flag of a region, has 14; more is a pile of accents
const SPACE_CONTROLS = /\r\n|[\t\n\r\u2028\u2029]/g;
/** Control characters, halves of surrogate pairs, code points that are no characters, and the two that make text read backwards. */
const REFUSED = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u202d\u202e]/u;
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

let segmenter: Intl.Segmenter | null = null;

/** The number of characters as people count them (extended grapheme clusters, Unicode UAX #29). */
export function countGraphemes(text: string): number {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/**
 * Checks a prompt. Joiners, variation selectors and direction marks stay: emoji and many scripts need them.
 * @returns the prompt with line breaks and tabs as spaces and without spaces around it; may be empty if there is a picture.
 * @throws {AppError} `input/prompt-characters`, `input/prompt-empty` or `input/prompt-too-long`.
 */
export function checkPrompt(text: string, options: { readonly hasPicture: boolean }): string {
  const prompt = text.replace(SPACE_CONTROLS, ' ').trim();
  const refused = REFUSED.exec(prompt);
  if (refused) {
    const codePoint = `U+${refused[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
    const position = countGraphemes(prompt.slice(0, Math.min(refused.index, MAX_CODE_UNITS))) + 1;
    throw new AppError(
      'input/prompt-characters',
      `The prompt holds ${describe(refused[0])} (${codePoint}) at character ${position}, which is no text. Delete it, or type the prompt instead of pasting it.`,
      { detail: { codePoint, position } },
    );
  }
  if (!VISIBLE.test(prompt)) {
    if (options.hasPicture) return '';
    throw new AppError(
      'input/prompt-empty',
      'A clip was asked for, but the prompt is empty and there is no picture. Describe what should happen, or add a picture.',
    );
  }
  const counted = prompt.slice(0, MAX_CODE_UNITS);
  const count = countGraphemes(counted);
  const limit = { max: MAX_PROMPT_GRAPHEMES };
  if (count > MAX_PROMPT_GRAPHEMES) {
    const least = counted.length < prompt.length ? 'more than ' : '';
    throw new AppError(
      'input/prompt-too-long',
      `The prompt has ${least}${count} characters; at most ${MAX_PROMPT_GRAPHEMES} can be used. Shorten it by ${least}${count - MAX_PROMPT_GRAPHEMES}.`,
      { detail: { ...limit, count } },
    );
  }
  if (counted.length < prompt.length) {
    throw new AppError(
      'input/prompt-too-long',
      'The prompt piles up too many accents or joined symbols on single characters to be read. Remove them.',
      { detail: { ...limit, count } },
    );
  }
  return prompt;
}

function describe(character: string): string {
  if (/\p{Cc}/u.test(character)) return 'a control character';
  if (/\p{Cs}/u.test(character)) return 'half of a character';
  if (/[\u202d\u202e]/.test(character)) return 'an invisible mark that reverses the reading direction';
  return 'a code that stands for no character';
}
