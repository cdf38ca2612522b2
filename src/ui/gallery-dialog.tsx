import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clipFileName } from '../state/clip-shelf.ts';
import { keptReport } from '../state/film-record.ts';
import type { GalleryFilm } from '../state/gallery.ts';
import { FilmDetails } from './film-details.tsx';
import { FilmRoom } from './film-room.tsx';
import { saveBlob } from './hand-over.ts';
import { ModelProblem } from './model-problem.tsx';
import { Sheet } from './sheet.tsx';
import { useStudio, useTexts } from './studio-context.tsx';
import { GALLERY_TEXTS } from './texts/gallery-texts.ts';
import { bytesInWords } from './texts/texts.ts';
import { keepFocus, useAsking } from './use-asking.ts';

/** The films that are kept on this device, newest first. */
export function GalleryDialog(): VNode {
  const { gallery, language } = useStudio();
  const { gallery: texts } = useTexts();
  const films = gallery.films.value;
  const close = (): void => {
    gallery.isShown.value = false;
  };
  return (
    <Sheet id="gallery" title={texts.title} close={texts.close} onClose={close}>
      <p class="hint">
        {texts.intro(films.length, bytesInWords(films.reduce((sum, { bytes }) => sum + bytes, 0)))}
      </p>
      {gallery.free.value !== null && (
        <p class="hint">{GALLERY_TEXTS[language.value].free(gallery.free.value)}</p>
      )}
      {gallery.problem.value && (
        <ModelProblem error={gallery.problem.value} onDismiss={() => gallery.dismissProblem()} />
      )}
      <FilmRoom needed={null} onRemove={(ids) => gallery.remove(...ids)} />
      <ul class="gallery-films">
        {films.map((film) => (
          <FilmCard key={film.id} film={film} onLeave={close} />
        ))}
      </ul>
    </Sheet>
  );
}

function FilmCard({ film, onLeave }: { readonly film: GalleryFilm; readonly onLeave: () => void }): VNode {
  const studio = useStudio();
  const { gallery: texts, settings, actions } = useTexts();
  const { gallery } = studio;
  const { isAsking, setAsking, place } = useAsking();
  const report = keptReport(film.report, film.bytes, studio.builtIn);
  const name = film.title || texts.untitled;
  const isRunning = studio.isRunning.value;
  const [isPlaying, setPlaying] = useState(false);
  const leaveTo = (work: () => Promise<unknown>): void => {
    if (isRunning) return;
    onLeave();
    void work();
  };
  // While something is being made the stage is taken: the film then plays where it lies.
  const play = (): void => (isRunning ? setPlaying(true) : leaveTo(() => studio.playFilm(film)));
  const download = async (): Promise<void> => {
    const file = await gallery.open(film.id);
    if (file) saveBlob(new Blob([file], { type: 'video/mp4' }), clipFileName(film.title, report.seed));
  };
  return (
    <li class="card film-card">
      {isPlaying ? (
        <div class="film-poster">
          <FilmVideo id={film.id} label={name} />
        </div>
      ) : (
        <button type="button" class="film-poster" aria-label={texts.play(name)} onClick={play}>
          <FilmVideo id={film.id} />
        </button>
      )}
      <input
        type="text"
        dir="auto"
        aria-label={texts.rename}
        placeholder={texts.untitled}
        value={film.title}
        onChange={(event) => void gallery.rename(film.id, event.currentTarget.value)}
      />
      <p class="hint">
        {settings.seconds(Math.round((10 * report.frames) / Math.max(1, report.fps)) / 10)} · {report.width} ×{' '}
        {report.height} · {bytesInWords(film.bytes)}
      </p>
      {isAsking ? (
        <div class="card-actions" ref={place}>
          <button type="button" class="link" onClick={() => void keepFocus(() => gallery.remove(film.id))}>
            {texts.reallyRemove}
          </button>
          <button type="button" class="link" data-asks onClick={() => setAsking(false)}>
            {texts.keep}
          </button>
        </div>
      ) : (
        <div class="card-actions" ref={place}>
          <button
            type="button"
            class="link"
            aria-disabled={isRunning}
            onClick={() => leaveTo(() => studio.editFilm(film))}
          >
            {texts.edit}
          </button>
          <button type="button" class="link" onClick={() => void download()}>
            {actions.download}
          </button>
          <button
            type="button"
            class="link"
            data-asks
            aria-label={texts.remove(name)}
            onClick={() => setAsking(true)}
          >
            {texts.removeShort}
          </button>
        </div>
      )}
      <FilmDetails film={film} name={name} seed={report.seed} leaveTo={leaveTo} />
    </li>
  );
}

/** The film's own first second, still; with a label the film, playing. */
function FilmVideo({ id, label }: { readonly id: string; readonly label?: string }): VNode {
  const { gallery } = useStudio();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let address: string | null = null;
    let isGone = false;
    void gallery.open(id).then((file) => {
      if (!file || isGone) return;
      address = URL.createObjectURL(new Blob([file], { type: 'video/mp4' }));
      setUrl(address);
    });
    return () => {
      isGone = true;
      if (address) URL.revokeObjectURL(address);
    };
  }, [gallery, id]);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (label) video.current?.focus(); // the button that was pressed is gone
  }, [label, url]);
  if (!url) return <span />;
  if (label)
    return <video ref={video} src={url} aria-label={label} muted controls autoPlay loop playsInline />;
  return <video src={`${url}#t=0.8`} muted playsInline preload="metadata" tabIndex={-1} />;
}
