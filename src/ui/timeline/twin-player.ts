// Plays stretches of several films as one: while one video plays, the other stands ready on the first frame of what comes next.
import { effect, untracked } from '@preact/signals';
import { nextShown, type Stretch, stretchAt } from '../../core/play-plan.ts';
import type { FilmPlay } from '../../state/film-play.ts';

/** Half a frame at 30 per second: the last frame of a stretch is on the screen by then, and none behind it yet. */
const HALF_FRAME = 1 / 60;
/** Times of frames are rounded in files: this far behind its beginning a frame is never the one before. */
const INTO_FRAME = 0.002;

/** The stretch that comes next, in the other video. */
interface Next {
  readonly at: number;
  readonly isReady: Promise<boolean>;
}

/** `HTMLMediaElement.HAVE_CURRENT_DATA`. */
const HAVE_CURRENT_DATA = 2;

/** Two videos in one place, of which one is seen: it has the class `on`. */
export class TwinPlayer {
  readonly #play: FilmPlay;
  readonly #videos: readonly [HTMLVideoElement, HTMLVideoElement];
  readonly #stops: readonly (() => void)[];
  #plan: readonly Stretch[];
  /** What each stretch shows: films change their places in the list. */
  #keys: readonly string[];
  #seen = 0;
  /** The stretch that is seen; −1: none. */
  #at = -1;
  #next: Next | null = null;
  /** The latest wish counts. */
  #turn = 0;
  /** The same for each video. */
  readonly #wishes = [0, 0];
  #frame = 0;

  /** Begins where the playhead is. */
  constructor(play: FilmPlay, videos: readonly [HTMLVideoElement, HTMLVideoElement]) {
    this.#play = play;
    this.#videos = videos;
    this.#plan = play.plan.peek();
    this.#keys = this.#keysOf(this.#plan);
    const first = play.sought.peek();
    this.#stops = [
      effect(() => {
        const { sought, time } = play;
        const isFirst = sought.value === first; // the playhead may have gone on since
        untracked(() => void this.#go(isFirst ? time.value : sought.value.seconds));
      }),
      effect(() => {
        const plan = play.plan.value;
        untracked(() => this.#replan(plan));
      }),
      effect(() => {
        const isPlaying = play.isPlaying.value;
        untracked(() => {
          if (!isPlaying) this.#halt();
          // A video that has ended would begin anew.
          else if (this.#at < 0 || this.#videos[this.#seen]!.ended) void this.#go(play.time.value);
          else this.#run();
        });
      }),
    ];
  }

  /** Lets the videos go. */
  dispose(): void {
    this.#turn++;
    for (const which of [0, 1]) this.#wishes[which]!++;
    for (const stop of this.#stops) stop();
    this.#halt();
    for (const video of this.#videos) {
      video.removeAttribute('src');
      video.load();
    }
  }

  #keysOf(plan: readonly Stretch[]): readonly string[] {
    const films = this.#play.films.peek();
    return plan.map(({ film, from, start, seconds }) =>
      JSON.stringify([film === null ? null : films[film]?.id, from, start, seconds]),
    );
  }

  /** While words are typed nothing else changes; and while a film is made what is seen goes on. */
  #replan(plan: readonly Stretch[]): void {
    const keys = this.#keysOf(plan);
    const before = this.#keys;
    this.#plan = plan;
    this.#keys = keys;
    if (keys.join() === before.join()) return;
    const at = keys.indexOf(before[this.#at] ?? '');
    if (at < 0) {
      this.#at = -1;
      void this.#go(this.#play.time.value);
    } else {
      this.#at = at;
      this.#lookAhead();
    }
  }

  async #go(seconds: number): Promise<void> {
    const turn = ++this.#turn;
    this.#next = null;
    let at = stretchAt(this.#plan, seconds);
    let from = seconds;
    if (this.#plan[at]?.film == null) {
      at = this.#play.isPlaying.value ? nextShown(this.#plan, at) : -1;
      from = this.#plan[at]?.from ?? seconds;
    }
    const stretch = this.#plan[at];
    if (!stretch) return this.#showNothing();
    // Another film is brought into the other video, so that what is seen stays until it is there.
    const isSame = this.#plan[this.#at]?.film === stretch.film;
    const isSeen = this.#videos[this.#seen]!.classList.contains('on');
    const which = isSame || !isSeen ? this.#seen : 1 - this.#seen;
    if (this.#at >= 0 && isSame) this.#at = at;
    const isReady = await this.#prepare(which, stretch, from);
    if (turn !== this.#turn) return;
    if (isReady) this.#see(which, at);
    else this.#showNothing();
  }

  #showNothing(): void {
    this.#at = -1;
    for (const video of this.#videos) video.classList.remove('on');
    this.#play.pause();
  }

  /** @returns whether the video stands on that frame. */
  async #prepare(which: number, stretch: Stretch, seconds: number): Promise<boolean> {
    const video = this.#videos[which]!;
    const wish = ++this.#wishes[which]!;
    const film = stretch.film === null ? undefined : this.#play.films.peek()[stretch.film];
    const url = film && (await this.#play.urlOf(film));
    if (!url || this.#wishes[which] !== wish) return false;
    const within = Math.min(
      Math.max(0, seconds - stretch.from),
      Math.max(0, stretch.seconds - 2 * HALF_FRAME),
    );
    try {
      if (video.src !== url) video.src = url;
      // Before it knows its frames, nothing tells that it has found one. While it looks for the frame of an earlier wish it may
      // be without data, too, and is then not said to be loaded a second time.
      if (video.readyState < HAVE_CURRENT_DATA) await happens(video, 'loadeddata', 'seeked');
      if (this.#wishes[which] !== wish) return false;
      video.currentTime = stretch.start + within + INTO_FRAME;
      await happens(video, 'seeked');
      return this.#wishes[which] === wish;
    } catch {
      return false; // deleted meanwhile, or damaged
    }
  }

  #see(which: number, at: number): void {
    const [video, other] = [this.#videos[which]!, this.#videos[1 - which]!];
    this.#seen = which;
    this.#at = at;
    if (this.#play.isPlaying.value) this.#run();
    video.classList.add('on');
    other.classList.remove('on');
    other.pause();
    this.#lookAhead();
  }

  /** The other video is to stand ready on what comes next. */
  #lookAhead(): void {
    const at = nextShown(this.#plan, this.#at + 1);
    const stretch = this.#plan[at];
    this.#next = stretch ? { at, isReady: this.#prepare(1 - this.#seen, stretch, stretch.from) } : null;
  }

  #run(): void {
    this.#videos[this.#seen]!.play().catch(() => {}); // halted before it began
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #halt(): void {
    cancelAnimationFrame(this.#frame);
    for (const video of this.#videos) video.pause();
  }

  readonly #tick = (): void => {
    const stretch = this.#plan[this.#at];
    if (!stretch) return;
    const video = this.#videos[this.#seen]!;
    const within = video.currentTime - stretch.start;
    if (within < stretch.seconds - HALF_FRAME && !video.ended) {
      if (!video.seeking) this.#play.follow(stretch.from + Math.max(0, within));
      this.#frame = requestAnimationFrame(this.#tick);
      return;
    }
    if (this.#next) {
      void this.#change(this.#next);
      return;
    }
    this.#play.follow(stretch.to);
    this.#play.pause();
  };

  async #change({ at, isReady }: Next): Promise<void> {
    const turn = this.#turn;
    const video = this.#videos[this.#seen]!;
    // On a slow device it is not there yet: what lies behind the stretch is not to be seen.
    if ((await Promise.race([isReady, null])) === null) video.pause();
    const isThere = await isReady;
    if (turn !== this.#turn) return;
    if (isThere) this.#see(1 - this.#seen, at);
    else {
      video.pause();
      this.#play.pause();
    }
  }
}

/** The first of these events. */
const happens = (video: HTMLVideoElement, ...events: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = new AbortController();
    const settle = (how: () => void) => () => {
      stop.abort();
      how();
    };
    const { signal } = stop;
    for (const event of events) video.addEventListener(event, settle(resolve), { signal });
    const fail = settle(() => reject(new Error('the film cannot be read')));
    video.addEventListener('error', fail, { signal });
  });
