import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ASPECTS } from '../../core/job.ts';
import type { EmbedClip, EmbedJob, EmbedPhase, EmbedProgress } from '../../protocol/embed-api.ts';
import { LANGUAGES, type Language } from '../../state/language.ts';
import { codeSample, FORMS, type SampleForm } from './code-samples.ts';
import { CopyableCode } from './copyable-code.tsx';
import type { PartnersTexts } from './partners-texts.ts';

/** What the playground uses of a widget's handle. */
export interface PlaygroundHandle {
  on(name: 'clip', listener: (clip: EmbedClip) => void): () => void;
  on(name: 'phase', listener: (phase: EmbedPhase) => void): () => void;
  on(name: 'progress', listener: (progress: EmbedProgress) => void): () => void;
  generate(job: EmbedJob): Promise<EmbedClip>;
  destroy(): void;
}

/** The client's own `create`, brought by the page. */
export type PlaygroundCreate = (
  container: Element,
  options: { readonly prompt: string; readonly aspect: string; readonly lang: Language },
) => Promise<PlaygroundHandle>;

/** Lines of what happened that stay to be read. */
const MOST_LINES = 8;

/** Fields, the code that they make, and the widget that the code would make. */
export function Playground(props: {
  readonly create: PlaygroundCreate;
  readonly texts: PartnersTexts;
  readonly language: Language;
  readonly site: string;
}): VNode {
  const { create, texts, language, site } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const [aspect, setAspect] = useState('16:9');
  const [chosenLang, setLang] = useState<Language | null>(null);
  const [form, setForm] = useState<SampleForm>('frame');
  const [lines, setLines] = useState<readonly string[]>([]);
  const [clip, setClip] = useState<string | null>(null);
  const prompt = typed ?? texts.samplePrompt;
  const lang = chosenLang ?? language;
  const place = useRef<HTMLDivElement>(null);
  const handle = useRef<Promise<PlaygroundHandle> | null>(null);

  const say = (line: string): void => setLines((all) => [line, ...all].slice(0, MOST_LINES));
  // The words travel with the job that is asked for; only what a frame's address fixes makes a new frame.
  useEffect(() => {
    if (!place.current) return;
    const box = place.current;
    const made = create(box, { prompt, aspect, lang });
    handle.current = made;
    let isCurrent = true;
    made.then(
      (widget) => {
        say('ready');
        widget.on('phase', (phase) => say(`phase: ${phase}`));
        widget.on('progress', ({ phase, fraction }) =>
          say(`progress: ${phase} ${Math.round(100 * fraction)} %`),
        );
        widget.on('clip', ({ file, width, height, seconds }) => {
          say(`clip: ${width} × ${height}, ${(file.size / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`);
          setClip(URL.createObjectURL(file));
        });
      },
      (error: Error & { readonly code?: string }) => {
        if (isCurrent) say(`${error.code ?? error.name}: ${error.message}`);
      },
    );
    return () => {
      isCurrent = false; // a frame that is taken away while it loads never answers
      box.replaceChildren();
      made.then((widget) => widget.destroy()).catch(() => {});
    };
  }, [create, aspect, lang]);
  useEffect(() => () => (clip ? URL.revokeObjectURL(clip) : undefined), [clip]);

  const ask = async (): Promise<void> => {
    try {
      await (await handle.current)?.generate({ prompt, aspect });
    } catch (error) {
      const { code, name, message } = error as Error & { readonly code?: unknown };
      say(`${typeof code === 'string' ? code : name}: ${message}`);
    }
  };

  return (
    <section class="playground">
      <div class="playground-form">
        <h3>{texts.playground}</h3>
        <p class="hint">{texts.playgroundHint}</p>
        <div class="field">
          <label for="sample-prompt">{texts.prompt}</label>
          <input
            id="sample-prompt"
            type="text"
            value={prompt}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
        <div class="pair">
          <div class="field">
            <label for="sample-aspect">{texts.aspect}</label>
            <select
              id="sample-aspect"
              value={aspect}
              onChange={(event) => setAspect(event.currentTarget.value)}
            >
              {ASPECTS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="sample-lang">{texts.lang}</label>
            <select
              id="sample-lang"
              value={lang}
              onChange={(event) =>
                setLang(LANGUAGES.find((name) => name === event.currentTarget.value) ?? null)
              }
            >
              {LANGUAGES.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </div>
        </div>
        <button type="button" class="secondary" onClick={() => void ask()}>
          {texts.ask}
        </button>
        <fieldset class="segments">
          <legend>{texts.form}</legend>
          {FORMS.map((name) => (
            <label key={name}>
              <input type="radio" name="form" checked={name === form} onChange={() => setForm(name)} />
              <span>{texts.forms[name]}</span>
            </label>
          ))}
        </fieldset>
        <CopyableCode code={codeSample(form, site, { prompt, aspect, lang })} texts={texts} />
        <h4>{texts.events}</h4>
        <ol class="event-lines" reversed>
          {lines.map((line, i) => (
            <li key={`${lines.length - i} ${line}`}>{line}</li>
          ))}
        </ol>
        {lines.length === 0 && <p class="hint">{texts.noEvents}</p>}
        {clip && (
          <figure class="received">
            <video src={clip} controls muted loop playsInline aria-label={texts.received} />
            <figcaption class="hint">{texts.received}</figcaption>
          </figure>
        )}
      </div>
      <div ref={place} class="playground-place" />
    </section>
  );
}
