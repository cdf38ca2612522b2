import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { shownSeconds } from '../core/job.ts';
import type { Take } from '../state/board.ts';
import { type TakeFilm, TakeFilms } from '../state/take-films.ts';
import { chooseTake, jobOfTake, removeTake, takeState, takesOf } from '../state/takes.ts';
import { prefersStill } from './motion.ts';
import { Sheet } from './sheet.tsx';
import { StepPlayer } from './step-player.ts';
import { useStudio, useTexts } from './studio-context.tsx';
import { TAKES_TEXTS } from './texts/takes-texts.ts';
import { keepFocus } from './use-asking.ts';

/** The takes of the selected segment side by side, played in step. */
export function CompareDialog({ onClose }: { readonly onClose: () => void }): VNode {
  const studio = useStudio();
  const { board, language } = studio;
  const texts = TAKES_TEXTS[language.value].compare;
  const films = useMemo(() => new TakeFilms(studio.engine, (work) => studio.borrowEngine(work)), [studio]);
  const player = useMemo(() => new StepPlayer(), []);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => {
    if (!prefersStill()) player.play();
    return () => {
      player.stop();
      films.dispose();
    };
  }, [player, films]);
  const takes = takesOf(board);
  const shown = takes.filter(({ id }) => !hidden.has(id));
  return (
    // Keys that are pressed here are none of the page's: Escape closes the dialog and cancels no clip.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps keys in
    <div onKeyDown={(event) => event.stopPropagation()}>
      <Sheet id="takes" title={texts.title(board.selected.value + 1)} close={texts.close} onClose={onClose}>
        <Controls player={player} />
        {takes.length > 2 && (
          <div class="takes-shown">
            {takes.map(({ id, take }) => (
              <label key={id} class="check">
                <input
                  type="checkbox"
                  aria-label={texts.show(take)}
                  checked={!hidden.has(id)}
                  onChange={(event) => {
                    const others = [...hidden].filter((one) => one !== id);
                    setHidden(new Set(event.currentTarget.checked ? others : [...others, id]));
                  }}
                />
                {TAKES_TEXTS[language.value].takes.take(take)}
              </label>
            ))}
          </div>
        )}
        <ul class="takes-side-by-side">
          {shown.map((take) => (
            <TakeCard key={take.id} take={take} films={films} player={player} />
          ))}
        </ul>
      </Sheet>
    </div>
  );
}

function Controls({ player }: { readonly player: StepPlayer }): VNode {
  const { language } = useStudio();
  const { settings } = useTexts();
  const { compare } = TAKES_TEXTS[language.value];
  const seconds = player.seconds.value;
  useEffect(() => {
    // Takes begin with the same picture: a still one is taken from the middle.
    if (prefersStill() && player.place.value === 0) player.seek(seconds / 2);
  }, [player, seconds]);
  return (
    <div class="takes-controls">
      <button
        type="button"
        class="secondary small"
        onClick={() => (player.isPlaying.value ? player.pause() : player.play())}
      >
        {player.isPlaying.value ? compare.pause : compare.play}
      </button>
      <input
        type="range"
        aria-label={compare.place}
        aria-valuetext={settings.seconds(player.place.value)}
        min={0}
        max={Math.max(0.1, seconds)}
        step={0.1}
        value={player.place.value}
        onInput={(event) => {
          player.pause();
          player.seek(event.currentTarget.valueAsNumber);
        }}
      />
    </div>
  );
}

function TakeCard(props: {
  readonly take: Take;
  readonly films: TakeFilms;
  readonly player: StepPlayer;
}): VNode {
  const studio = useStudio();
  const { board, form, language } = studio;
  const { settings, board: boardTexts } = useTexts();
  const { compare, takes: texts } = TAKES_TEXTS[language.value];
  const { take, films, player } = props;
  const isInUse = board.segments.value[board.selected.value]?.id === take.id;
  const state = takeState(board, take, form.picture.value?.file ?? null);
  const film = useTakeFilm(take, films);
  const words = take.prompt.trim();
  const facts = [
    settings.seconds(shownSeconds(take)),
    compare.seed(take.seed),
    ...(take.camera ? [boardTexts.cameras[take.camera]] : []),
  ];
  return (
    <li class={`card take-card ${isInUse ? 'in-use' : ''}`}>
      {film.status === 'film' ? (
        <TakeVideo film={film} player={player} label={compare.video(take.take, words)} />
      ) : (
        <p class="take-empty hint">{compare[WHY[film.status]]}</p>
      )}
      <h3>
        {texts.take(take.take)} <span class="take-state">{isInUse ? texts.inUse : texts.states[state]}</span>
      </h3>
      <p class="hint">{facts.join(' · ')}</p>
      {words !== '' && (
        <p class="take-words" dir="auto">
          {words}
        </p>
      )}
      {!isInUse && (
        <div class="card-actions">
          <button
            type="button"
            class="link"
            aria-label={compare.use(take.take)}
            onClick={() => void keepFocus(() => chooseTake(board, take.id))}
          >
            {compare.useShort}
          </button>
          <button
            type="button"
            class="link"
            aria-label={compare.remove(take.take)}
            onClick={() => void keepFocus(() => removeTake(board, take.id))}
          >
            {compare.removeShort}
          </button>
        </div>
      )}
    </li>
  );
}

const WHY = {
  preparing: 'preparing',
  busy: 'busy',
  'not-made': 'notMade',
  'not-kept': 'notKept',
  failed: 'failed',
} as const;

/** Where a take is to be seen: in a film of this visit, or in one that is put together from what is kept. */
function useTakeFilm(take: Take, films: TakeFilms): TakeFilm | { readonly status: 'busy' | 'not-made' } {
  const studio = useStudio();
  const { board, form, manifest } = studio;
  const picture = form.picture.value?.file ?? null;
  const job = jobOfTake(board, take);
  const identity = board.identitiesOf(job, picture).at(-1)!;
  const seconds = shownSeconds(take);
  // As it stands, or as it was when it was made.
  const found = studio.inFilms(identity, seconds) ?? studio.inFilms(board.madeAs(take.id)?.identity, seconds);
  const isTaken = studio.queue.value?.isTaken.value ?? studio.isRunning.value;
  const canAsk = !found && board.isMade(identity) && !isTaken;
  useEffect(() => {
    if (!canAsk) return;
    const { device, visibleLabel } = form;
    void films.ask(identity, {
      job,
      manifest,
      picture,
      device: device.value,
      visibleLabel: visibleLabel.value,
      preview: false,
    });
  }, [canAsk, identity]);
  if (found) return { status: 'film', url: found.clip.url, start: found.start, seconds: found.seconds };
  const film = films.films.value.get(identity);
  if (film) return film;
  return { status: !board.isMade(identity) ? 'not-made' : isTaken ? 'busy' : 'preparing' };
}

function TakeVideo(props: {
  readonly film: Extract<TakeFilm, { readonly status: 'film' }>;
  readonly player: StepPlayer;
  readonly label: string;
}): VNode {
  const video = useRef<HTMLVideoElement>(null);
  const { player, label } = props;
  const { url, start, seconds } = props.film;
  useEffect(() => {
    if (!video.current) return;
    return player.add({ video: video.current, start, seconds });
  }, [player, url, start, seconds]);
  return <video ref={video} src={url} aria-label={label} muted playsInline preload="auto" tabIndex={-1} />;
}
