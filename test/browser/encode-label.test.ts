import { describe, expect, test } from 'vitest';
import { aigcLabel } from '../../src/encode/aigc-label.ts';
import { chooseCodec } from '../../src/encode/codecs.ts';
import { openClipWriter } from '../../src/encode/mp4.ts';
import { createLabelMark, drawLabel, type LabelMark, labelStrength } from '../../src/encode/visible-label.ts';
import { flatFrame, type Rgb } from '../fixtures/moving-scene.ts';
import { playClip, psnr } from '../fixtures/play-clip.ts';

const SIZES = [
  [448, 252],
  [252, 448],
  [832, 480],
  [1280, 704],
  [588, 252],
  [108, 252],
  [96, 96],
] as const;

/** Relative luminance (WCAG 2.2). */
function luminance(color: readonly number[]): number {
  const [r, g, b] = color.map((v) => (v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** Contrast of the brightest against the darkest pixel in the mark: letters against plate. */
function contrast(rgba: Uint8ClampedArray, width: number, mark: LabelMark): number {
  let least = 1;
  let most = 0;
  for (let y = mark.y + 4; y < mark.y + mark.height - 4; y++) {
    for (let x = mark.x + 4; x < mark.x + mark.width - 4; x++) {
      const at = (y * width + x) * 4;
      const value = luminance([rgba[at]!, rgba[at + 1]!, rgba[at + 2]!]);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return (most + 0.05) / (least + 0.05);
}

describe.each(SIZES)('on %i×%i', (width, height) => {
  const mark = createLabelMark(width, height);

  test('letters are at least 5 % of the shorter side, and the mark lies within the lower right', () => {
    expect(mark.letterHeight).toBeGreaterThanOrEqual(0.05 * Math.min(width, height));
    expect(mark.x).toBeGreaterThanOrEqual(0);
    expect(mark.y).toBeGreaterThan(height / 2);
    expect(mark.x + mark.width).toBeLessThanOrEqual(width);
    expect(mark.y + mark.height).toBeLessThanOrEqual(height);
    expect(width - (mark.x + mark.width)).toBeLessThan(0.1 * width);
  });

  test('is readable on every background and changes nothing else', () => {
    const backgrounds: readonly Rgb[] = [
      [255, 255, 255],
      [0, 0, 0],
      [128, 128, 128],
      [255, 255, 0],
      [220, 50, 40],
    ];
    for (const color of backgrounds) {
      const rgba = flatFrame(width, height, color);
      drawLabel(rgba, width, mark, 1);
      expect(contrast(rgba, width, mark), `on ${color}`).toBeGreaterThan(4.5);
      const clean = flatFrame(width, height, color);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const inside = x >= mark.x && x < mark.x + mark.width && y >= mark.y && y < mark.y + mark.height;
          const at = (y * width + x) * 4;
          if (!inside && rgba[at] !== clean[at]) expect.fail(`pixel ${x},${y} changed`);
        }
      }
    }
  });
});

test('is the same every time', () => {
  expect(createLabelMark(448, 252).pixels).toEqual(createLabelMark(448, 252).pixels);
});

test('is at full strength for two seconds, then fades away', () => {
  expect([0, 1, 2, 2.09].map(labelStrength)).toEqual([1, 1, 1, 1]);
  expect(labelStrength(2.3)).toBeCloseTo(0.5, 6);
  expect([2.5, 100].map(labelStrength)).toEqual([0, 0]);
  const rgba = flatFrame(448, 252, [9, 9, 9]);
  drawLabel(rgba, 448, createLabelMark(448, 252), 0);
  expect(rgba.every((value, i) => value === (i % 4 === 3 ? 255 : 9))).toBe(true);
});

test('shows in the file for the first two seconds, and not if it was switched off', async () => {
  const size = { width: 320, height: 180, fps: 24 };
  const codec = await chooseCodec(size);
  const label = aigcLabel({ producer: 'Kindling', produceId: '1' });
  const background: Rgb = [240, 240, 240];
  const write = async (visibleLabel: boolean): Promise<Blob> => {
    const writer = await openClipWriter({ ...size, codec, job: {}, label, visibleLabel });
    for (let i = 0; i < 72; i++) await writer.add({ data: flatFrame(320, 180, background) });
    return (await writer.finish()).file;
  };
  const marked = await playClip(await write(true));
  const plain = await playClip(await write(false));
  const clean = flatFrame(320, 180, background);
  const expected = clean.slice();
  drawLabel(expected, 320, createLabelMark(320, 180), 1);
  for (const seconds of [0.02, 1, 1.98]) {
    const seen = await marked.frameAt(seconds);
    expect(psnr(seen, expected)).toBeGreaterThan(psnr(seen, clean) + 6);
    expect(psnr(await plain.frameAt(seconds), clean)).toBeGreaterThan(40);
  }
  expect(psnr(await marked.frameAt(2.8), clean)).toBeGreaterThan(35);
  marked.close();
  plain.close();
});
