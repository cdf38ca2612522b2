// Reads back what a clip shows, with a small network that has seen renders of Seedling's world and nothing that a model made.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError, assert } from '../src/core/errors.ts';
import type { ClipFrames } from './node-engine.ts';
import { ATTRIBUTES, type Attribute } from './obedience-report.ts';

/** What the network was trained on: five seconds at 8 frames a second, and the instant at their end. */
const FRAMES = 41;
const SIDE = 64;
/** Frames a second that a clip must be made with to be read. */
export const READER_FPS = 8;

/** A clip as the reader sees it. */
export type Reading = Readonly<Record<Attribute, string>>;

/** Reads clips. */
export interface ClipReader {
  /** What each attribute can be read as. */
  readonly classes: Readonly<Record<Attribute, readonly string[]>>;
  /** Share of right answers on renders that it has not seen, 0…1. */
  readonly held: Readonly<Record<Attribute, number>>;
  /** @param clip five seconds, square, {@link READER_FPS}, sides a multiple of 64. */
  read(clip: ClipFrames): Promise<Reading>;
}

/**
 * Opens the reader.
 * @param folder `models/seedling/obedience`: `reader.onnx` and `reader.json`, which names what each output can say.
 * @throws {AppError} `storage/read` without them.
 */
export async function openClipReader(folder: string, threads: number): Promise<ClipReader> {
  const path = join(folder, 'reader.onnx');
  if (!existsSync(path))
    throw new AppError('storage/read', `${path} is not there; training/reader.py makes it.`);
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: threads });
  const { classes, alike, held } = JSON.parse(readFileSync(join(folder, 'reader.json'), 'utf8')) as {
    readonly classes: Readonly<Record<Attribute, readonly string[]>>;
    readonly alike: Readonly<Record<string, string>>;
    readonly held: Readonly<Record<Attribute, number>>;
  };
  return {
    classes,
    held,
    async read(clip) {
      const pixels = shrinkClip(clip);
      const outputs = await session.run({
        frames: new ort.Tensor('float32', pixels, [FRAMES, 3, SIDE, SIDE]),
      });
      const named = ATTRIBUTES.map((attribute) => {
        const logits = outputs[attribute]!.data as Float32Array;
        const word = classes[attribute][logits.indexOf(Math.max(...logits))]!;
        return [attribute, alike[word] ?? word] as const;
      });
      return Object.fromEntries(named) as Record<Attribute, string>;
    },
  };
}

/** Means of square patches, `[41, 3, 64, 64]`, 0…1; after the last frame it stays. */
export function shrinkClip({ width, height, frames }: ClipFrames): Float32Array {
  assert(
    width === height && width % SIDE === 0 && frames.length >= FRAMES - 1,
    `a ${width}×${height} clip of ${frames.length} frames cannot be read`,
  );
  const step = width / SIDE;
  const out = new Float32Array(FRAMES * 3 * SIDE * SIDE);
  const scale = 1 / (255 * step * step);
  for (let f = 0; f < FRAMES; f++) {
    const rgba = frames[Math.min(f, frames.length - 1)]!;
    for (let y = 0; y < height; y++) {
      const row = (y / step) | 0;
      for (let x = 0; x < width; x++) {
        const at = row * SIDE + ((x / step) | 0);
        const from = 4 * (y * width + x);
        for (let c = 0; c < 3; c++) out[(f * 3 + c) * SIDE * SIDE + at]! += rgba[from + c]! * scale;
      }
    }
  }
  return out;
}
