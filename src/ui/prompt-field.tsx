import type { VNode } from 'preact';
import { MAX_FIELD_LENGTH, MAX_PROMPT_GRAPHEMES } from '../state/form.ts';
import type { MarkedWord } from '../state/known-words.ts';
import { SparkIcon } from './icons.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

/** Identifier of the field that takes the prompt; errors about it lead there. */
export const PROMPT_ID = 'prompt';

/** Chips beside “surprise me”; all of the examples are behind it. */
const SHOWN_EXAMPLES = 3;

/** The words, their count, examples, and which of them the model does not know. */
export function PromptField(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const { form, board } = studio;
  const isFilm = board.isFilm.value;
  const placeholder = isFilm
    ? texts.board.placeholder
    : form.picture.value
      ? texts.prompt.placeholderWithPicture
      : texts.prompt.placeholder;
  const text = form.prompt.value;
  const count = studio.promptLength.value;
  const over = count - MAX_PROMPT_GRAPHEMES;
  const refused = studio.problem.value?.code.startsWith('input/prompt') === true;
  return (
    <section class="prompt-field">
      <label for={PROMPT_ID}>
        {isFilm ? texts.board.prompt(board.selected.value + 1) : texts.prompt.label}
      </label>
      <textarea
        id={PROMPT_ID}
        rows={3}
        dir="auto"
        maxLength={MAX_FIELD_LENGTH}
        aria-describedby="prompt-count prompt-words"
        aria-invalid={over > 0 || refused}
        placeholder={placeholder}
        value={text}
        onInput={(event) => studio.setPrompt(event.currentTarget.value)}
      />
      <p id="prompt-count" class={over > 0 ? 'count over' : 'count'}>
        <span aria-hidden="true">
          {count}/{MAX_PROMPT_GRAPHEMES}
        </span>
        <span class="spoken">{texts.prompt.count(count, MAX_PROMPT_GRAPHEMES)}</span>
        {over > 0 && ` · ${texts.prompt.tooLong(over)}`}
      </p>
      {text.length >= MAX_FIELD_LENGTH - 1 && <p class="hint">{texts.prompt.cut}</p>}
      <UnknownWords />
      <Examples />
    </section>
  );
}

/** Room for a word and its suggestions, px: the composer's width on a wide screen. */
const LINE = 400;
const letterWidth = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (/\p{Script=Han}/u.test(letter) ? 14 : 7), 0);

/** As many suggestions as stand beside their word without pushing the form down: at least one. */
function onOneLine({ text, suggestions }: MarkedWord): readonly string[] {
  let left = LINE - letterWidth(text) - 10;
  return suggestions.filter((suggestion, i) => {
    left -= letterWidth(suggestion) + 28; // the chip's edges and the gap
    return i === 0 || left >= 0;
  });
}

function UnknownWords(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  const marks = studio.words.marks.value;
  const advises = marks.some(({ suggestions }) => suggestions.length > 0);
  const say = advises ? texts.prompt.unknown : texts.prompt.unknownOnly;
  return (
    <div id="prompt-words" class="unknown-words">
      {marks.length > 0 && <p>{say(studio.manifest.name, marks.length)}</p>}
      {marks.map((word) => (
        <UnknownMark key={word.text} word={word} />
      ))}
    </div>
  );
}

function UnknownMark({ word }: { readonly word: MarkedWord }): VNode {
  const studio = useStudio();
  const texts = useTexts();
  return (
    <p class="unknown-word">
      <strong dir="auto">{word.text}</strong>{' '}
      {onOneLine(word).map((suggestion) => (
        <button
          key={suggestion}
          type="button"
          class="chip small"
          aria-label={texts.prompt.replace(word.text, suggestion)}
          onClick={() => studio.useSuggestion(word, suggestion)}
        >
          {suggestion}
        </button>
      ))}
    </p>
  );
}

function Examples(): VNode | null {
  const studio = useStudio();
  const texts = useTexts();
  const examples = studio.words.lexicon.value?.examples[studio.language.value] ?? [];
  if (examples.length === 0) return <div class="examples" />;
  return (
    <fieldset class="examples" aria-label={texts.prompt.examples}>
      <button type="button" class="chip surprise" onClick={() => studio.surprise()}>
        <SparkIcon />
        {texts.prompt.surprise}
      </button>
      {examples.slice(0, SHOWN_EXAMPLES).map((example) => (
        <button
          key={example}
          type="button"
          class="chip"
          title={example}
          onClick={() => studio.setPrompt(example)}
        >
          <span>{example}</span>
        </button>
      ))}
    </fieldset>
  );
}
