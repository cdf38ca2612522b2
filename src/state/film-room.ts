import type { GalleryFilm } from './gallery.ts';

/** Less room than this is little: a film of three minutes with what it is put together from takes some 100 MB. */
export const LITTLE_ROOM = 200e6;
/** Films offered at once: more than a list of these nobody reads before deleting them. */
const MOST_OFFERED = 10;
/** Where nothing waits for room, films that give less than this part of it are left in peace: something else takes the space. */
const WORTH_IT = 10;

/**
 * Which films are offered for deletion because space runs short: the oldest, as many as give enough room. Nothing is ever deleted without
 * being asked for.
 * @param films newest first.
 * @param free bytes that this site may still keep; null if the browser does not say.
 * @param waiting bytes of films that could not be kept for want of room.
 * @param asked bytes that a film needs to go on, however much is counted as free; null if none does.
 * @returns oldest first; empty while there is room, or if that would hardly give any.
 */
export function filmsToOffer(
  films: readonly GalleryFilm[],
  free: number | null,
  waiting: number,
  asked: number | null = null,
): readonly GalleryFilm[] {
  const isAsked = waiting > 0 || asked !== null;
  if (!isAsked && (free === null || free >= LITTLE_ROOM)) return [];
  const needed = Math.max(waiting, asked ?? 0, free === null ? 0 : LITTLE_ROOM - free);
  const offered: GalleryFilm[] = [];
  let sum = 0;
  for (const film of films.toReversed()) {
    if (sum >= needed || offered.length === MOST_OFFERED) break;
    offered.push(film);
    sum += film.bytes;
  }
  return isAsked || sum * WORTH_IT >= needed ? offered : [];
}
