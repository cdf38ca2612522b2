import '@preact/signals'; // lets components follow the signals that they read
import type { ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { AppLife } from '../state/app-life.ts';
import { LANGUAGE_TAGS } from '../state/language.ts';
import type { Studio } from '../state/studio.ts';
import { Composer } from './composer.tsx';
import { DropZone } from './drop-zone.tsx';
import { Gallery } from './gallery.tsx';
import { Header } from './header.tsx';
import { Models } from './models.tsx';
import { Stage } from './stage.tsx';
import { Storage } from './storage.tsx';
import { LifeContext, StudioContext, TEXTS, useStudio, useTexts } from './studio-context.tsx';
import { whenIdle } from './when-idle.ts';

/** The studio page. */
export function App(props: {
  readonly studio: Studio;
  readonly life: ReadonlySignal<AppLife | null>;
}): VNode {
  const { studio, life } = props;
  return (
    <StudioContext.Provider value={studio}>
      <LifeContext.Provider value={life}>
        <DocumentLanguage />
        <Keys />
        <FindGpu />
        <Header />
        <main class="studio">
          <Composer />
          <Stage />
        </main>
        <DropZone />
        <Models />
        <Gallery />
        <Storage />
        <SpokenStatus />
      </LifeContext.Provider>
    </StudioContext.Provider>
  );
}

/** Sets the page's language and title; the title also tells the progress to somebody who is in another tab. */
function DocumentLanguage(): null {
  const studio = useStudio();
  const language = studio.language.value;
  const job = studio.maker.state.value;
  const percent = job.status === 'running' ? Math.round(job.fraction * 100) : null;
  useEffect(() => {
    document.documentElement.lang = LANGUAGE_TAGS[language];
    document.title = percent === null ? TEXTS[language].page.title : `${percent}% · Kindling`;
  }, [language, percent]);
  return null;
}

/** Asks for the graphics processor when nothing waits for the page any more. */
function FindGpu(): null {
  const studio = useStudio();
  useEffect(
    () =>
      whenIdle(() => {
        void studio.findGpu();
        // The board after its model: one that was made with another would not be recognised.
        void studio.restoreModel().then(() => studio.restoreBoard());
        void studio.gallery.refresh();
      }),
    [studio],
  );
  return null;
}

/** Ctrl/Cmd+Enter makes the clip, Escape cancels it, wherever the focus is. */
function Keys(): null {
  const studio = useStudio();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // While Chinese is being composed, both keys belong to the input method.
      if (event.isComposing || event.defaultPrevented || event.repeat) return;
      // Escape closes what lies over the page first; Ctrl+Enter is the page's alone.
      if (document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape') studio.cancel();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void studio.generate();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [studio]);
  return null;
}

/** The one line that screen readers hear. */
function SpokenStatus(): VNode {
  const status = useStudio().line.status.value;
  const texts = useTexts();
  return (
    <div role="status" class="spoken">
      {status && texts.status[status]}
    </div>
  );
}
