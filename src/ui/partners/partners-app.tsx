import { Fragment, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LANGUAGE_TAGS, LANGUAGES, type Language } from '../../state/language.ts';
import { Mark } from '../icons.tsx';
import { HEADERS_SAMPLE, oembedSample, POLICY_SAMPLE } from './code-samples.ts';
import { CopyableCode } from './copyable-code.tsx';
import { type DocSection, PARTNERS_TEXTS } from './partners-texts.ts';
import { Playground, type PlaygroundCreate } from './playground.tsx';

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

/** What the page for partners needs from outside. */
export interface PartnersProps {
  readonly create: PlaygroundCreate;
  readonly first: Language;
  readonly onLanguage: (language: Language) => void;
  /** Address of the deployment, ends in `/`. */
  readonly site: string;
}

/** The documentation of the widget, with the widget itself in it. */
export function Partners({ create, first, onLanguage, site }: PartnersProps): VNode {
  const [language, setLanguage] = useState(first);
  const texts = PARTNERS_TEXTS[language];
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
    document.title = `${texts.title} · Kindling`;
  }, [language, texts]);
  const choose = (next: Language): void => {
    setLanguage(next);
    onLanguage(next);
  };
  return (
    <>
      <header class="page-header">
        <Mark />
        <div class="page-name">
          <h1>Kindling</h1>
        </div>
        <fieldset class="languages" aria-label={texts.language}>
          {LANGUAGES.map((name) => (
            <button
              key={name}
              type="button"
              lang={LANGUAGE_TAGS[name]}
              aria-pressed={name === language}
              onClick={() => choose(name)}
            >
              {LANGUAGE_NAMES[name]}
            </button>
          ))}
        </fieldset>
      </header>
      <main class="partners">
        <h2 class="partners-title">{texts.title}</h2>
        <p class="partners-lead">{texts.lead}</p>
        <Playground create={create} texts={texts} language={language} site={site} />
        {texts.sections.map((section) => (
          <Section key={section.title} section={section} texts={texts} site={site} />
        ))}
      </main>
    </>
  );
}

function Section(props: {
  readonly section: DocSection;
  readonly texts: (typeof PARTNERS_TEXTS)[Language];
  readonly site: string;
}): VNode {
  const { title, text, terms, code } = props.section;
  const samples = { policy: POLICY_SAMPLE, headers: HEADERS_SAMPLE, oembed: oembedSample(props.site) };
  return (
    <section>
      <h3>{title}</h3>
      {text.map((paragraph) => (
        <p key={paragraph}>
          <WithCode text={paragraph} />
        </p>
      ))}
      {terms && (
        <dl>
          {terms.map(([term, meaning]) => (
            <Fragment key={term}>
              <dt>
                <code>{term}</code>
              </dt>
              <dd>
                <WithCode text={meaning} />
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
      {code && <CopyableCode code={samples[code]} texts={props.texts} />}
    </section>
  );
}

/** A text in which code stands between backticks. */
function WithCode({ text }: { readonly text: string }): VNode {
  const parts = text.split('`');
  return <>{parts.map((part, i) => (i % 2 ? <code key={`${i} ${part}`}>{part}</code> : part))}</>;
}
