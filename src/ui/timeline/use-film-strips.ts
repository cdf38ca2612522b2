import { effect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { FilmPlay } from '../../state/film-play.ts';
import { drawStrip } from './draw-strip.ts';

/** Draws the strips that are kept nowhere from the films that show their segments. */
export function useFilmStrips(play: FilmPlay): void {
  const stop = useMemo(() => new AbortController(), []);
  const tried = useMemo(() => new Set<string>(), []);
  useEffect(() => () => stop.abort(), [stop]);
  useEffect(
    () =>
      effect(() => {
        const wanted = new Map(
          play.versions.value.flatMap(({ identity, seconds }) =>
            identity === null ? [] : [[identity, seconds]],
          ),
        );
        const films = play.films.value;
        const draw = async (identity: string): Promise<void> => {
          const film = films.find(({ segments }) => segments.some((one) => one.identity === identity));
          if (!film || tried.has(identity)) return;
          tried.add(identity);
          const at = film.segments.findIndex((one) => one.identity === identity);
          const start = film.segments.slice(0, at).reduce((sum, { seconds }) => sum + seconds, 0);
          const url = await play.urlOf(film);
          const { seconds } = film.segments[at]!;
          const whole = wanted.get(identity) ?? seconds;
          const strip = url && (await drawStrip(url, start, seconds, whole, stop.signal));
          if (strip) play.strips.add(identity, strip);
        };
        void play.strips.want([...wanted.keys()]).then((missing) => {
          if (!stop.signal.aborted) for (const identity of missing) void draw(identity);
        });
      }),
    [play, stop, tried],
  );
}
