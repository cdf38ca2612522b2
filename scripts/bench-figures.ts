// From what was measured to what is printed: ratios, targets, and whether they are reached.
import { denoisePasses } from '../src/engine/denoise.ts';
import type { ModelManifest } from '../src/protocol/manifest.ts';
import type {
  BenchSubject,
  BlockReuseTimes,
  FilmMemory,
  FullWidthBlock,
  ProductRates,
  StepTransfers,
  WeightRates,
} from '../test/bench/bench-api.ts';
import { evaluationProducts, flopsOf } from '../test/bench/matrix-products.ts';
import { median } from '../test/bench/timing.ts';
import type { ClipRun } from './bench-clip.ts';
import type { DriftFigures } from './bench-drift.ts';
import type { FilmFigures } from './bench-film.ts';
import { MAX_MODEL_BYTES, MAX_PAGE_BYTES } from './download-size.ts';

/** What we aim at on two cores without a GPU. */
const TARGETS = {
  clipSeconds: 20,
  denoisingShare: 0.6,
  blockReuseRatio: 1.1,
  readBytesPerStep: 0,
  wasmFiles: 1,
  packingBytesPerSecond: 500e6,
  hashShare: 0.2,
  fullWidthShare: 0.6,
  growthWithDepth: 1,
  segmentRatio: 1.05,
  memoryRatio: 1.1,
  assemblyRatio: 0.9,
  drift: 3,
  seamRatio: 1,
} as const;

/** The default job in the built site. */
export interface ClipFigures {
  /** Median of `allSeconds`. */
  readonly secondsFromClickToFile: number;
  readonly allSeconds: readonly number[];
  /** Of the clip whose time is the median. */
  readonly secondsByPhase: ClipRun['report']['seconds'];
  /** Orders from scripts are made without previews; in the page they may add up to a tenth of the denoising. */
  readonly previews: false;
  readonly job: Readonly<Record<string, unknown>>;
}

/** The clip's denoising against bare products. FLOP/s; a multiply-add is two operations. */
export interface DenoisingFigures {
  /** Of the whole clip: all passes, steps and prompts. */
  readonly flops: number;
  readonly evaluationsPerPass: number;
  /** Loading the transformer to the device is part of it, previews are not. */
  readonly seconds: number;
  readonly flopsPerSecond: number;
  /** The target's: against MatMulNBits with 8 bits and weights as inputs, the product that denoising is made of. */
  readonly ratioToMatMulNBits: number;
  /** Against f32 MatMul with constant weights, which the runtime packs once: the faster product. */
  readonly ratioToMatMul: number;
  readonly productRates: ProductRates;
}

/** Everything that is measured. */
export interface Figures {
  readonly clip: ClipFigures;
  readonly denoising: DenoisingFigures;
  readonly blockReuse: BlockReuseTimes;
  readonly betweenSteps: StepTransfers;
  /** The same with a transformer that is deeper by some layers. */
  readonly betweenDeeperSteps: StepTransfers;
  /** On WebAssembly, in the browser. */
  readonly fullWidthBlocks: readonly FullWidthBlock[];
  readonly weights: WeightRates;
  readonly film: FilmFigures;
  /** Of a tiny model, on the software adapter. */
  readonly filmOnGpu: FilmMemory;
  readonly drift: DriftFigures;
  /** Q4_0 → q4 in Node, bytes of the file per second of processor time: one core, however busy the machine is. */
  readonly packingPerCore: number;
  readonly downloads: {
    /** Gzipped, before anything is generated. */
    readonly pageScriptBytes: number;
    /** Weights and tokenizer as they are fetched. */
    readonly modelBytes: number;
    /** WebAssembly modules fetched for a clip. */
    readonly wasmFiles: number;
  };
}

/** A figure and what it should be. */
export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `at most 20`, `at least 0.6`. */
  readonly target: string;
  readonly reached: boolean;
}

/** The clip whose time is the median of an odd number of them. */
export const medianClip = (clips: readonly ClipRun[]): ClipRun =>
  [...clips].sort((a, b) => a.seconds - b.seconds)[clips.length >> 1]!;

/** What the transformer was run for in a clip without a picture, pass by pass. */
export function subjectsOf(model: ModelManifest, { report }: ClipRun): readonly BenchSubject[] {
  const [, , frames = 0, height = 0, width = 0] = report.latents;
  const { padTo } = model.textOptions;
  const textLength = Math.ceil(report.tokens / padTo) * padTo;
  return denoisePasses(model, { frames, height, width }, 0).map(({ shape }) => ({
    config: model.transformer,
    shape: { ...shape, textLength },
  }));
}

/** Sums clips of the same job up. */
export function describeClips(clips: readonly ClipRun[]): ClipFigures {
  const { report } = medianClip(clips);
  const { width, height, fps, frames, codec, steps, precision, latents, tokens } = report;
  return {
    secondsFromClickToFile: median(clips.map(({ seconds }) => seconds)),
    allSeconds: clips.map(({ seconds }) => seconds),
    secondsByPhase: report.seconds,
    previews: false,
    job: { width, height, fps, frames, codec, steps, precision, latents, tokens },
  };
}

/** Compares a clip's denoising with bare products measured in the same run. */
export function describeDenoising(
  model: ModelManifest,
  subjects: readonly BenchSubject[],
  { report }: ClipRun,
  productRates: ProductRates,
): DenoisingFigures {
  const perStep = model.limits.guidance.default === 1 ? 1 : 2;
  const evaluationsPerPass = report.steps * perStep;
  const flops =
    evaluationsPerPass *
    subjects.reduce((sum, { config, shape }) => sum + flopsOf(evaluationProducts(config, shape)), 0);
  const seconds = report.seconds.denoise - report.previewSeconds;
  const flopsPerSecond = flops / seconds;
  return {
    flops,
    evaluationsPerPass,
    seconds,
    flopsPerSecond,
    ratioToMatMulNBits: flopsPerSecond / productRates.q8Inputs,
    ratioToMatMul: flopsPerSecond / productRates.f32Constants,
    productRates,
  };
}

/** Holds the figures against the targets. */
export function verdicts(figures: Figures): readonly Verdict[] {
  const { clip, denoising, blockReuse, betweenSteps, betweenDeeperSteps, downloads, weights } = figures;
  const { film, filmOnGpu, drift } = figures;
  const share = TARGETS.denoisingShare;
  return [
    atMost('click to finished MP4, WebAssembly', clip.secondsFromClickToFile, 's', TARGETS.clipSeconds),
    atLeast('denoising rate / MatMulNBits q8 rate', denoising.ratioToMatMulNBits, '', share),
    atLeast('denoising rate / MatMul f32 rate', denoising.ratioToMatMul, '', share),
    atMost('block reuse / one graph', blockReuse.ratio, '', TARGETS.blockReuseRatio),
    atMost('read back per step, WebGPU', betweenSteps.readBytes, 'bytes', TARGETS.readBytesPerStep),
    atMost(
      `dispatches per block, ${betweenDeeperSteps.layers} layers / ${betweenSteps.layers}`,
      betweenDeeperSteps.dispatchesPerBlock / betweenSteps.dispatchesPerBlock,
      '',
      TARGETS.growthWithDepth,
    ),
    atMost(
      `bytes per step that the engine sends or reads, ${betweenDeeperSteps.layers} layers / ${betweenSteps.layers}`,
      movedByEngine(betweenDeeperSteps) / movedByEngine(betweenSteps),
      '',
      TARGETS.growthWithDepth,
    ),
    atMost(
      `all bytes per step, kernel parameters too, ${betweenDeeperSteps.layers} layers / ${betweenSteps.layers}`,
      moved(betweenDeeperSteps) / moved(betweenSteps),
      '',
      TARGETS.growthWithDepth,
    ),
    ...figures.fullWidthBlocks.map((block) =>
      atLeast(
        `block of width ${block.dim} (${block.weights}) / MatMulNBits rate`,
        block.ratio,
        '',
        TARGETS.fullWidthShare,
      ),
    ),
    // A disk that reads more slowly would be the limit.
    atLeast(
      'packing Q4_0, one core',
      figures.packingPerCore,
      'bytes/s',
      Math.min(TARGETS.packingBytesPerSecond, weights.read),
    ),
    atMost('SHA-256 while storing / writing, time', weights.hashShare, '', TARGETS.hashShare),
    atMost(
      `seconds per segment, the last of ${film.segments} / the first`,
      film.secondsPerSegment.ratio,
      '',
      TARGETS.segmentRatio,
    ),
    ...(film.memoryBytes
      ? [atMost(`memory, ${film.segments} segments / 2`, film.memoryBytes.ratio, '', TARGETS.memoryRatio)]
      : []),
    atMost(`GPU bytes, segment ${filmOnGpu.segments} / 2`, filmOnGpu.ratio, '', TARGETS.memoryRatio),
    atLeast('putting a film together / encoding it', film.assembly.toEncoding, '', TARGETS.assemblyRatio),
    atMost('frame difference over a seam / inside', drift.seam / drift.inside, '', TARGETS.seamRatio),
    atMost(`colours of a still scene after ${drift.segments} segments`, drift.most, 'ΔE', TARGETS.drift),
    atMost('JavaScript before Generate', downloads.pageScriptBytes, 'bytes gzipped', MAX_PAGE_BYTES),
    atMost('runtime modules fetched', downloads.wasmFiles, 'wasm files', TARGETS.wasmFiles),
    atMost('shipped model', downloads.modelBytes, 'bytes', MAX_MODEL_BYTES),
  ];
}

/** What the engine itself sends and reads in a step. */
const movedByEngine = ({ mappedBytes, readBytes }: StepTransfers): number => mappedBytes + readBytes;

/** That, and the parameters of the runtime's kernels. */
const moved = (steps: StepTransfers): number => movedByEngine(steps) + steps.writtenBytes;

const atMost = (name: string, value: number, unit: string, limit: number): Verdict => ({
  name,
  value,
  unit,
  target: `at most ${limit}`,
  reached: value <= limit,
});

const atLeast = (name: string, value: number, unit: string, limit: number): Verdict => ({
  name,
  value,
  unit,
  target: `at least ${limit}`,
  reached: value >= limit,
});

/** For `JSON.stringify`: four significant digits, more would only be noise. Whole numbers stay as they are. */
export const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
