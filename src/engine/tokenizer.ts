// The one home of @huggingface/tokenizers.

import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { AppError } from '../core/errors.ts';
import type { TextOptions } from '../protocol/manifest.ts';

/** A prompt as token numbers. */
export interface Tokens {
  readonly ids: readonly number[];
  /** Tokens that did not fit and were left out. */
  readonly dropped: number;
}

/** Turns prompts into token numbers. */
export interface Tokenizer {
  encode(prompt: string): Tokens;
}

/** How a prompt is cleaned before tokenising: white space is joined, and case is folded if the model was trained so. */
export function cleanPrompt(prompt: string, options: Pick<TextOptions, 'lowerCase'>): string {
  const joined = prompt.normalize('NFC').replace(/\s+/gu, ' ').trim();
  return options.lowerCase ? joined.toLowerCase() : joined;
}

/**
 * Reads a `tokenizer.json` (Hugging Face tokenizers). The end mark is added by its own post-processor.
 * @throws {AppError} `model/tokenizer` if the file is not one.
 */
export function openTokenizer(json: string, options: TextOptions): Tokenizer {
  let tokenizer: HuggingFaceTokenizer;
  try {
    tokenizer = new HuggingFaceTokenizer(JSON.parse(json), {});
  } catch (cause) {
    throw new AppError(
      'model/tokenizer',
      'The model’s tokenizer cannot be read: its file is damaged. Reload the page to fetch it again.',
      { cause },
    );
  }
  return {
    encode(prompt) {
      const ids = tokenizer.encode(cleanPrompt(prompt, options)).ids;
      const dropped = Math.max(0, ids.length - options.maxTokens);
      // The end mark stays last: the encoder was never trained without it.
      return dropped === 0
        ? { ids, dropped }
        : { ids: [...ids.slice(0, options.maxTokens - 1), ids[ids.length - 1]!], dropped };
    },
  };
}
