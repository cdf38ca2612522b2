// How a clip is made. The steps are numbered as the architecture names them; each has its own file. The pipeline gets its
// parts as arguments and calls no platform itself.

import { checkJob } from '../core/check-job.ts';
import { AppError, assert } from '../core/errors.ts';
import type { Job, Segment } from '../core/job.ts';
import { type ClipShape, clipShape, framePicks } from '../core/video-format.ts';
import type { TensorSource } from '../networks/conv-writer.ts';
import type { Precision } from '../networks/part.ts';
import type {
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
import { denoise, denoisePasses, denoiseWork, type LatentSize } from './denoise.ts';
import { cropFrame } from './frames.ts';
import { type Latents, shrink } from './latents.ts';
import type { ModelFiles } from './model-files.ts';
import type { PreparedPicture } from './picture.ts';
import { Previewer } from './preview.ts';
import type { JobClock } from './progress.ts';
import type { Runtime } from './runtime.ts';
import type { TextCache } from './text-cache.ts';
import { encodeText } from './text-encoder.ts';
import { warmUp } from './warm-up.ts';

/** A file being written frame by frame; `await add()` is the back-pressure. */
export interface FrameSink {
  /** @param frame RGBA `[height, width, 4]`, read before this returns. */
  add(frame: { readonly data: Uint8ClampedArray }): Promise<void>;
  /** @returns the file and the codec that it names, such as `avc1.640015`. */
  finish(): Promise<{ readonly file: Blob; readonly codec: string }>;
  /** Gives everything back, finished or not. Idempotent. */
  close(): void;
}

/** What the pipeline works with. */
export interface PipelineParts {
  /** Opened for the job's device choice; stays the caller's. */
  readonly runtime: Runtime;
  readonly precision: Precision;
  /** Of the text encoder of these files on this device. */
  readonly texts?: TextCache;
  openFiles(onProgress: (received: number, total: number) => void): Promise<ModelFiles>;
  preparePicture(
    picture: Blob,
    size: { readonly width: number; readonly height: number; readonly fit: 'crop' | 'letterbox' },
  ): Promise<PreparedPicture>;
  openSink(shape: ClipShape, job: Job, record: JobRecord): Promise<FrameSink>;
}

/** Where a job reports and how it is stopped. */
export interface PipelineOptions {
  readonly signal: AbortSignal;
  readonly clock: JobClock;
  readonly onEvent: (event: GenerateEvent) => void;
  /** What is known before the job begins, such as a GPU that was passed over. */
  readonly warnings?: readonly JobWarning[];
}

/** A job while it is made. */
interface Work {
  readonly manifest: ModelManifest;
  readonly job: Job;
  readonly segment: Segment;
  readonly shape: ClipShape;
}

/**
 * Refuses what cannot be made before anything is loaded.
 * @returns the sizes of the clip.
 * @throws {AppError} `input/…` or `model/unknown`.
 */
export function checkRequest({ job, manifest, picture }: GenerateRequest): ClipShape {
  if (job.model !== manifest.id) {
    throw new AppError(
      'model/unknown',
      `The job asks for the model “${job.model}”, but “${manifest.id}” was given.`,
    );
  }
  checkJob(job, manifest.limits, { hasPicture: picture !== null });
  return clipShape(manifest.geometry, job.aspect, job.segments[0]!.seconds, job.fps);
}

/**
 * Makes one clip.
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
    warnings.push(warning);
    onEvent({ type: 'warning', ...warning });
  };

  // 1. Check
  const shape = checkRequest(request);
  for (const warning of options.warnings ?? []) warn(warning);
  const { manifest, job } = request;
  const segment = job.segments[0]!;
  const { stride } = codecFacts(manifest.codec);
  const size: LatentSize = {
    frames: shape.latentFrames,
    height: shape.encoderHeight / stride,
    width: shape.encoderWidth / stride,
  };
  const passes = denoisePasses(manifest, size, request.picture !== null && segment.picture !== null);
  const prompts = job.guidance === 1 ? [segment.prompt] : [segment.prompt, job.negativePrompt];
  // Planned before anything is begun: without the long phases, what is left would look like nothing.
  clock.plan('denoise', denoiseWork(passes, manifest.transformer, job.steps, prompts.length));
  clock.plan('decode', shape.latentFrames);
  const opening = parts.openFiles((received, total) => {
    clock.plan('prepare', total);
    clock.advance('prepare', received);
  });
  opening.catch(() => {}); // awaited below
  await warmUp(runtime, manifest.transformer, passes.at(-1)!.shape, precision);
  const files = await opening;
  const work: Work = { manifest, job, segment, shape };

  // 2. Text
  clock.enter('text');
  const states: Float32Array[] = [];
  let tokens = 0;
  for (const prompt of prompts) {
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
  const codecTensors = await readCodecTensors(files.codec, manifest.codec, signal);

  // 3. Condition
  clock.enter('picture');
  const picture =
    request.picture && segment.picture
      ? await conditionOn(work, parts, codecTensors, request.picture, segment.picture.fit)
      : null;
  signal.throwIfAborted();
  const sink = await parts.openSink(
    shape,
    job,
    await jobRecord(work, request.visibleLabel, picture?.prepared ?? null),
  );
  try {
    // 4. Schedule  5. Noise  6. Denoise
    clock.enter('denoise');
    const { steps, shift, guidance } = job;
    const previewer = request.preview
      ? await Previewer.open(runtime, codecTensors, manifest, shape, (preview) =>
          onEvent({ type: 'preview', preview }),
        )
      : null;
    const denoised = await denoise(
      runtime,
      {
        manifest,
        weights: files.transformer,
        precision,
        passes,
        steps,
        shift,
        guidance,
        seed: segment.seed,
        states,
        picture: picture?.latents ?? null,
      },
      { signal, clock, previewer },
    ).finally(() => previewer?.free());

    // 7. Decode  8. Encode frames
    await paint(work, parts, options, codecTensors, denoised, sink);
    clock.enter('encode');
    const { file, codec } = await sink.finish();
    signal.throwIfAborted();
    const report: GenerationReport = {
      device: runtime.kind,
      adapter: runtime.adapter,
      precision: `${precision.activations}, ${precision.weights} weights`,
      threads: runtime.threads,
      model: recordedModel(manifest),
      seed: segment.seed,
      width: shape.width,
      height: shape.height,
      fps: job.fps,
      frames: shape.frames,
      codec,
      bytes: file.size,
      latents: [1, denoised.channels, denoised.frames, denoised.height, denoised.width],
      tokens,
      steps: job.steps,
      seconds: clock.finish(),
      previewSeconds: previewer?.seconds ?? 0,
      warnings,
    };
    return { file, report };
  } finally {
    sink.close();
  }
}

/** T5-family encoders overflow in half precision, and their layers pass by two at a time: text is always encoded in f32 from 8 bits. */
const textPrecision = (precision: Precision): Precision => ({
  ...precision,
  activations: 'float32',
  weights: 'q8',
});

async function conditionOn(
  work: Work,
  parts: PipelineParts,
  tensors: TensorSource,
  picture: Blob,
  fit: 'crop' | 'letterbox',
): Promise<{ readonly prepared: PreparedPicture; readonly latents: Float32Array }> {
  const { shape, manifest } = work;
  const prepared = await parts.preparePicture(picture, {
    width: shape.decoderWidth,
    height: shape.decoderHeight,
    fit,
  });
  const small = shrink(prepared.rgba, prepared.width, prepared.height, manifest.geometry.upscale);
  return { prepared, latents: await encodePicture(parts.runtime, tensors, manifest.codec, small) };
}

const recordedModel = (manifest: ModelManifest): RecordedModel => ({
  id: manifest.id,
  version: manifest.version,
  hash: modelHash(manifest),
});

async function jobRecord(
  { job, manifest }: Work,
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

async function paint(
  { manifest, job, shape }: Work,
  { runtime }: PipelineParts,
  { signal, clock }: PipelineOptions,
  tensors: TensorSource,
  latents: Latents,
  sink: FrameSink,
): Promise<void> {
  const { pictures } = codecFacts(manifest.codec);
  const picks = framePicks(shape.frames, job.fps, manifest.geometry.decoderFps);
  clock.plan('encode', shape.frames);
  clock.enter('decode');
  const decoder = await openDecoder(runtime, tensors, manifest.codec, {
    height: latents.height,
    width: latents.width,
  });
  try {
    let next = 0;
    for (let t = 0; t < shape.latentFrames && next < shape.frames; t++) {
      clock.enter('decode');
      const painted = await decoder.paint(latents, t);
      await breathe(); // lets a cancel in, however few frames there are to encode
      signal.throwIfAborted();
      clock.advance('decode', t + 1);
      clock.enter('encode');
      // Latent frame 0 is one instant, the last of what is painted for it; every later one is `pictures` instants.
      const first = t === 0 ? 0 : 1 + (t - 1) * pictures;
      const skipped = t === 0 ? painted.count - 1 : 0;
      while (next < shape.frames && picks[next]! - first + skipped < painted.count) {
        await sink.add({
          data: cropFrame(painted, picks[next]! - first + skipped, shape.width, shape.height),
        });
        signal.throwIfAborted();
        clock.advance('encode', ++next);
      }
    }
    assert(next === shape.frames, `painted ${next} of ${shape.frames} frames`);
  } finally {
    await decoder.free();
  }
}
