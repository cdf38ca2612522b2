import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { GalleryFilm } from '../state/gallery.ts';
import type { KeptStorage } from '../state/kept-storage.ts';
import { useStudio } from './studio-context.tsx';
import { ROOM_TEXTS } from './texts/room-texts.ts';
import { bytesInWords } from './texts/texts.ts';

/** How many are offered at once. */
const OFFERED = 3;

/** The films that were made longest ago, to be deleted where space is short: each by a press of its own, and one more. */
export function OldestFilms({ storage }: { readonly storage: KeptStorage }): VNode | null {
  const studio = useStudio();
  const { gallery } = studio;
  const texts = ROOM_TEXTS[studio.language.value];
  useEffect(() => void gallery.refresh(), [gallery]);
  const films = gallery.films.value; // newest first
  if (films.length === 0) return null;
  const showAll = (): void => {
    storage.isShown.value = false;
    void gallery.show();
  };
  return (
    <section class="card model-card">
      <h3>{texts.oldest}</h3>
      <p class="hint">
        {texts.oldestHint(
          films.length,
          films.reduce((sum, { bytes }) => sum + bytes, 0),
        )}
      </p>
      <ul class="oldest-films">
        {films
          .slice(-OFFERED)
          .reverse()
          .map((film) => (
            <OldFilm key={film.id} film={film} onRemove={() => void storage.removeFilm(film.id)} />
          ))}
      </ul>
      {films.length > OFFERED && (
        <button type="button" class="link" aria-haspopup="dialog" onClick={showAll}>
          {texts.all}
        </button>
      )}
    </section>
  );
}

function OldFilm({ film, onRemove }: { readonly film: GalleryFilm; readonly onRemove: () => void }): VNode {
  const texts = ROOM_TEXTS[useStudio().language.value];
  const [isAsking, setAsking] = useState(false);
  const title = film.title || texts.untitled;
  return (
    <li>
      <span class="queue-title" dir="auto">
        {title}
      </span>
      <span class="hint">{bytesInWords(film.bytes)}</span>
      {isAsking ? (
        <>
          <button type="button" class="link" onClick={onRemove}>
            {texts.reallyRemove}
          </button>
          <button type="button" class="link" onClick={() => setAsking(false)}>
            {texts.keep}
          </button>
        </>
      ) : (
        <button type="button" class="link" aria-label={texts.remove(title)} onClick={() => setAsking(true)}>
          {texts.removeShort}
        </button>
      )}
    </li>
  );
}
