import type { ClipPreview } from '../state/job-state.ts';
import { prefersStill } from './motion.ts';

/** Shows a moving preview on a canvas, round and round at the clip's own speed. Draws only when the frame changes. */
export class LoopPlayer {
  readonly #canvas: HTMLCanvasElement;
  #preview: ClipPreview | null = null;
  #request = 0;
  #shown = -1;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Goes on with a newer preview from the same moment of the loop. With less movement wished, shows its middle frame. */
  show(preview: ClipPreview): void {
    this.#preview = preview;
    this.#shown = -1;
    if (this.#canvas.width !== preview.width) this.#canvas.width = preview.width;
    if (this.#canvas.height !== preview.height) this.#canvas.height = preview.height;
    cancelAnimationFrame(this.#request);
    this.#draw(performance.now());
  }

  /** Ends the loop. */
  stop(): void {
    cancelAnimationFrame(this.#request);
    this.#preview = null;
  }

  #draw = (now: number): void => {
    const preview = this.#preview;
    if (!preview || preview.frames.length === 0) return;
    const still = prefersStill();
    const count = preview.frames.length;
    const index = still ? Math.floor(count / 2) : Math.floor((now / 1000) * preview.fps) % count;
    const frame = preview.frames[index];
    if (frame && index !== this.#shown) {
      this.#canvas.getContext('2d')?.putImageData(new ImageData(frame, preview.width, preview.height), 0, 0);
      this.#shown = index;
    }
    if (!still) this.#request = requestAnimationFrame(this.#draw);
  };
}
