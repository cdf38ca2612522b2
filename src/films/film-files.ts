// Where finished films are kept on this device: one folder a film in the origin private file system, with the MP4 and a few facts.
import { AppError } from '../core/errors.ts';
import { openFolderFiles } from './folder-files.ts';

const FOLDER = 'films';
const FILM = 'film.mp4';
const FACTS = 'facts.json';

/** What is known of a film without opening it. */
export interface FilmFacts {
  /** 1 to 40 characters of `a-z 0-9 -`; later films sort behind earlier ones. */
  readonly id: string;
  /** The visitor's own, or the words that the film was made from. */
  readonly title: string;
  /** How it was made, as it was told when it was finished; for the player. */
  readonly report: unknown;
}

/** A film that is kept. */
export interface StoredFilm extends FilmFacts {
  readonly bytes: number;
}

/** The films of this site on this device. */
export interface FilmFiles {
  /** Newest first. What is damaged is left out. */
  list(): Promise<readonly StoredFilm[]>;
  /** Keeps a film; one of the same name is replaced. @throws {AppError} `storage/full` · `storage/write`. */
  keep(facts: FilmFacts, film: Blob): Promise<void>;
  /** Replaces the title. @throws {AppError} as `keep`; `storage/read` if the film is gone. */
  rename(id: string, title: string): Promise<void>;
  /** @returns the MP4, its bytes still on the disk; null if it is gone. */
  open(id: string): Promise<Blob | null>;
  /** Nothing happens if it is gone. */
  remove(id: string): Promise<void>;
  /** Bytes that this site may still keep; null if the browser does not say. */
  free(): Promise<number | null>;
}

/** What is needed of the browser's storage. */
type FilmStorage = Pick<StorageManager, 'getDirectory'> & Partial<Pick<StorageManager, 'estimate'>>;

/** Opens the folder. @returns null where nothing can be kept. */
export async function openFilmFiles(
  storage: FilmStorage | undefined = globalThis.navigator?.storage,
): Promise<FilmFiles | null> {
  const all = await openFolderFiles(FOLDER, storage);
  if (!all) return null;
  const factsOf = async (id: string): Promise<StoredFilm | null> => {
    const [facts, film] = [await all.read(id, FACTS), await all.read(id, FILM)];
    if (!facts || !film) return null;
    try {
      const { title, report } = JSON.parse(await facts.text()) as Record<string, unknown>;
      return typeof title === 'string' ? { id, title, report, bytes: film.size } : null;
    } catch {
      return null;
    }
  };
  return {
    async list() {
      const films: StoredFilm[] = [];
      for (const id of await all.folders()) {
        const film = await factsOf(id);
        if (film) films.push(film);
      }
      return films.sort((a, b) => (a.id < b.id ? 1 : -1));
    },
    async keep({ id, title, report }, film) {
      try {
        await all.write(id, FILM, film);
        await all.write(id, FACTS, JSON.stringify({ title, report })); // last: a film without facts is none
      } catch (cause) {
        await all.remove(id).catch(() => {}); // the first failure is the one to report
        throw writeError(cause, film.size);
      }
    },
    async rename(id, title) {
      const film = await factsOf(id);
      if (!film) throw new AppError('storage/read', 'This film is not kept here any more.');
      try {
        await all.write(id, FACTS, JSON.stringify({ title, report: film.report }));
      } catch (cause) {
        throw writeError(cause);
      }
    },
    open: (id) => all.read(id, FILM),
    remove: (id) => all.remove(id),
    async free() {
      const { quota, usage } = (await storage?.estimate?.()) ?? {};
      return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
    },
  };
}

function writeError(cause: unknown, needed?: number): AppError {
  if (cause instanceof Error && cause.name === 'QuotaExceededError') {
    return new AppError(
      'storage/full',
      'The film could not be kept: this site’s storage is full. Download it, or delete older films and keep it then.',
      { cause, ...(needed !== undefined && { detail: { needed } }) },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('storage/write', `The film could not be kept: ${reason}. Download it instead.`, {
    cause,
  });
}
