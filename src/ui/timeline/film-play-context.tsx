import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { assert } from '../../core/errors.ts';
import type { FilmPlay } from '../../state/film-play.ts';
import { useStudio } from '../studio-context.tsx';
import { TIMELINE_TEXTS, type TimelineTexts } from '../texts/timeline-texts.ts';

/** Brings the timeline's state to its components. */
export const FilmPlayContext = createContext<FilmPlay | null>(null);

/** The timeline's state. */
export function useFilmPlay(): FilmPlay {
  const play = useContext(FilmPlayContext);
  assert(play, 'a component was rendered outside of the timeline');
  return play;
}

/** The timeline's sentences in the language that is shown. */
export const useTimelineTexts = (): TimelineTexts => TIMELINE_TEXTS[useStudio().language.value];
