// Scales pictures with a cubic filter that widens as it shrinks (Catmull-Rom, a = −0.5; Keys 1981), the way image
// libraries do it, not the way canvases do: a canvas leaves the method to the browser and the GPU, and the same
// picture must give the same first frame everywhere. Only +, −, ×, ÷: bit-identical in every engine.

/** A rectangle in source pixels; fractions are allowed. */
export interface SourceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is scaled to what. */
export interface ResampleOptions {
  /** Size of the source, whole pixels. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The part that is shown, inside the source. */
  readonly box: SourceBox;
  /** Size of the result, whole pixels. */
  readonly width: number;
  readonly height: number;
}

/** For one axis: which source samples make each output sample. */
interface Taps {
  /** First source sample of each output sample. */
  readonly first: Int32Array;
  /** Weights, `count` for each output sample, their sum 1; the unused ones at the end are 0. */
  readonly weights: Float64Array;
  readonly count: number;
}

const SUPPORT = 2; // the cubic is zero beyond two samples

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return 1 + x * x * (1.5 * x - 2.5);
  return x < 2 ? 2 + x * (x * (2.5 - 0.5 * x) - 4) : 0;
}

function taps(source: number, start: number, length: number, size: number): Taps {
  const scale = length / size; // source samples per output sample
  const widening = Math.max(1, scale);
  const count = Math.ceil(2 * SUPPORT * widening) + 1;
  const first = new Int32Array(size);
  const weights = new Float64Array(size * count);
  for (let i = 0; i < size; i++) {
    const centre = start + (i + 0.5) * scale;
    const from = Math.max(0, Math.floor(centre - SUPPORT * widening + 0.5));
    const to = Math.min(source, Math.floor(centre + SUPPORT * widening + 0.5));
    let sum = 0;
    for (let s = from; s < to; s++) {
      const weight = cubic((s + 0.5 - centre) / widening);
      weights[i * count + s - from] = weight;
      sum += weight;
    }
    for (let k = 0; k < to - from; k++) weights[i * count + k]! /= sum;
    first[i] = from;
  }
  return { first, weights, count };
}

/** Scales a picture that arrives in strips of rows, so that a large one is never whole in memory here. Opaque. */
export class Resampler {
  readonly #options: ResampleOptions;
  readonly #columns: Taps;
  readonly #rows: Taps;
  readonly #sums: Float32Array;
  readonly #line: Float32Array;
  #done = 0;

  constructor(options: ResampleOptions) {
    const { sourceWidth, sourceHeight, box, width, height } = options;
    this.#options = options;
    this.#columns = taps(sourceWidth, box.x, box.width, width);
    this.#rows = taps(sourceHeight, box.y, box.height, height);
    this.#sums = new Float32Array(width * height * 3);
    this.#line = new Float32Array(width * 3);
  }

  /** Source rows that matter: from (inclusive) and to (exclusive). */
  get sourceRows(): { readonly from: number; readonly to: number } {
    const { height, sourceHeight } = this.#options;
    const to = this.#rows.first[height - 1]! + this.#rows.count;
    return { from: this.#rows.first[0]!, to: Math.min(sourceHeight, to) };
  }

  /**
   * Takes the next rows, top to bottom.
   * @param rgba `[rows, sourceWidth, 4]`
   * @param firstRow which source row the first one is.
   */
  push(rgba: Uint8ClampedArray, firstRow: number): void {
    const { sourceWidth, width, height } = this.#options;
    const { first, weights, count } = this.#rows;
    for (let row = 0; row < rgba.length / (sourceWidth * 4); row++) {
      const sourceRow = firstRow + row;
      this.#scaleLine(rgba, row * sourceWidth * 4);
      // Windows only move down, so finished output rows are never looked at again.
      while (this.#done < height && first[this.#done]! + count <= sourceRow) this.#done++;
      for (let i = this.#done; i < height && first[i]! <= sourceRow; i++) {
        const weight = weights[i * count + sourceRow - first[i]!];
        if (!weight) continue;
        const out = i * width * 3;
        for (let j = 0; j < width * 3; j++) this.#sums[out + j]! += weight * this.#line[j]!;
      }
    }
  }

  /** The scaled picture, `[height, width, 4]`, alpha 255. */
  finish(): Uint8ClampedArray<ArrayBuffer> {
    const { width, height } = this.#options;
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0, j = 0; j < this.#sums.length; i += 4, j += 3) {
      rgba[i] = this.#sums[j]!; // clamped and rounded
      rgba[i + 1] = this.#sums[j + 1]!;
      rgba[i + 2] = this.#sums[j + 2]!;
    }
    return rgba;
  }

  #scaleLine(rgba: Uint8ClampedArray, offset: number): void {
    const { first, weights, count } = this.#columns;
    const { width, sourceWidth } = this.#options;
    for (let i = 0; i < width; i++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      const used = Math.min(count, sourceWidth - first[i]!);
      for (let k = 0, at = offset + first[i]! * 4; k < used; k++, at += 4) {
        const weight = weights[i * count + k]!;
        red += weight * rgba[at]!;
        green += weight * rgba[at + 1]!;
        blue += weight * rgba[at + 2]!;
      }
      this.#line[i * 3] = red;
      this.#line[i * 3 + 1] = green;
      this.#line[i * 3 + 2] = blue;
    }
  }
}

/** Scales a picture that is in memory. */
export function resample(rgba: Uint8ClampedArray, options: ResampleOptions): Uint8ClampedArray<ArrayBuffer> {
  const resampler = new Resampler(options);
  resampler.push(rgba, 0);
  return resampler.finish();
}
