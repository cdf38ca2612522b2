import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { clipFileName } from '../state/clip-shelf.ts';
import { beginWithLastPicture, goOnFrom, makeAgain } from '../state/film-actions.ts';
import { type FilmRecord, readFilmRecord } from '../state/film-record.ts';
import type { GalleryFilm } from '../state/gallery.ts';
import { LANGUAGE_TAGS } from '../state/language.ts';
import { canShareFile, shareFile } from './hand-over.ts';
import { PROMPT_ID } from './prompt-field.tsx';
import { useStudio } from './studio-context.tsx';
import { GALLERY_TEXTS } from './texts/gallery-texts.ts';

/** What else can be done with a kept film, and how it was made. */
export function FilmDetails(props: {
  readonly film: GalleryFilm;
  readonly name: string;
  readonly seed: number;
  /** Puts the list away and does something with the page, unless a job runs. */
  readonly leaveTo: (work: () => Promise<unknown>) => void;
}): VNode {
  const { film, name, seed, leaveTo } = props;
  const studio = useStudio();
  const texts = GALLERY_TEXTS[studio.language.value];
  const [record, setRecord] = useState<FilmRecord | null>(null);
  const isRunning = studio.isRunning.value;
  const asFile = (file: Blob | null): File =>
    new File(file ? [file] : [], clipFileName(film.title, seed), { type: 'video/mp4' });
  const leave = (label: string, work: () => Promise<unknown>, hint?: string): VNode => (
    <button type="button" class="link" title={hint} aria-disabled={isRunning} onClick={() => leaveTo(work)}>
      {label}
    </button>
  );
  const share = async (): Promise<void> => {
    const file = await studio.gallery.open(film.id);
    if (file) await shareFile(asFile(file));
  };
  const read = async (): Promise<void> => {
    const file = record ? null : await studio.gallery.open(film.id);
    if (file) setRecord(await readFilmRecord(file).catch(() => null));
  };
  return (
    <details class="film-details" onToggle={(event) => event.currentTarget.open && void read()}>
      <summary aria-label={texts.moreOf(name)}>{texts.more}</summary>
      <div class="card-actions">
        {leave(texts.again, () => makeAgain(studio, film, 'same'), texts.againHint)}
        {leave(texts.anew, () => makeAgain(studio, film, 'new'))}
        {leave(texts.goOn, async () => {
          await goOnFrom(studio, film);
          document.getElementById(PROMPT_ID)?.focus();
        })}
        {leave(texts.lastPicture, () => beginWithLastPicture(studio, film))}
        {canShareFile(asFile(null)) && (
          <button type="button" class="link" onClick={() => void share()}>
            {texts.share}
          </button>
        )}
      </div>
      {record ? <Made film={film} record={record} /> : <p class="hint">{texts.reading}</p>}
    </details>
  );
}

function Made({ film, record }: { readonly film: GalleryFilm; readonly record: FilmRecord }): VNode {
  const { language } = useStudio();
  const texts = GALLERY_TEXTS[language.value];
  const { job, model } = record;
  const date = new Date(Number.parseInt(film.id, 10)); // its name begins with when it was kept
  const day = new Intl.DateTimeFormat(LANGUAGE_TAGS[language.value], { dateStyle: 'medium' });
  return (
    <div class="hint">
      {job.scene && <p dir="auto">{job.scene}</p>}
      {job.segments[0]?.picture && <p>{texts.picture}</p>}
      {job.segments.map(({ prompt, seconds, seed }, i) => (
        <p key={i} dir="auto">
          {texts.part(i + 1, prompt, seconds, seed)}
        </p>
      ))}
      <p>{texts.settings(job.steps, job.guidance, job.aspect, job.fps)}</p>
      <p>
        {texts.made(Number.isNaN(date.getTime()) ? '–' : day.format(date), `${model.id} ${model.version}`)}
      </p>
    </div>
  );
}
