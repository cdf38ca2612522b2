// What is kept of a film while it is made. A segment is named by everything that decides its pixels, what it goes on from included:
// an unchanged segment is found again, whichever film it stands in, and a changed one never is.

import type { FilmPlan } from '../core/film-plan.ts';
import { settingsOf } from '../core/job.ts';
import { spokenPrompt } from '../core/spoken-prompt.ts';
import { ENCODED_PREFIX, type SegmentFiles } from '../films/segment-files.ts';
import type { EncodedSegment, GenerateRequest } from '../protocol/engine-api.ts';
import { modelHash } from '../protocol/manifest.ts';
import { codecFacts } from './codec.ts';
import type { DenoiseKeeper, DenoiseState } from './denoise.ts';
import type { Latents } from './latents.ts';
import type { PreparedPicture } from './picture.ts';
import type { SegmentStore } from './pipeline.ts';

const LATENTS = 'latents';
const STEP = 'step';
const PREFIX = 'next';
/** Part of every name: to be raised when the same words make other latents, by another sampler or graph. */
const STORE_VERSION = 1;
/** The visible mark has faded before that. */
const MARK_SECONDS = 3;
/** Numbers before the latents of a step: pass and steps done. */
const STEP_HEADER = 2;

/**
 * Names the segments of a film.
 * @param device on which they are made and in which numbers: what one has made wrong another must not give back.
 * @param picture as the film begins with it, fitted to its size; null without one. Its pixels count, not its file: a finished film brings
 * back the fitted picture in place of the photograph that it was made from.
 * @returns one name a segment, 32 hexadecimal digits each.
 */
export async function segmentNames(
  { job, manifest }: GenerateRequest,
  plan: FilmPlan,
  device: string,
  picture: Pick<PreparedPicture, 'rgba'> | null,
): Promise<readonly string[]> {
  const names: string[] = [];
  const pixels = picture && (await digest(picture.rgba));
  let before: string | readonly [string, number] | null = null;
  for (const segment of plan.segments) {
    const said = job.segments[segment.index]!;
    const { negativePrompt, ...sampling } = settingsOf(job, said);
    const name = await digestOf([
      [STORE_VERSION, device, modelHash(manifest)],
      [plan.shape.encoderWidth, plan.shape.encoderHeight, segment.latentFrames, segment.prefixFrames],
      segment.prefixFrames > 0 && (manifest.limits.continuation?.drift ?? 0),
      spokenPrompt(job, said),
      sampling,
      sampling.guidance === 1 ? null : negativePrompt,
      said.seed,
      said.picture && pixels,
      before,
    ]);
    names.push(name);
    const { shownFrames, keptFrames } = segment;
    before = shownFrames === keptFrames ? name : [name, shownFrames];
  }
  return names;
}

/** What is kept of the film of this request. A plain clip is made even where there is no room to keep anything of it. */
export async function openSegmentStore(
  files: SegmentFiles,
  request: GenerateRequest,
  plan: FilmPlan,
  device: string,
  picture: Pick<PreparedPicture, 'rgba'> | null,
): Promise<SegmentStore> {
  const names = await segmentNames(request, plan, device, picture);
  const write = async (...args: Parameters<SegmentFiles['write']>): Promise<void> => {
    try {
      await files.write(...args);
    } catch (error) {
      if (plan.segments.length > 1) throw error;
    }
  };
  const { codec, transformer } = request.manifest;
  const { stride } = codecFacts(codec);
  const height = plan.shape.encoderHeight / stride;
  const width = plan.shape.encoderWidth / stride;

  /** What a segment looks like in the file besides its latents. */
  const encodedName = async (index: number, encoding: string): Promise<string> => {
    const { start, frames } = plan.segments[index]!;
    const mark = start < MARK_SECONDS && request.visibleLabel;
    const { shape } = plan;
    const facts = [encoding, request.job.fps, shape.width, shape.height, start, frames, mark];
    return `${ENCODED_PREFIX}${await digestOf(facts)}`;
  };
  /** Where a segment is cut decides what the next one begins with. */
  const prefixName = (index: number): string => {
    const { shownFrames, keptFrames } = plan.segments[index]!;
    return shownFrames === keptFrames ? PREFIX : `${PREFIX}-${shownFrames}`;
  };
  return {
    names,
    isMade: async (index) => ((await files.read(names[index]!, LATENTS))?.size ?? 0) > 0,
    async latents(index) {
      const kept = await floats(await files.read(names[index]!, LATENTS));
      if (!kept) return null;
      const frames = plan.segments[index]!.keptFrames;
      const { channels } = transformer;
      if (kept.length !== channels * frames * height * width) return null; // damaged: made again
      return { data: kept, channels, frames, height, width };
    },
    async keepLatents(index, { data }: Latents) {
      await write(names[index]!, LATENTS, bytesOf(data));
      await files.remove(names[index]!, STEP);
    },
    prefix: async (index) => floats(await files.read(names[index]!, prefixName(index))),
    keepPrefix: (index, prefix) => write(names[index]!, prefixName(index), bytesOf(prefix)),
    async encoded(index, encoding): Promise<EncodedSegment | null> {
      const name = await encodedName(index, encoding);
      const [facts, data] = await Promise.all([
        files.read(names[index]!, `${name}.json`),
        files.read(names[index]!, name),
      ]);
      if (!facts || !data) return null;
      return parseEncoded(await facts.text(), data);
    },
    async keepEncoded(index, encoding, { data, description, codec, frames }) {
      const name = await encodedName(index, encoding);
      await write(names[index]!, name, data);
      // Last: what it describes is there by then.
      const facts = {
        codec,
        description: [...description],
        frames: frames.map(({ bytes, key }) => [bytes, key]),
      };
      await write(names[index]!, `${name}.json`, new TextEncoder().encode(JSON.stringify(facts)));
    },
    async keeper(index): Promise<DenoiseKeeper> {
      return {
        from: parseStep(await floats(await files.read(names[index]!, STEP))),
        async keep({ pass, done, data }) {
          const kept = new Float32Array(STEP_HEADER + data.length);
          kept.set([pass, done]);
          kept.set(data, STEP_HEADER);
          await write(names[index]!, STEP, bytesOf(kept));
        },
      };
    },
  };
}

const parseStep = (kept: Float32Array | null): DenoiseState | null =>
  kept && kept.length > STEP_HEADER
    ? { pass: kept[0]!, done: kept[1]!, data: kept.slice(STEP_HEADER) }
    : null;

/** Null for anything but what {@link SegmentStore.keepEncoded} wrote: it is then encoded again. */
function parseEncoded(text: string, data: Blob): EncodedSegment | null {
  try {
    const { codec, description, frames } = JSON.parse(text) as Record<string, unknown>;
    if (typeof codec !== 'string' || !Array.isArray(description) || !Array.isArray(frames)) return null;
    return {
      codec,
      description: Uint8Array.from(description as number[]),
      frames: (frames as [number, boolean][]).map(([bytes, key]) => ({ bytes, key })),
      data,
    };
  } catch {
    return null;
  }
}

/** The numbers of a file; null if there is none or it is not made of whole numbers. */
async function floats(file: Blob | null): Promise<Float32Array | null> {
  if (!file || file.size === 0 || file.size % 4 !== 0) return null;
  return new Float32Array(await file.arrayBuffer());
}

const bytesOf = (data: Float32Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

const digestOf = (value: unknown): Promise<string> => digest(new TextEncoder().encode(JSON.stringify(value)));

/** The first half of a SHA-256, in hexadecimal. */
async function digest(bytes: Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>): Promise<string> {
  const all = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(all.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
