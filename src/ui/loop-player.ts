import type { ClipPreview } from '../state/job-state.ts';
import { prefersStill } from './motion.ts';

/** Blur of a clip that has only just begun, in px of the page. */
const BLUR = 9;
/** How much larger it is drawn then, so that the soft edges stay outside. */
const ZOOM = 0.05;

/**
 * Shows a moving preview on a canvas, round and round at the clip's own speed: blurred and pale at first, as clear as the
 * preview allows at the end. Sleeps until something changes. The blur is drawn into the small canvas, not laid over the
 * large one by CSS, which a browser without a GPU would compute anew for each picture of the page.
 */
export class LoopPlayer {
  readonly #canvas: HTMLCanvasElement;
  readonly #source = document.createElement('canvas');
  #preview: ClipPreview | null = null;
  #developed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request = 0;
  #shown = -1;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Goes on with a newer preview from the same moment of the loop. With less movement wished, shows its middle frame. */
  show(preview: ClipPreview): void {
    this.#preview = preview;
    for (const canvas of [this.#canvas, this.#source]) {
      if (canvas.width !== preview.width) canvas.width = preview.width;
      if (canvas.height !== preview.height) canvas.height = preview.height;
    }
    this.#redraw();
  }

  /** How far the clip is, 0 … 1. */
  develop(developed: number): void {
    if (developed === this.#developed) return;
    this.#developed = developed;
    this.#redraw();
  }

  /** Ends the loop. */
  stop(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#request);
    this.#preview = null;
  }

  #redraw(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#request);
    this.#shown = -1;
    this.#turn(performance.now());
  }

  #turn = (now: number): void => {
    const preview = this.#preview;
    if (!preview || preview.frames.length === 0) return;
    const still = prefersStill();
    const count = preview.frames.length;
    const place = (now / 1000) * preview.fps;
    const index = still ? Math.floor(count / 2) : Math.floor(place) % count;
    const frame = preview.frames[index];
    if (frame && index !== this.#shown) {
      this.#draw(new ImageData(frame, preview.width, preview.height));
      this.#shown = index;
    }
    if (still) return;
    // Asking for every refresh of the screen would keep the page busy sixty times a second for two new frames.
    const untilNextMs = ((Math.floor(place) + 1 - place) / preview.fps) * 1000;
    this.#timer = setTimeout(() => {
      this.#request = requestAnimationFrame(this.#turn);
    }, untilNextMs);
  };

  #draw(frame: ImageData): void {
    const { width, height, clientWidth } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    this.#source.getContext('2d')?.putImageData(frame, 0, 0);
    const rest = 1 - this.#developed;
    const look = (blur: number): string =>
      `blur(${blur.toFixed(2)}px) saturate(${1 - rest * 0.45}) brightness(${1 + rest * 0.1})`;
    // Safari before 18 filters elements only.
    if ('filter' in context) context.filter = look((rest * BLUR * width) / Math.max(1, clientWidth));
    else this.#canvas.style.filter = look(rest * BLUR);
    const zoom = 1 + rest * ZOOM;
    context.clearRect(0, 0, width, height);
    context.drawImage(
      this.#source,
      (width * (1 - zoom)) / 2,
      (height * (1 - zoom)) / 2,
      width * zoom,
      height * zoom,
    );
  }
}
