// What the page talks to: one job at a time, the device and the model's files kept between jobs.

import { AppError, assert, isAbort } from '../core/errors.ts';
import { openBoardSegments } from '../films/board-segments.ts';
import { roomNeeded } from '../films/room-needed.ts';
import { FILMS_LOCK, MOST_SEGMENTS, type SegmentFiles, trimSegments } from '../films/segment-files.ts';
import type {
  Capabilities,
  DeviceChoice,
  EngineApi,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
} from '../protocol/engine-api.ts';
import type { ModelManifest } from '../protocol/manifest.ts';
import { blobSource } from '../weights/byte-source.ts';
import { fileLocks } from '../weights/file-locks.ts';
import type { OpenFile } from '../weights/model-library.ts';
import { type ChosenRuntime, chooseRuntime } from './choose-runtime.ts';
import { adapterName, isSoftware, requestAdapter } from './device.ts';
import { type FileOpener, fetchModelFile, type ModelFiles, openModelFiles } from './model-files.ts';
import { type PreparedPicture, preparePicture } from './picture.ts';
import { checkRequest, generate, type PipelineParts } from './pipeline.ts';
import { precisionFor } from './precision.ts';
import { JobClock } from './progress.ts';
import { availableThreads } from './runtime.ts';
import { openSegmentStore } from './segment-store.ts';
import { openStrip } from './strip-painter.ts';
import { TextCache } from './text-cache.ts';

/** What the service is built from besides itself. */
export interface ServiceParts {
  /** Opens the file that frames are written to. `signal` stops it. */
  openSink(
    request: GenerateRequest,
    signal: AbortSignal,
    ...args: Parameters<PipelineParts['openSink']>
  ): ReturnType<PipelineParts['openSink']>;
  /** Opens what is kept of films; null where nothing can be kept. */
  openSegments(): Promise<SegmentFiles | null>;
  /** Opens a file of the model store, which stays until it is released. */
  openStored(key: string, name: string): Promise<OpenFile>;
}

/** A Worker that has just been ended gives its lock back within this. */
const OTHER_TAB_MS = 3000;

/** The engine behind a Worker's edge. */
export class EngineService implements EngineApi {
  readonly #parts: ServiceParts;
  readonly #locks = fileLocks();
  #job: { readonly id: string; readonly controller: AbortController } | null = null;
  #runtime: { readonly key: string; readonly chosen: ChosenRuntime } | null = null;
  #files: { readonly key: string; readonly files: ModelFiles; release(): void } | null = null;

  #texts: { readonly key: string; readonly cache: TextCache } | null = null;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  async capabilities(): Promise<Capabilities> {
    const adapter = await requestAdapter();
    return {
      gpu: adapter && {
        name: adapterName(adapter),
        shaderF16: adapter.features.has('shader-f16'),
        fallback: isSoftware(adapter),
      },
      webCodecs: 'VideoEncoder' in globalThis,
      isolated: globalThis.crossOriginIsolated,
      threads: availableThreads(),
    };
  }

  async cancel(id: string): Promise<void> {
    if (this.#job?.id === id)
      this.#job.controller.abort(new DOMException('The clip was cancelled.', 'AbortError'));
  }

  async generate(
    id: string,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    if (this.#job) {
      throw new AppError(
        'worker/busy',
        'A clip is being made; wait for it or cancel it, then start the next.',
      );
    }
    const controller = new AbortController();
    this.#job = { id, controller };
    try {
      const make = (): Promise<GenerateResult> => this.#make(request, onEvent, controller.signal);
      return await (request.keep ? this.#alone(make, controller.signal) : make());
    } catch (error) {
      // A device that failed is not trusted with the next job.
      if (error instanceof AppError && (error.code.startsWith('gpu/') || error.code.startsWith('internal/')))
        await this.#drop();
      if (!isAbort(error) && controller.signal.aborted) controller.signal.throwIfAborted();
      throw error;
    } finally {
      this.#job = null;
      // Whoever keeps the store may check or remove files between jobs; opening them again is reading their headers.
      if (Object.values(request.manifest.files).some((file) => file.stored)) {
        this.#files?.release();
        this.#files = null;
      }
    }
  }

  /** What is kept of films has one writer in all tabs; and two engines would only be in each other's way. */
  async #alone(make: () => Promise<GenerateResult>, signal: AbortSignal): Promise<GenerateResult> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(OTHER_TAB_MS)]);
    let begun = false;
    try {
      const result = await this.#locks.hold(FILMS_LOCK, 'exclusive', { wait: true, signal: soon }, () => {
        begun = true;
        return make();
      });
      assert(result, 'a lock that was waited for is held');
      return result;
    } catch (error) {
      if (begun || signal.aborted) throw error;
      throw new AppError(
        'worker/busy',
        'A clip is being made in another tab of Kindling. Wait for it or cancel it there, then start this one.',
        { cause: error },
      );
    }
  }

  async #make(
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const plan = checkRequest(request); // before anything is fetched
    const { shape } = plan;
    const { manifest, device } = request;
    const key = `${device} ${manifest.id} ${shape.decoderWidth}×${shape.decoderHeight} ${request.job.guidance === 1}`;
    const clock = new JobClock(key, onEvent);
    clock.enter('prepare');
    const { runtime, precision, reason, warning } = await this.#open(device, manifest);
    runtime.forgetErrors();
    signal.throwIfAborted();
    onEvent({ type: 'device', device: runtime.kind, adapter: runtime.adapter, reason });
    const kept = request.keep ? await this.#parts.openSegments() : null;
    let prepared: Promise<PreparedPicture> | null = null; // asked for by the names of what is kept, and then by the pipeline
    const prepare: PipelineParts['preparePicture'] = (picture, size) =>
      (prepared ??= preparePicture(picture, { ...size, signal }));
    const fit = request.job.segments[0]?.picture?.fit;
    const size = { width: shape.decoderWidth, height: shape.decoderHeight };
    const picture = kept && request.picture && fit ? await prepare(request.picture, { ...size, fit }) : null;
    const numbers = `${runtime.kind} ${precision.activations}`;
    const store = kept && (await openSegmentStore(kept, request, plan, numbers, picture));
    if (kept && store) await makeRoom(kept, store.names, request.board);
    const making = generate(
      request,
      {
        ...(store && { store }),
        ...(request.keep && { openStrip }),
        runtime,
        precision,
        texts: this.#textsFor(`${runtime.kind} ${manifest.files.text.sha256}`),
        openFiles: (onProgress) => this.#openFiles(manifest, signal, onProgress),
        preparePicture: prepare,
        // Without a store nobody would take the segments, and the writer would hold them all.
        openSink: (...args) => this.#parts.openSink({ ...request, keep: store !== null }, signal, ...args),
      },
      { signal, clock, onEvent, warnings: warning ? [warning] : [] },
    );
    try {
      return await making;
    } catch (error) {
      if (!kept || !store || !(error instanceof AppError) || error.code !== 'storage/full') throw error;
      const { needed } = error.detail;
      const facts = await Promise.all(store.names.map((name) => kept.facts(name)));
      const detail = { needed: roomNeeded(facts, typeof needed === 'number' ? needed : 0) };
      throw new AppError(error.code, error.message, { cause: error, detail });
    }
  }

  /** States repeat exactly on the device that made them, and there alone. */
  #textsFor(key: string): TextCache {
    if (this.#texts?.key !== key) this.#texts = { key, cache: new TextCache() };
    return this.#texts.cache;
  }

  async #open(choice: DeviceChoice, manifest: ModelManifest): Promise<ChosenRuntime> {
    const { weights, halves } = manifest.numbers;
    const key = `${choice} ${weights} ${halves}`; // what the self-test was about
    if (this.#runtime?.key === key) return this.#runtime.chosen;
    await this.#drop();
    const chosen = await chooseRuntime(choice, (shaderF16) => precisionFor(manifest, shaderF16));
    this.#runtime = { key, chosen };
    return chosen;
  }

  async #openFiles(
    manifest: ModelManifest,
    signal: AbortSignal,
    onProgress: (received: number, total: number) => void,
  ): Promise<ModelFiles> {
    const key = Object.values(manifest.files)
      .map((file) => file.sha256)
      .join();
    if (this.#files?.key === key) return this.#files.files;
    this.#files?.release();
    this.#files = null;
    const held: OpenFile[] = [];
    let released = false;
    const release = (): void => {
      released = true;
      for (const file of held.splice(0)) file.release();
    };
    const open: FileOpener = async (file, options) => {
      if (!file.stored) return fetchModelFile(file, options);
      if (file.blob) {
        options.onProgress(file.bytes);
        return blobSource(file.blob, file.name);
      }
      const opened = await this.#parts.openStored(file.stored, file.name);
      if (released)
        opened.release(); // another part failed meanwhile
      else held.push(opened);
      options.onProgress(file.bytes);
      return opened.source;
    };
    try {
      const files = await openModelFiles(manifest, open, { signal, onProgress });
      this.#files = { key, files, release };
      return files;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #drop(): Promise<void> {
    const open = this.#runtime;
    this.#runtime = null;
    await open?.chosen.runtime.close().catch(() => {}); // closing what is broken may fail; there is nothing left to save
  }
}

/** What boards are made of stays longest. */
async function makeRoom(
  kept: SegmentFiles,
  names: readonly string[],
  board: string | undefined,
): Promise<void> {
  const ofBoards = await openBoardSegments();
  if (board !== undefined) await ofBoards.remember(board, names);
  await trimSegments(kept, names, MOST_SEGMENTS, await ofBoards.all());
}
