import type { VNode } from 'preact';
import { filmsToOffer } from '../state/film-room.ts';
import { useStudio, useTexts } from './studio-context.tsx';
import { GALLERY_TEXTS } from './texts/gallery-texts.ts';
import { bytesInWords } from './texts/texts.ts';
import { keepFocus, useAsking } from './use-asking.ts';

/** Offers the oldest films for deletion while space is short, or a film asks for it; deletes only what was asked for twice. */
export function FilmRoom(props: {
  /** Bytes that a film needs to go on; null if none does. */
  readonly needed: number | null;
  readonly onRemove: (ids: readonly string[]) => Promise<void>;
  /** Absent where all films are shown. */
  readonly onShowAll?: () => void;
}): VNode | null {
  const { needed, onRemove, onShowAll } = props;
  const { gallery, language } = useStudio();
  const { untitled } = useTexts().gallery;
  const texts = GALLERY_TEXTS[language.value];
  const { isAsking, setAsking, place } = useAsking();
  const waiting = gallery.waiting.value;
  const waitingBytes = waiting.reduce((sum, { file }) => sum + file.size, 0);
  const offered = filmsToOffer(gallery.films.value, gallery.free.value, waitingBytes, needed);
  if (offered.length === 0 && waiting.length === 0) return null;
  const count = offered.length;
  const bytes = offered.reduce((sum, film) => sum + film.bytes, 0);
  const remove = async (): Promise<void> => {
    setAsking(false);
    await onRemove(offered.map(({ id }) => id));
  };
  return (
    <section class="card" aria-label={texts.short}>
      <h3>{texts.short}</h3>
      {waiting.length > 0 && <p>{texts.waiting(waiting.length)}</p>}
      {count > 0 && (
        <>
          <p>{texts.shortText}</p>
          <ul>
            {offered.map((film) => (
              <li key={film.id} dir="auto">
                {film.title || untitled} · {bytesInWords(film.bytes)}
              </li>
            ))}
          </ul>
          <div class="card-actions" ref={place}>
            {isAsking ? (
              <>
                <button type="button" class="link" onClick={() => void keepFocus(remove)}>
                  {texts.really(count, bytes)}
                </button>
                <button type="button" class="link" data-asks onClick={() => setAsking(false)}>
                  {texts.keepThem}
                </button>
              </>
            ) : (
              <button type="button" class="secondary" data-asks onClick={() => setAsking(true)}>
                {texts.offer(count, bytes)}
              </button>
            )}
            {onShowAll && (
              <button type="button" class="link" aria-haspopup="dialog" onClick={onShowAll}>
                {texts.all}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  );
}
