import { type ReadonlySignal, signal } from '@preact/signals';
import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type AppError, assert } from '../core/errors.ts';
import type { AppLife } from '../state/app-life.ts';
import type { Language } from '../state/language.ts';
import type { Studio } from '../state/studio.ts';
import { EN } from './texts/en.ts';
import type { Texts } from './texts/texts.ts';
import { ZH } from './texts/zh.ts';

/** The page's sentences by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en: EN, zh: ZH };

/** Brings the state to the components. */
export const StudioContext = createContext<Studio | null>(null);

/** Brings what goes on around the studio; null until the page is idle. */
export const LifeContext = createContext<ReadonlySignal<AppLife | null>>(signal(null));

/** What goes on around the studio; null until the page is idle. */
export const useLife = (): AppLife | null => useContext(LifeContext).value;

/** The video of the clip on the stage; null while there is none. Set by the player, followed by the timeline. */
export const shownVideo = signal<HTMLVideoElement | null>(null);

/** The state of the page. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  assert(studio, 'a component was rendered outside of the studio');
  return studio;
}

/** The sentences in the language that is shown. */
export const useTexts = (): Texts => TEXTS[useStudio().language.value];

/** Parts of the page that are fetched with the queue, once the page has been painted; null until then. */
export const lateViews = signal<{
  /** The jobs that wait. */
  readonly Queue: ComponentType;
  /** In place of the card of an error that only room on the device helps against. */
  readonly NoRoom: ComponentType<{ readonly error: AppError; readonly onDismiss: () => void }>;
} | null>(null);
