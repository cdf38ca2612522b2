// The visible mark that a clip is AI-generated: bright letters on a dark plate, lower right, on the first seconds.
// It is drawn once with a 2D canvas, whose fonts shape both scripts, and blended into each frame by a plain loop.

import { AppError } from '../core/errors.ts';

/** The mark's two wordings, on one line where it fits, else on two. */
export const LABEL_TEXTS = ['AI生成', 'AI-generated'] as const;

/** How long the mark stays at full strength. Rules ask for two seconds; the first frame after them is still marked. */
export const LABEL_SECONDS = 2.1;
const FADE_SECONDS = 0.4; // disappears softly
/** Letters must be at least this part of the frame's shorter side; capitals and Chinese characters are both measured. */
const LEAST_HEIGHT = 0.05;
const PLATE_ALPHA = 0.62; // white letters on this plate over white have a contrast of 6 to 1
const FONT = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** The drawn mark, for frames of one size. Owns no platform resources. */
export interface LabelMark {
  /** Where its upper left corner goes, pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** RGBA, not premultiplied. */
  readonly pixels: Uint8ClampedArray;
  /** Height of the lowest of its capitals and characters, pixels. */
  readonly letterHeight: number;
}

type Context = OffscreenCanvasRenderingContext2D;

const font = (size: number): string => `600 ${size}px ${FONT}`;

function letterHeight(context: Context, size: number): number {
  context.font = font(size);
  const heights = ['A', '生'].map((letter) => {
    const box = context.measureText(letter);
    return box.actualBoundingBoxAscent + box.actualBoundingBoxDescent;
  });
  return Math.min(...heights);
}

function context2d(width: number, height: number): Context {
  // Read back from memory, not from the GPU: the same pixels on every run.
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new AppError('encode/failed', 'The AI-generated mark could not be drawn: no 2D canvas.');
  return context;
}

/**
 * Draws the mark for frames of this size.
 * @throws {AppError} `encode/failed` if there is no 2D canvas.
 */
export function createLabelMark(width: number, height: number): LabelMark {
  const least = Math.ceil(LEAST_HEIGHT * Math.min(width, height));
  const ruler = context2d(8, 8);
  let size = Math.max(8, least);
  const largest = size * 4; // where no font is installed letters have no height at all
  while (letterHeight(ruler, size) < least && size < largest) size++;
  const letters = letterHeight(ruler, size);
  const padding = Math.ceil(size * 0.4);
  const margin = Math.ceil(Math.min(width, height) * 0.03);
  const room = width - 2 * margin - 2 * padding;
  const oneLine = LABEL_TEXTS.join(' / ');
  const lines = ruler.measureText(oneLine).width <= room ? [oneLine] : LABEL_TEXTS;
  const lineHeight = Math.ceil(size * 1.25);
  const textWidth = Math.ceil(Math.max(...lines.map((line) => ruler.measureText(line).width)));
  const plateWidth = Math.min(width, textWidth + 2 * padding);
  const plateHeight = Math.min(height, lines.length * lineHeight + padding);

  const context = context2d(plateWidth, plateHeight);
  context.fillStyle = `rgb(0 0 0 / ${PLATE_ALPHA})`;
  context.beginPath();
  context.roundRect(0, 0, plateWidth, plateHeight, Math.min(padding, plateHeight / 2));
  context.fill();
  context.font = font(size);
  context.fillStyle = '#fff';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  lines.forEach((line, i) => {
    context.fillText(
      line,
      plateWidth - padding,
      padding / 2 + (i + 0.5) * lineHeight,
      plateWidth - 2 * padding,
    );
  });
  return {
    x: Math.max(0, width - margin - plateWidth),
    y: Math.max(0, height - margin - plateHeight),
    width: plateWidth,
    height: plateHeight,
    pixels: context.getImageData(0, 0, plateWidth, plateHeight).data,
    letterHeight: letters,
  };
}

/** How strongly the mark shows at a time in the clip: 1 for {@link LABEL_SECONDS}, then falling to 0. */
export function labelStrength(seconds: number): number {
  return Math.min(1, Math.max(0, (LABEL_SECONDS + FADE_SECONDS - seconds) / FADE_SECONDS));
}

/**
 * Blends the mark into a frame, in place.
 * @param rgba `[H, W, 4]`, the frame that the mark was drawn for.
 * @param frameWidth W, pixels.
 * @param strength 0 … 1, see {@link labelStrength}.
 */
export function drawLabel(
  rgba: Uint8ClampedArray | Uint8Array,
  frameWidth: number,
  mark: LabelMark,
  strength: number,
): void {
  if (strength <= 0) return;
  const weight = Math.round(strength * 256);
  for (let row = 0; row < mark.height; row++) {
    let from = row * mark.width * 4;
    let to = ((mark.y + row) * frameWidth + mark.x) * 4;
    for (let column = 0; column < mark.width; column++, from += 4, to += 4) {
      const alpha = mark.pixels[from + 3]! * weight; // 0 … 65280
      if (alpha === 0) continue;
      for (let i = 0; i < 3; i++) {
        const below = rgba[to + i]!;
        rgba[to + i] = Math.round(below + ((mark.pixels[from + i]! - below) * alpha) / 65_280);
      }
    }
  }
}
