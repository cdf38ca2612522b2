// A codec string promises a level: how many pixels a decoder must manage. The lowest that fits is asked for, because
// decoders refuse what promises too much.

import { AppError } from '../core/errors.ts';

/** Video codecs that can be put into an MP4, in the order in which they are tried: what plays in the most places first. */
export const CODEC_FAMILIES = ['avc', 'vp9', 'av1'] as const;

/** One of {@link CODEC_FAMILIES}. */
export type CodecFamily = (typeof CODEC_FAMILIES)[number];

/** Size and speed of a clip. */
export interface ClipSize {
  /** Pixels, even. */
  readonly width: number;
  readonly height: number;
  /** Frames per second, an integer. */
  readonly fps: number;
}

/** Names for error messages. */
export const FAMILY_NAMES: Readonly<Record<CodecFamily, string>> = { avc: 'H.264', vp9: 'VP9', av1: 'AV1' };

/** Level name, most units in a frame, most units a second. */
type Level = readonly [name: string, frame: number, second: number];

// ITU-T H.264 table A-1, in macroblocks. Below level 3 there is nothing to gain: every decoder does level 3.
const AVC_LEVELS: readonly Level[] = [
  ['1e', 1_620, 40_500],
  ['1f', 3_600, 108_000],
  ['20', 5_120, 216_000],
  ['28', 8_192, 245_760],
  ['2a', 8_704, 522_240],
  ['32', 22_080, 589_824],
  ['33', 36_864, 983_040],
  ['34', 36_864, 2_073_600],
];
// https://www.webmproject.org/vp9/levels/, in pixels.
const VP9_LEVELS: readonly Level[] = [
  ['21', 245_760, 9_216_000],
  ['30', 552_960, 20_736_000],
  ['31', 983_040, 36_864_000],
  ['40', 2_228_224, 83_558_400],
  ['41', 2_228_224, 160_432_128],
  ['50', 8_912_896, 311_951_360],
  ['51', 8_912_896, 588_251_136],
];
// AV1 specification annex A.3, in pixels; the name is seq_level_idx.
const AV1_LEVELS: readonly Level[] = [
  ['01', 278_784, 8_363_520],
  ['04', 665_856, 19_975_680],
  ['05', 1_065_024, 31_950_720],
  ['08', 2_359_296, 70_778_880],
  ['09', 2_359_296, 141_557_760],
  ['12', 8_912_896, 267_386_880],
  ['13', 8_912_896, 534_773_760],
];

function level(levels: readonly Level[], frame: number, fps: number): readonly string[] {
  const found = levels.find(([, most, mostPerSecond]) => frame <= most && frame * fps <= mostPerSecond);
  return found ? [found[0]] : [];
}

/** Codec strings to try for a family, best first; none if the clip is larger than any level. */
export function codecStrings(family: CodecFamily, size: ClipSize): readonly string[] {
  const pixels = size.width * size.height;
  switch (family) {
    case 'avc': {
      const macroblocks = Math.ceil(size.width / 16) * Math.ceil(size.height / 16);
      const names = level(AVC_LEVELS, macroblocks, size.fps);
      // High profile, then constrained baseline, which the oldest hardware has.
      return names.flatMap((name) => [`avc1.6400${name}`, `avc1.42e0${name}`]);
    }
    case 'vp9':
      return level(VP9_LEVELS, pixels, size.fps).map((name) => `vp09.00.${name}.08`);
    case 'av1':
      return level(AV1_LEVELS, pixels, size.fps).map((name) => `av01.0.${name}M.08`);
  }
}

const LARGEST_SIDE = 8_192;

/**
 * Checks what every codec here needs.
 * @throws {AppError} `encode/failed` naming the nearest size that can be encoded.
 */
export function checkClipSize({ width, height, fps }: ClipSize): void {
  const side = (value: number): boolean => Number.isInteger(value) && value >= 2 && value <= LARGEST_SIDE;
  if (!side(width) || !side(height) || width % 2 !== 0 || height % 2 !== 0) {
    const nearest = [width, height].map((value) =>
      Math.min(LARGEST_SIDE, Math.max(2, 2 * Math.round(value / 2) || 2)),
    );
    throw new AppError(
      'encode/failed',
      `${width}×${height} cannot be encoded: both sides must be even and at most ${LARGEST_SIDE}. Nearest is ${nearest.join('×')}.`,
      { detail: { width: nearest[0], height: nearest[1] } },
    );
  }
  if (!Number.isInteger(fps) || fps < 1 || fps > 240) {
    throw new AppError(
      'encode/failed',
      `${fps} frames per second cannot be encoded; use a whole number from 1 to 240.`,
    );
  }
}
