import { shownSeconds } from '../core/job.ts';
import type { ShownSegment } from '../core/play-plan.ts';
import type { Board } from './board.ts';
import type { GalleryFilm } from './gallery.ts';
import type { Clip } from './job-state.ts';

/** A film that shows segments: one of this visit, or one that is kept. */
export interface FilmSource {
  /** Tells it from others. */
  readonly id: string;
  readonly segments: readonly ShownSegment[];
  /** Null if it is only kept. */
  readonly clip: Clip | null;
  /** Its name among the kept films, for those that are only kept. */
  readonly keptId: string | null;
  /** Of a single segment while the whole is made. */
  readonly part?: Blob;
}

/** What a film of this job shows, as it is kept with the film. @param picture that it begins with. */
export function shownSegments(
  board: Pick<Board, 'identitiesOf'>,
  { job, picture }: Pick<Clip['request'], 'job' | 'picture'>,
): readonly ShownSegment[] {
  const identities = board.identitiesOf(job, picture);
  return job.segments.map((segment, index) => ({
    identity: identities[index]!,
    seconds: shownSeconds(segment),
  }));
}

/** The same from what is kept with a film; empty for films of which it is not known. */
export function keptSegments(report: unknown): readonly ShownSegment[] {
  const { shows } = (typeof report === 'object' && report !== null ? report : {}) as {
    readonly shows?: unknown;
  };
  if (!Array.isArray(shows)) return [];
  const segments = shows.filter(
    (one: Partial<Record<keyof ShownSegment, unknown>> | null): one is ShownSegment =>
      typeof one?.identity === 'string' && typeof one.seconds === 'number' && one.seconds > 0,
  );
  return segments.length === shows.length ? segments : []; // with one unknown, nobody knows where the next begins
}

/** Lists the films in the order in which they are preferred: the one on the stage, those of this visit, those that are kept; newest first. */
export class FilmSources {
  readonly #board: Pick<Board, 'identitiesOf'>;
  /** Hashing the words of every segment of a dozen films for each key would be felt. */
  readonly #ofClips = new WeakMap<Clip, FilmSource>();
  readonly #ofKept = new WeakMap<GalleryFilm, FilmSource>();

  constructor(board: Pick<Board, 'identitiesOf'>) {
    this.#board = board;
  }

  /** @param shown the clip on the stage. */
  list(shown: Clip | null, clips: readonly Clip[], kept: readonly GalleryFilm[]): readonly FilmSource[] {
    const ofVisit = shown ? [shown, ...clips.filter((clip) => clip !== shown)] : clips;
    return [
      ...ofVisit.map((clip) => this.#ofClip(clip, kept)),
      ...kept.map((film) => this.#ofKeptFilm(film)),
    ].filter(({ segments }) => segments.length > 0);
  }

  #ofClip(clip: Clip, kept: readonly GalleryFilm[]): FilmSource {
    const known = this.#ofClips.get(clip);
    if (known) return known;
    // Of a film that was only opened the first frame's picture is not known. One that it was set up again with is the board's, too, and
    // another file than it was once made from.
    const isKept = clip.fileId !== undefined && !clip.request.picture;
    const film = isKept ? kept.find(({ id }) => id === clip.fileId) : undefined;
    const asKept = keptSegments(film?.report);
    const segments = asKept.length > 0 ? asKept : shownSegments(this.#board, clip.request);
    const source = { id: `clip ${clip.id}`, segments, clip, keptId: null };
    this.#ofClips.set(clip, source);
    return source;
  }

  #ofKeptFilm(film: GalleryFilm): FilmSource {
    const known = this.#ofKept.get(film);
    if (known) return known;
    const source = {
      id: `kept ${film.id}`,
      segments: keptSegments(film.report),
      clip: null,
      keptId: film.id,
    };
    this.#ofKept.set(film, source);
    return source;
  }
}
