import type { VNode } from 'preact';
import { LANGUAGE_TAGS, LANGUAGES, type Language } from '../state/language.ts';
import { Mark } from './icons.tsx';
import { ModelsButton } from './models.tsx';
import { useStudio, useTexts } from './studio-context.tsx';

const NAMES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** Name, what it is, and the languages. */
export function Header(): VNode {
  const studio = useStudio();
  const texts = useTexts();
  return (
    <header class="page-header">
      <Mark />
      <div class="page-name">
        <h1>Kindling</h1>
        <p>{texts.page.tagline}</p>
      </div>
      <ModelsButton />
      <fieldset class="languages" aria-label={texts.page.language}>
        {LANGUAGES.map((language) => (
          <button
            key={language}
            type="button"
            lang={LANGUAGE_TAGS[language]}
            aria-pressed={studio.language.value === language}
            onClick={() => studio.setLanguage(language)}
          >
            {NAMES[language]}
          </button>
        ))}
      </fieldset>
    </header>
  );
}
