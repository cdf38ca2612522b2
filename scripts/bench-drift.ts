// Whether colours stay what they were while a still scene is gone on from again and again, and whether the seams are seen.
import { newJob } from '../src/core/check-job.ts';
import { type Job, MAX_SEGMENTS } from '../src/core/job.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import { type ClipFrames, openNodeEngine } from './node-engine.ts';
import { frameSteps } from './obedience-pictures.ts';

/** Parts of a picture, each way, whose colours are compared. */
const GRID = 4;
const FPS = 8;
const SECONDS = 2;

/** Distances of CIE 1976 (ΔE*ab) between the first segment and each later one, colours averaged over a segment's frames. */
export interface DriftFigures {
  readonly segments: number;
  /** Of the whole picture: at the last segment, and the farthest of all. */
  readonly last: number;
  readonly most: number;
  /** Of the {@link GRID} × {@link GRID} parts, their mean at the last segment. */
  readonly parts: number;
  /** Largest mean difference of neighbouring frames, levels: over the seams, and inside the segments. */
  readonly seam: number;
  readonly inside: number;
}

/** A scene in which nothing is asked to change. */
function stillFilm(model: ModelManifest): Job {
  const job = newJob(
    model,
    { prompt: '', seed: 1 },
    { scene: 'a purple castle on a hill in the daytime', aspect: '1:1', fps: FPS },
  );
  const said = { ...job.segments[0]!, prompt: 'it stays still', camera: 'still', seconds: SECONDS } as const;
  return { ...job, segments: Array.from({ length: MAX_SEGMENTS }, (_, i) => ({ ...said, seed: i })) };
}

/**
 * Makes the still film and compares its colours.
 * @param folder of the model's files.
 */
export async function measureDrift(
  model: ModelManifest,
  folder: string,
  threads: number,
): Promise<DriftFigures> {
  const engine = await openNodeEngine(model, folder, threads);
  const job = stillFilm(model);
  const clip = await engine.make(job);
  const each = SECONDS * FPS;
  const colors = job.segments.map((_, i) =>
    labGrid({ ...clip, frames: clip.frames.slice(i * each, (i + 1) * each) }),
  );
  const wholes = colors.map((parts) => meanOf(parts));
  const distances = wholes.map((whole) => distance(whole, wholes[0]!));
  const parts = colors.at(-1)!.map((part, i) => distance(part, colors[0]![i]!));
  const steps = frameSteps(clip.frames);
  const isSeam = (_: number, i: number): boolean => (i + 1) % each === 0;
  return {
    seam: Math.max(...steps.filter(isSeam)),
    inside: Math.max(...steps.filter((step, i) => !isSeam(step, i))),
    segments: job.segments.length,
    last: distances.at(-1)!,
    most: Math.max(...distances),
    parts: parts.reduce((sum, one) => sum + one, 0) / parts.length,
  };
}

type Color = readonly [number, number, number];

/** Mean colours of the parts over all frames, as L*a*b*. Light is averaged, not the levels that stand for it. */
function labGrid({ width, height, frames }: ClipFrames): readonly Color[] {
  const sums = Array.from({ length: GRID * GRID }, () => [0, 0, 0, 0] as [number, number, number, number]);
  for (const rgba of frames)
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i += 4) {
        const sum = sums[Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width)]!;
        sum[0] += LIGHT[rgba[i]!]!;
        sum[1] += LIGHT[rgba[i + 1]!]!;
        sum[2] += LIGHT[rgba[i + 2]!]!;
        sum[3] += 1;
      }
  return sums.map(([r, g, b, count]) => toLab(r / count, g / count, b / count));
}

/** Linear light of the 256 levels of sRGB (IEC 61966-2-1). */
const LIGHT = Float64Array.from({ length: 256 }, (_, level) => {
  const s = level / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
});

/** Linear sRGB to CIE L*a*b* under D65. */
function toLab(r: number, g: number, b: number): Color {
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const meanOf = (colors: readonly Color[]): Color =>
  [0, 1, 2].map((c) => colors.reduce((sum, color) => sum + color[c]!, 0) / colors.length) as unknown as Color;

/** ΔE*ab of CIE 1976. */
const distance = (a: Color, b: Color): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
