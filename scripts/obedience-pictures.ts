// How true a clip is to the picture that it begins with, and whether one sees where what was given ends and what was made begins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { newJob } from '../src/core/check-job.ts';
import { AppError } from '../src/core/errors.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import type { ExactPicture, NodeEngine } from './node-engine.ts';

/** Where the seam is: the first frame is the picture's, all others are made. */
export interface PictureResult {
  readonly name: string;
  /** Of the clip's first frame against the picture, dB. */
  readonly psnr: number;
  /** Mean difference of neighbouring frames in levels: over the seam, and the median and the largest behind it. */
  readonly seam: number;
  readonly median: number;
  readonly largest: number;
}

/** Makes a clip from every picture in a folder. */
export async function measurePictures(
  engine: NodeEngine,
  model: ModelManifest,
  folder: string,
  settings: { readonly steps?: number; readonly guidance?: number },
): Promise<readonly PictureResult[]> {
  const results: PictureResult[] = [];
  for (const file of readdirSync(folder).sort()) {
    const { prompt, picture } = readPpm(join(folder, file));
    const segment = { prompt, seed: 1, seconds: 2, picture: { fit: 'crop' } } as const;
    const { frames } = await engine.make(newJob(model, segment, { aspect: '1:1', ...settings }), picture);
    const steps = frameSteps(frames);
    const inside = steps.slice(1).sort((a, b) => a - b);
    results.push({
      name: file.replace(/\..*$/, ''),
      psnr: psnr(frames[0]!, picture.rgba),
      seam: steps[0]!,
      median: inside[inside.length >> 1]!,
      largest: inside.at(-1)!,
    });
  }
  return results;
}

/** The table, in Markdown, and means of drawings and photographs. */
export function picturesTable(results: readonly PictureResult[]): string {
  const rows = results.map(({ name, psnr, seam, median, largest }) =>
    [name, psnr.toFixed(1), seam.toFixed(2), median.toFixed(2), largest.toFixed(2)].join(' | '),
  );
  const mean = (kind: string): string => {
    const values = results.filter(({ name }) => name.startsWith(kind)).map((result) => result.psnr);
    return (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(1);
  };
  return [
    '| picture | first frame, dB | seam, levels | median behind it | largest behind it |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `Mean of drawings ${mean('render')} dB (bar 25), of photographs ${mean('photo')} dB (bar 22); ` +
      `the seam is no larger than what follows in ${results.filter(({ seam, largest }) => seam <= largest).length} of ${results.length}.`,
  ].join('\n');
}

/** Mean absolute differences of neighbouring frames, levels of 255: one number fewer than there are frames. */
export const frameSteps = (frames: readonly Uint8ClampedArray[]): readonly number[] =>
  frames.slice(1).map((frame, i) => frameDifference(frame, frames[i]!));

function frameDifference(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % 4 < 3) sum += Math.abs(a[i]! - b[i]!);
  return sum / (a.length * 0.75);
}

/** Peak signal to noise, dB. */
function psnr(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % 4 < 3) sum += (a[i]! - b[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * a.length * 0.75) / sum);
}

/** Reads a packed portable pixmap whose comment is the prompt. */
function readPpm(path: string): { readonly prompt: string; readonly picture: ExactPicture } {
  const bytes = gunzipSync(readFileSync(path));
  const header = /^P6\n# (.*)\n(\d+) (\d+)\n255\n/.exec(bytes.toString('latin1', 0, 1024));
  if (!header)
    throw new AppError('input/picture-unreadable', `${path} is not a portable pixmap with a comment.`);
  const [whole, prompt = '', width, height] = header;
  const pixels = bytes.subarray(whole.length);
  const rgba = new Uint8ClampedArray((pixels.length / 3) * 4).fill(255);
  for (let i = 0; i < pixels.length; i++) rgba[4 * Math.floor(i / 3) + (i % 3)] = pixels[i]!;
  return { prompt, picture: { width: Number(width), height: Number(height), rgba } };
}
