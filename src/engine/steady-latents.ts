// What is gone on from again and again slowly becomes another picture: each segment is a little harder in contrast than the one before, and
// the next takes that for the truth. What changes because the words say so changes by far more.

import type { Latents } from './latents.ts';

/**
 * Takes small changes of contrast and brightness back: at the end of a segment each channel has the mean and the deviation of the frame that
 * it went on from, if they differ by no more than `drift`; of larger differences only that much is taken back. At the seam nothing is
 * changed, in between as much as of the way is gone, so that nothing jumps.
 * @param latents of a segment, prefix included; its own frames are changed in place.
 * @param prefixFrames clean latent frames that it begins with, at least 1; they stay.
 * @param drift share of the deviation, 0 … 1.
 */
export function steadyLatents(latents: Latents, prefixFrames: number, drift: number): void {
  const { data, channels, frames, height, width } = latents;
  const own = frames - prefixFrames;
  if (own <= 0 || drift <= 0) return;
  const area = height * width;
  for (let c = 0; c < channels; c++) {
    const frame = (t: number): Float32Array =>
      data.subarray((c * frames + t) * area, (c * frames + t + 1) * area);
    const before = moments(frame(prefixFrames - 1));
    const end = moments(frame(frames - 1));
    if (end.deviation === 0) continue;
    const scale = clamp(before.deviation / end.deviation, 1 / (1 + drift), 1 + drift);
    const most = drift * before.deviation;
    const offset = clamp(before.mean - end.mean, -most, most);
    for (let t = prefixFrames; t < frames; t++) {
      const way = (t - prefixFrames + 1) / own;
      const values = frame(t);
      const { mean } = moments(values);
      const factor = 1 + (scale - 1) * way;
      const shift = offset * way;
      for (const [i, value] of values.entries()) values[i] = mean + (value - mean) * factor + shift;
    }
  }
}

function moments(values: Float32Array): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
