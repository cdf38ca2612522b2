// How a clip is made. The steps are numbered as the architecture names them; each has its own file. The pipeline gets its
// parts as arguments and calls no platform itself.

import { checkJob } from '../core/check-job.ts';
import { AppError, assert } from '../core/errors.ts';
import { type FilmPlan, planFilm, type SegmentPlan, segmentPicks } from '../core/film-plan.ts';
import { type Job, settingsOf } from '../core/job.ts';
import { memoryPlan, type Stage, type StageBytes } from '../core/memory-plan.ts';
import { spokenPrompt } from '../core/spoken-prompt.ts';
import type { ClipShape } from '../core/video-format.ts';
import type { TensorSource } from '../networks/conv-writer.ts';
import type { Precision } from '../networks/part.ts';
import type {
  EncodedSegment,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GenerationReport,
  JobRecord,
  JobWarning,
  RecordedModel,
} from '../protocol/engine-api.ts';
import { type ModelManifest, modelHash } from '../protocol/manifest.ts';
import { breathe } from '../weights/breathe.ts';
import { codecFacts, encodePicture, openDecoder, readCodecTensors } from './codec.ts';
import { type DenoiseKeeper, denoise, denoisePasses, denoiseWork } from './denoise.ts';
import { cropFrame } from './frames.ts';
import { joinLatents, type Latents, latentFrames, type PaintedFrames, type Rgba, shrink } from './latents.ts';
import type { ModelFiles } from './model-files.ts';
import type { PreparedPicture } from './picture.ts';
import { Previewer } from './preview.ts';
import type { JobClock } from './progress.ts';
import type { Runtime } from './runtime.ts';
import { FADE_SECONDS, SeamFade } from './seam-fade.ts';
import { steadyLatents } from './steady-latents.ts';
import type { openStrip } from './strip-painter.ts';
import type { TextCache } from './text-cache.ts';
import { encodeText } from './text-encoder.ts';
import { warmUp } from './warm-up.ts';

/** How the segments of a file are kept and taken again. */
export interface SegmentSink {
  /** With what they are encoded here. */
  readonly encoding: string;
  /** Ends a segment: the next frame begins another. @returns it as it was encoded. */
  end(): Promise<EncodedSegment>;
  /** Takes a segment that was encoded before. @returns false if it does not fit this file: it is then to be painted again. */
  add(segment: EncodedSegment): Promise<boolean>;
  /** The segment as a file of its own; null if there is none. */
  film(segment: EncodedSegment): Promise<Blob | null>;
}

/** A file being written frame by frame; `await add()` is the back-pressure. */
export interface FrameSink {
  /** @param frame RGBA `[height, width, 4]`, read before this returns. */
  add(frame: { readonly data: Uint8ClampedArray }): Promise<void>;
  /** Absent where segments are not kept. */
  readonly segments?: SegmentSink;
  /** @returns the file and the codec that it names, such as `avc1.640015`. */
  finish(): Promise<{ readonly file: Blob; readonly codec: string }>;
  /** Gives everything back, finished or not. Idempotent. */
  close(): void;
}

/** Where the segments of one film are kept, so that nothing is made twice. Segments are named by their place in the film. */
export interface SegmentStore {
  /** How they are called, in order. */
  readonly names: readonly string[];
  /** Its latents are there. */
  isMade(index: number): Promise<boolean>;
  latents(index: number): Promise<Latents | null>;
  keepLatents(index: number, latents: Latents): Promise<void>;
  /** What the next segment begins with, where that is not in the latents. */
  prefix(index: number): Promise<Float32Array | null>;
  keepPrefix(index: number, prefix: Float32Array): Promise<void>;
  /** @param encoding {@link FrameSink.encoding}: what was encoded otherwise does not count. */
  encoded(index: number, encoding: string): Promise<EncodedSegment | null>;
  keepEncoded(index: number, encoding: string, segment: EncodedSegment): Promise<void>;
  /** For the steps of a segment that is being made. */
  keeper(index: number): Promise<DenoiseKeeper>;
}

/** What the pipeline works with. */
export interface PipelineParts {
  /** Opened for the job's device choice; stays the caller's. */
  readonly runtime: Runtime;
  readonly precision: Precision;
  /** Of the text encoder of these files on this device. */
  readonly texts?: TextCache;
  /** Absent where nothing is kept. */
  readonly store?: SegmentStore;
  /** {@link KEPT_BYTES} unless a test wants otherwise. */
  readonly keptBytes?: number;
  openFiles(onProgress: (received: number, total: number) => void): Promise<ModelFiles>;
  preparePicture(
    picture: Blob,
    size: { readonly width: number; readonly height: number; readonly fit: 'crop' | 'letterbox' },
  ): Promise<PreparedPicture>;
  openSink(shape: ClipShape, job: Job, record: JobRecord): Promise<FrameSink>;
  /** Draws small pictures of each segment as it is painted; absent where nobody looks. */
  readonly openStrip?: typeof openStrip;
}

/** Where a job reports and how it is stopped. */
export interface PipelineOptions {
  readonly signal: AbortSignal;
  readonly clock: JobClock;
  readonly onEvent: (event: GenerateEvent) => void;
  /** What is known before the job begins, such as a GPU that was passed over. */
  readonly warnings?: readonly JobWarning[];
}

/**
 * What a stage leaves in the runtime's cache is given back if it is more than this. Less is kept: compiled shaders go with it, and
 * the next clip of a small model would wait for them longer than for itself.
 */
const KEPT_BYTES = 64e6;

/** A film while it is made: its files are open. */
interface Work {
  readonly manifest: ModelManifest;
  readonly job: Job;
  readonly plan: FilmPlan;
  readonly files: ModelFiles;
  readonly tensors: TensorSource;
  readonly parts: PipelineParts;
  readonly options: PipelineOptions;
  readonly warn: (warning: JobWarning) => void;
  /** One stage is gone before the next begins. */
  leave(stage: Stage): Promise<void>;
}

/**
 * Refuses what cannot be made before anything is loaded.
 * @returns the sizes of the film.
 * @throws {AppError} `input/…` or `model/unknown`.
 */
export function checkRequest({ job, manifest, picture }: GenerateRequest): FilmPlan {
  if (job.model !== manifest.id) {
    throw new AppError(
      'model/unknown',
      `The job asks for the model “${job.model}”, but “${manifest.id}” was given.`,
    );
  }
  checkJob(job, manifest.limits, { hasPicture: picture !== null });
  return planFilm(manifest, job);
}

/**
 * Makes one film, segment after segment; a plain clip has one.
 * @throws {AppError} any code; rejects with AbortError when cancelled. Everything on the device is given back either way.
 */
export async function generate(
  request: GenerateRequest,
  parts: PipelineParts,
  options: PipelineOptions,
): Promise<GenerateResult> {
  const { runtime, precision } = parts;
  const { signal, clock, onEvent } = options;
  const warnings: JobWarning[] = [];
  const warn = (warning: JobWarning): void => {
    if (warnings.some(({ code, message }) => code === warning.code && message === warning.message)) return;
    warnings.push(warning);
    onEvent({ type: 'warning', ...warning });
  };

  // 1. Check
  const plan = checkRequest(request);
  for (const warning of options.warnings ?? []) warn(warning);
  const { manifest, job } = request;
  const { shape } = plan;
  const store = parts.store ?? null;
  const todo = await unmade(plan, store);
  // Planned before anything is begun: without the long phases, what is left would look like nothing.
  const work = (segment: SegmentPlan): number =>
    denoiseWork(passesOf(request, plan, segment), manifest.transformer, ...effort(job, segment.index));
  clock.plan(
    'denoise',
    todo.reduce((sum, segment) => sum + work(segment), 0),
  );
  clock.plan(
    'decode',
    todo.reduce((sum, segment) => sum + paintedFrames(segment), 0),
  );
  clock.plan(
    'encode',
    todo.reduce((sum, segment) => sum + segment.frames, 0),
  );
  const opening = parts.openFiles((received, total) => {
    clock.plan('prepare', total);
    clock.advance('prepare', received);
  });
  opening.catch(() => {}); // awaited below
  if (todo[0]) {
    const { shape: largest } = passesOf(request, plan, todo[0]).at(-1)!;
    await warmUp(runtime, manifest.transformer, largest, precision);
  }
  const files = await opening;
  const tensors = await readCodecTensors(files.codec, manifest.codec, signal);
  const memory = memoryOf(request, precision);
  const leave = async (stage: Stage): Promise<void> => {
    if (memory[stage].activations > (parts.keptBytes ?? KEPT_BYTES)) await runtime.trim();
  };
  const film: Work = { manifest, job, plan, files, tensors, parts, options, warn, leave };

  const picture = request.picture && (await preparedPicture(film, request.picture));
  signal.throwIfAborted();
  const sink = await parts.openSink(shape, job, await jobRecord(film, request.visibleLabel, picture));
  try {
    let tail: Tail | null = null; // of the segment before
    let tokens = 0;
    let previewSeconds = 0;
    for (const segment of plan.segments) {
      onEvent({
        type: 'segment',
        index: segment.index,
        count: plan.segments.length,
        made: !todo.includes(segment),
      });
      const stored = sink.segments && (await store?.encoded(segment.index, sink.segments.encoding));
      const isLast = segment.index + 1 === plan.segments.length;
      // What the next one begins with has to be there as well.
      const isWhole =
        isLast ||
        (beginsWithPicture(manifest)
          ? await store?.prefix(segment.index)
          : await store?.latents(segment.index));
      if (stored && isWhole && (await sink.segments?.add(stored))) {
        tail = null; // read again if the next one needs it
        continue;
      }
      const before = segment.index === 0 ? null : (tail ?? (await keptTail(film, segment)));
      let latents = (await store?.latents(segment.index)) ?? null;
      if (!latents) {
        const made = await makeLatents(film, request, segment, picture, before);
        latents = made.latents;
        tokens = Math.max(tokens, made.tokens);
        previewSeconds += made.previewSeconds;
        await store?.keepLatents(segment.index, latents);
      }
      // 7. Decode  8. Encode frames
      const end = await paint(film, segment, before, latents, sink);
      await leave('decode');
      if (store && sink.segments) {
        const encoded = await sink.segments.end();
        await store.keepEncoded(segment.index, sink.segments.encoding, encoded);
        const film = isLast ? null : await sink.segments.film(encoded); // the whole is there at once
        if (film) onEvent({ type: 'part', index: segment.index, film });
      }
      tail = isLast ? null : await tailOf(film, segment, latents, end);
    }
    clock.enter('encode');
    const { file, codec } = await sink.finish();
    signal.throwIfAborted();
    const report: GenerationReport = {
      device: runtime.kind,
      adapter: runtime.adapter,
      precision: `${precision.activations}, ${precision.weights} weights`,
      threads: runtime.threads,
      model: recordedModel(manifest),
      seed: job.segments[0]!.seed,
      width: shape.width,
      height: shape.height,
      fps: job.fps,
      frames: shape.frames,
      codec,
      bytes: file.size,
      latents: [1, manifest.transformer.channels, shape.latentFrames, ...latentSides(manifest, plan)],
      tokens,
      steps: job.steps,
      seconds: clock.finish(),
      previewSeconds,
      warnings,
      segments: store?.names ?? [],
    };
    return { file, report };
  } finally {
    sink.close();
  }
}

/** What the longest segment needs. */
function memoryOf(
  { manifest, job, picture, preview }: GenerateRequest,
  precision: Precision,
): Readonly<Record<Stage, StageBytes>> {
  const seconds = Math.max(...job.segments.map((segment) => segment.seconds));
  const numbers = { weights: manifest.numbers.weights, halves: precision.activations === 'float16' };
  return memoryPlan(manifest, numbers, { ...job, seconds, picture: picture !== null, preview });
}

/** Segments whose latents are not there yet. */
async function unmade(plan: FilmPlan, store: SegmentStore | null): Promise<readonly SegmentPlan[]> {
  if (!store) return plan.segments;
  const made = await Promise.all(plan.segments.map(({ index }) => store.isMade(index)));
  return plan.segments.filter((_, index) => !made[index]);
}

/** What a segment leaves to the next. */
interface Tail {
  /** Latent frames that the next one begins with, clean. */
  readonly prefix: Float32Array;
  /**
   * Its latents, if they and the next one's are one stream: as far as they are shown, and with what is cut off, as its painter saw them.
   * Null if the next one's begin anew with a picture.
   */
  readonly stream: { readonly shown: Latents; readonly whole: Latents } | null;
}

const beginsWithPicture = ({ limits }: ModelManifest): boolean => limits.continuation?.from === 'picture';

/** Latent frames before a segment's own among those that are kept of it. */
const encodedFrames = ({ keptFrames, latentFrames, prefixFrames }: SegmentPlan): number =>
  prefixFrames - (latentFrames - keptFrames);

/** Latent frames that are painted for it. */
const paintedFrames = (segment: SegmentPlan): number => segment.shownFrames - encodedFrames(segment);

/** What a segment leaves to one that goes on with its latents: they end where it is cut. */
function latentTail(whole: Latents, { shownFrames: frames }: SegmentPlan, next: SegmentPlan): Tail {
  const shown = frames < whole.frames ? { ...whole, data: latentFrames(whole, 0, frames), frames } : whole;
  return { prefix: latentFrames(shown, frames - next.prefixFrames, frames), stream: { shown, whole } };
}

/** @param end the segment's last picture that is shown, where the next begins with it. */
async function tailOf(film: Work, segment: SegmentPlan, latents: Latents, end: Rgba | null): Promise<Tail> {
  const { manifest, plan, parts } = film;
  if (!beginsWithPicture(manifest)) return latentTail(latents, segment, plan.segments[segment.index + 1]!);
  assert(end, 'the last picture was painted');
  const prefix = await pictureLatents(film, end);
  await parts.store?.keepPrefix(segment.index, prefix);
  return { prefix, stream: null };
}

/** The tail of the segment before one, which was finished earlier. */
async function keptTail({ manifest, plan, parts: { store } }: Work, segment: SegmentPlan): Promise<Tail> {
  const index = segment.index - 1;
  if (beginsWithPicture(manifest)) {
    const prefix = await store?.prefix(index);
    assert(prefix, 'a segment goes on from one that is there');
    return { prefix, stream: null };
  }
  const latents = await store?.latents(index);
  assert(latents, 'a segment goes on from one that is there');
  return latentTail(latents, plan.segments[index]!, segment);
}

/** h and w of the film's latents. */
function latentSides(manifest: ModelManifest, { shape }: FilmPlan): readonly [number, number] {
  const { stride } = codecFacts(manifest.codec);
  return [shape.encoderHeight / stride, shape.encoderWidth / stride];
}

function passesOf(
  { manifest, job }: GenerateRequest,
  plan: FilmPlan,
  segment: SegmentPlan,
): ReturnType<typeof denoisePasses> {
  const [height, width] = latentSides(manifest, plan);
  const given = job.segments[segment.index]!.picture ? 1 : segment.prefixFrames;
  return denoisePasses(manifest, { frames: segment.latentFrames, height, width }, given);
}

/** Steps, and prompts that each step looks at. */
function effort(job: Job, index: number): [steps: number, prompts: number] {
  const { steps, guidance } = settingsOf(job, job.segments[index]!);
  return [steps, guidance === 1 ? 1 : 2];
}

/** Latents of one segment, as many as are kept of it. */
async function makeLatents(
  film: Work,
  request: GenerateRequest,
  segment: SegmentPlan,
  picture: PreparedPicture | null,
  before: Tail | null,
): Promise<{ readonly latents: Latents; readonly tokens: number; readonly previewSeconds: number }> {
  const { manifest, job, files, tensors, parts, options, plan, warn, leave } = film;
  const { runtime, precision } = parts;
  const { signal, clock, onEvent } = options;
  const said = job.segments[segment.index]!;
  const { steps, shift, guidance, negativePrompt } = settingsOf(job, said);

  // 2. Text
  clock.enter('text');
  const words = spokenPrompt(job, said);
  const states: Float32Array[] = [];
  let tokens = 0;
  for (const prompt of guidance === 1 ? [words] : [words, negativePrompt]) {
    const encoded = files.tokenizer.encode(prompt);
    tokens = Math.max(tokens, encoded.ids.length);
    if (encoded.dropped > 0) {
      const all = encoded.ids.length + encoded.dropped;
      const message = `The last ${encoded.dropped} of ${all} word pieces did not fit and were left out.`;
      warn({ code: 'prompt-truncated', message });
    }
    const encode = (): Promise<Float32Array> =>
      encodeText(runtime, files.text, manifest.text, textPrecision(precision), encoded.ids, { signal });
    states.push(await (parts.texts ? parts.texts.states(encoded.ids, encode) : encode()));
  }

  await leave('text');

  // 3. Condition
  clock.enter('picture');
  const prefix = before
    ? before.prefix
    : said.picture && picture
      ? await pictureLatents(film, picture)
      : null;
  await leave('condition');
  signal.throwIfAborted();

  // 4. Schedule  5. Noise  6. Denoise
  clock.enter('denoise');
  const previewer = request.preview
    ? await Previewer.open(runtime, tensors, manifest, plan.shape, (preview) =>
        onEvent({ type: 'preview', preview }),
      )
    : null;
  const keeper = await parts.store?.keeper(segment.index);
  const denoised = await denoise(
    runtime,
    {
      manifest,
      weights: files.transformer,
      precision,
      passes: passesOf(request, plan, segment),
      steps,
      shift,
      guidance,
      seed: said.seed,
      states,
      prefix,
    },
    { signal, clock, previewer, ...(keeper && { keeper }) },
  ).finally(() => previewer?.free());
  await leave('denoise');
  if (before) steadyLatents(denoised, segment.prefixFrames, manifest.limits.continuation?.drift ?? 0);
  const frames = segment.keptFrames;
  const data = latentFrames(denoised, denoised.frames - frames, denoised.frames);
  return { latents: { ...denoised, data, frames }, tokens, previewSeconds: previewer?.seconds ?? 0 };
}

/** T5-family encoders overflow in half precision, and their layers pass by two at a time: text is always encoded in f32 from 8 bits. */
const textPrecision = (precision: Precision): Precision => ({
  ...precision,
  activations: 'float32',
  weights: 'q8',
});

async function preparedPicture(
  { job, plan: { shape }, parts }: Work,
  picture: Blob,
): Promise<PreparedPicture | null> {
  const fit = job.segments[0]!.picture?.fit;
  if (!fit) return null;
  return parts.preparePicture(picture, { width: shape.decoderWidth, height: shape.decoderHeight, fit });
}

function pictureLatents(
  { manifest, parts, tensors }: Work,
  { rgba, width, height }: Rgba,
): Promise<Float32Array> {
  const small = shrink(rgba, width, height, manifest.geometry.upscale);
  return encodePicture(parts.runtime, tensors, manifest.codec, small);
}

const recordedModel = (manifest: ModelManifest): RecordedModel => ({
  id: manifest.id,
  version: manifest.version,
  hash: modelHash(manifest),
});

async function jobRecord(
  { job, manifest }: Pick<Work, 'job' | 'manifest'>,
  visibleLabel: boolean,
  picture: PreparedPicture | null,
): Promise<JobRecord> {
  return {
    kindling: 1,
    job,
    model: recordedModel(manifest),
    visibleLabel,
    picture: picture ? await toBase64(picture.png) : null,
  };
}

async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

function lastPicture({ rgba, width, height, count }: PaintedFrames): Rgba {
  return { rgba: new Uint8ClampedArray(rgba.subarray((count - 1) * width * height * 4)), width, height };
}

/** Latent frames before a segment's own that its decoder is shown: as far as the shipped one sees, and a start for those that remember. */
const DECODER_CONTEXT = 3;

async function paint(
  { manifest, job, plan, parts, options, tensors }: Work,
  segment: SegmentPlan,
  before: Tail | null,
  own: Latents,
  sink: FrameSink,
): Promise<Rgba | null> {
  const { signal, clock, onEvent } = options;
  const { shape } = plan;
  const { seconds, keepSeconds } = job.segments[segment.index]!;
  const whole = keepSeconds === undefined ? segment.frames : Math.round(seconds * job.fps);
  const strip = parts.openStrip?.(segment.frames, shape, whole) ?? null;
  const stream = before?.stream ?? null;
  const context = stream ? Math.min(DECODER_CONTEXT, stream.shown.frames) : encodedFrames(segment);
  // What is cut off is seen by the decoder, so that a cut changes no picture before it.
  const last = context + paintedFrames(segment);
  const latents = stream ? joinLatents(stream.shown, stream.shown.frames - context, own) : own;
  const picks = segmentPicks(manifest.geometry, job.fps, segment);
  const needsEnd = beginsWithPicture(manifest) && segment.index + 1 < plan.segments.length;
  clock.enter('decode');
  const decoder = await openDecoder(parts.runtime, tensors, manifest.codec, latents);
  try {
    let next = 0;
    let end: Rgba | null = null;
    let fade: SeamFade | null = null;
    for (let t = decoder.remembers ? 0 : Math.max(0, context - 1); t < last; t++) {
      if (next === segment.frames && !needsEnd) break;
      clock.enter('decode');
      const painted = await decoder.paint(latents, t);
      await breathe(); // lets a cancel in, however few frames there are to encode
      signal.throwIfAborted();
      if (t >= context) clock.add('decode', 1);
      else if (stream && !decoder.remembers) {
        const shown = await decoder.paint(stream.whole, stream.shown.frames - 1);
        const last = (of: PaintedFrames): Uint8ClampedArray =>
          cropFrame(of, of.count - 1, shape.width, shape.height);
        fade = new SeamFade(last(shown), last(painted), FADE_SECONDS * manifest.geometry.decoderFps);
      }
      if (needsEnd && t + 1 === last) end = lastPicture(painted);
      clock.enter('encode');
      while (next < segment.frames && picks[next]!.latent + context === t) {
        const { latent, picture } = picks[next]!;
        const data = cropFrame(painted, painted.count - 1 + picture, shape.width, shape.height);
        fade?.apply(data, (latent + 1) * painted.count + picture);
        strip?.take(next, data);
        await sink.add({ data });
        signal.throwIfAborted();
        next++;
        clock.add('encode', 1);
      }
    }
    assert(next === segment.frames, `painted ${next} of ${segment.frames} frames`);
    const drawn = await strip?.finish();
    if (drawn) onEvent({ type: 'painted', index: segment.index, strip: drawn });
    return end;
  } finally {
    await decoder.free();
  }
}
