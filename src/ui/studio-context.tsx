import { type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { assert } from '../core/errors.ts';
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

/** The state of the page. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  assert(studio, 'a component was rendered outside of the studio');
  return studio;
}

/** The sentences in the language that is shown. */
export const useTexts = (): Texts => TEXTS[useStudio().language.value];
