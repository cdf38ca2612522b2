import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { shownVideo, useStudio } from '../studio-context.tsx';
import { useFilmPlay, useTimelineTexts } from './film-play-context.tsx';
import { TwinPlayer } from './twin-player.ts';

/** The storyboard as a film, in place of what the stage shows. */
export function FilmScreen(): VNode {
  const play = useFilmPlay();
  const studio = useStudio();
  const texts = useTimelineTexts();
  const first = useRef<HTMLVideoElement>(null);
  const second = useRef<HTMLVideoElement>(null);
  const hidden = shownVideo.value;
  useEffect(() => hidden?.pause(), [hidden]); // also one that comes while the film is watched
  useEffect(() => {
    if (!first.current || !second.current) return;
    const player = new TwinPlayer(play, [first.current, second.current]);
    return () => player.dispose();
  }, [play]);
  const at = play.segmentAt(play.time.value);
  const { width, height } = studio.form.shape.value ?? { width: 16, height: 9 };
  return (
    <figure
      class="frame film-screen"
      aria-label={texts.film}
      style={{ '--ratio': (width / height).toFixed(4) }}
    >
      <video ref={first} class="clip" muted playsInline preload="auto" tabIndex={-1} />
      <video ref={second} class="clip" muted playsInline preload="auto" tabIndex={-1} />
      {play.missing.value.includes(at) && <p class="film-missing">{texts.notMade(at + 1)}</p>}
    </figure>
  );
}
