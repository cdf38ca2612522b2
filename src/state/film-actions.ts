// What can be done with a kept film besides showing it. Fetched with the list of films.
import type { Board } from './board.ts';
import type { StudioForm } from './form.ts';
import type { Gallery, GalleryFilm } from './gallery.ts';
import type { BoardMark } from './read-board.ts';

/** What that needs of the page: the studio. */
export interface FilmPage {
  readonly board: Board;
  readonly form: StudioForm;
  readonly gallery: Gallery;
  readonly problem: { readonly value: unknown };
  readonly canGoOn: boolean;
  /** Draws a video's last frame as PNG; rejects where it cannot be played. */
  readonly lastFrame: (video: Blob) => Promise<Blob>;
  readonly mark: { readonly value: BoardMark };
  /** @returns false if it was not set. */
  editFilm(film: GalleryFilm): Promise<boolean>;
  open(file: Blob, name: string): Promise<unknown>;
  askForBoards(): Promise<{ begin(): Promise<void> }>;
  goOn(): void;
  generate(): Promise<void>;
  refuse(error: unknown): void;
}

/**
 * Makes a film once more, from its own settings.
 * @param seeds `new`: every segment gets another seed; `same`: the same film comes out, if the model is the same.
 * @returns when it is over; a film that cannot be set says why and nothing starts. Never rejects.
 */
export async function makeAgain(page: FilmPage, film: GalleryFilm, seeds: 'same' | 'new'): Promise<void> {
  if (!(await page.editFilm(film)) || page.problem.value) return;
  if (seeds === 'new') {
    const { board, form } = page;
    for (let i = 0; i < board.segments.value.length; i++) {
      board.select(i);
      form.seed.value = form.drawSeed();
    }
    board.select(0);
  }
  await page.generate();
}

/** Sets a film and a further segment behind it, whose words are still to be said. A full one is gone on from by its last picture. */
export async function goOnFrom(page: FilmPage, film: GalleryFilm): Promise<void> {
  if (!(await page.editFilm(film)) || page.problem.value) return;
  if (page.canGoOn && page.board.canAdd.value) page.goOn();
  else await beginWithLastPicture(page, film);
}

/** Begins a board of its own with a film's last picture. A storyboard that is on the page is put with the others. Never rejects. */
export async function beginWithLastPicture(page: FilmPage, film: GalleryFilm): Promise<void> {
  const file = await page.gallery.open(film.id);
  if (!file) return;
  try {
    const picture = await page.lastFrame(new Blob([file], { type: 'video/mp4' }));
    const isTaken = (): boolean => page.board.isFilm.value || page.mark.value.isKept;
    if (isTaken()) await (await page.askForBoards()).begin();
    if (isTaken()) return; // it could not be put away: the list of storyboards says why
    await page.open(picture, `${film.title || 'film'}.png`);
  } catch (error) {
    page.refuse(error);
  }
}
