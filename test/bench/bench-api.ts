import type { WanConfig } from '../../src/core/model-config.ts';
import type { WanShape } from '../../src/networks/wan-transformer.ts';

/** A transformer and the size of one run of it: what the measurements in the browser are made for. */
export interface BenchSubject {
  readonly config: WanConfig;
  readonly shape: WanShape;
}

/** How fast the runtime multiplies matrices when it does nothing else. Rates in FLOP/s (a multiply-add is two). */
export interface ProductRates {
  readonly threads: number;
  /** MatMulNBits, 8 bits, blocks of 32, accuracy level as in the app; weights are graph inputs, as in the app. */
  readonly q8Inputs: number;
  /** The same with weights that are constants, which the runtime may repack once. */
  readonly q8Constants: number;
  /** MatMul in f32; weights are graph inputs. */
  readonly f32Inputs: number;
  /** The same with weights that are constants. */
  readonly f32Constants: number;
  /** Rates of `q8Inputs` and `f32Constants` by kind of layer. */
  readonly byLayer: Readonly<
    Record<string, { readonly rows: number; readonly q8Inputs: number; readonly f32Constants: number }>
  >;
}

/** One evaluation's blocks, two ways. Medians. */
export interface BlockReuseTimes {
  readonly threads: number;
  readonly layers: number;
  readonly tokens: number;
  /** One session for a block, run once per layer with that layer's weights as inputs. */
  readonly reusedSeconds: number;
  /** One session for all layers, their weights constants. */
  readonly monolithicSeconds: number;
  /** Median over the rounds of reused / monolithic, each round run back to back. */
  readonly ratio: number;
  readonly rounds: number;
  /** Relative L2 distance of the two results: they are the same computation. */
  readonly difference: number;
}

/** What crosses between memory and a WebGPU device in one denoising step (two evaluations with guidance). Bytes. */
export interface StepTransfers {
  readonly adapter: string | null;
  /** How many steps this is the mean of; the first of the job is not among them. */
  readonly steps: number;
  /** Of the transformer. */
  readonly layers: number;
  /** Kernels started in a step. */
  readonly dispatches: number;
  /** The most that one run of a block started. */
  readonly dispatchesPerBlock: number;
  /** Bytes mapped for reading. */
  readonly readBytes: number;
  /** How often something is mapped for reading: each time waits for the device. */
  readonly reads: number;
  /** Everything that goes up: `mappedBytes + writtenBytes`. */
  readonly uploadedBytes: number;
  /** Bytes mapped for writing: what the engine sends. */
  readonly mappedBytes: number;
  /** Bytes given to `writeBuffer`: parameters of the runtime's kernels. */
  readonly writtenBytes: number;
  /** Size of the latents, which stay where they are. */
  readonly latentBytes: number;
}

/** The most that a film takes of a GPU at once, in bytes, while its second and while its last segment is made. */
export interface FilmMemory {
  readonly segments: number;
  readonly second: number;
  readonly last: number;
  readonly ratio: number;
}

/** Weights on their way from a file to the device, and files on their way to the disk. Bytes per second of the file. */
export interface WeightRates {
  /** Stored type → packed format, one core, from memory. */
  readonly packing: Readonly<Record<'Q4_0 → q4' | 'Q8_0 → q8' | 'Q6_K → q4', number>>;
  /** Into the origin private file system as downloads do it: pieces, flushed after each chunk of 16 MiB. */
  readonly write: number;
  /** Out of it. Most likely from the system's memory, so the disk itself is slower. */
  readonly read: number;
  readonly sha256: number;
  /** How long SHA-256, in its thread, holds up the storing of a chunk as downloads do it / time of writing the chunk. */
  readonly hashShare: number;
  /** The same where there are no Workers inside Workers: hashed by the thread that writes. */
  readonly hashShareInPlace: number;
}

/** One block at the width of a published model on WebAssembly, against its own matrix products alone. Medians. */
export interface FullWidthBlock {
  readonly threads: number;
  readonly dim: number;
  readonly weights: 'q8' | 'q4';
  readonly tokens: number;
  readonly blockSeconds: number;
  /** Products with weights and attention's own, in FLOP/s. */
  readonly blockFlops: number;
  /** MatMulNBits at the block's shapes, nothing between. */
  readonly productFlops: number;
  /** Median over the rounds of the two rates' ratio. */
  readonly ratio: number;
}

/** What the benchmark's page offers to the script that drives it: `globalThis.bench`. One call at a time. */
export interface BenchPage {
  productRates(subject: BenchSubject): Promise<ProductRates>;
  blockReuse(subject: BenchSubject): Promise<BlockReuseTimes>;
  stepTransfers(layers: number): Promise<StepTransfers>;
  filmMemory(): Promise<FilmMemory>;
  weightRates(): Promise<WeightRates>;
  fullWidthBlock(config: WanConfig, weights: 'q8' | 'q4'): Promise<FullWidthBlock>;
}
