import type { GraphPart, Precision } from '../../src/networks/part.ts';

/** What a graph input may be given as; half precision as its bits, in a Uint16Array. */
export type Numbers = Float32Array | Uint16Array | Int32Array | Uint8Array;

/** What a graph output comes back as: f32 (half precision converted), or int32. */
export type Result = Float32Array | Int32Array;

/** Runs one part: activations and weights by the name of the graph input. Supplied by the environment. */
export type RunPart = (
  part: GraphPart,
  inputs: Readonly<Record<string, Numbers>>,
  weights: Readonly<Record<string, Numbers>>,
) => Promise<Readonly<Record<string, Result>>>;

/** Where a suite runs. */
export type Device = 'wasm' | 'webgpu' | 'node';

/** One network at one size and precision, compared with its reference. `On` is what it runs on: single parts, or the engine's runtime. */
export interface ParityCase<On = RunPart> {
  readonly network: 'wan' | 'umt5' | 'codec' | 'tiny autoencoder' | 'pipeline';
  /** What is compared; several cases differ in their precision only. */
  readonly name: string;
  readonly precision: Precision;
  /** True if the graphs hold f16 numbers, which not every device can. */
  readonly half: boolean;
  /** Largest relative L2 error allowed. */
  tolerance(device: Device): number;
  /**
   * @returns `error`: relative L2 distance to the reference, which for quantised weights is the f32 graph with the
   * dequantised weights. `loss`: distance to the result with unquantised weights, for information.
   */
  run(on: On): Promise<{ readonly error: number; readonly loss?: number }>;
}

/** Largest relative L2 error allowed, by device. */
export type Limit = (device: Device) => number;

/** For f32 graphs: ten times what rounding costs here, so that the wrong GELU is noticed; graphics processors round more freely. */
export const f32Limit: Limit = (device) => (device === 'webgpu' ? 2e-5 : 3e-6);

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers against ${b.length}`);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** An array of a golden file. */
export interface GoldenArray {
  readonly shape: readonly number[];
  /** Little-endian f32, base64. */
  readonly data: string;
}

/** The numbers of a golden array. */
export function goldenValues(array: GoldenArray): Float32Array {
  const bytes = Uint8Array.from(atob(array.data), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** A precision in words, for tables and the names of tests: activations, then weights if they differ. */
export const precisionName = ({ activations, weights, accuracyLevel, residual }: Precision): string =>
  [
    shortType(activations),
    ...(weights === activations ? [] : [`${shortType(weights)} weights`]),
    ...(accuracyLevel === undefined ? [] : [`accuracy level ${accuracyLevel}`]),
    ...(residual && residual !== activations ? [`${shortType(residual)} residual`] : []),
  ].join(', ');

const shortType = (type: Precision['activations' | 'weights']): string => type.replace('float', 'f');

/** Names one case among all. */
export const parityTitle = ({
  network,
  name,
  precision,
}: Pick<ParityCase, 'network' | 'name' | 'precision'>): string =>
  `${network}: ${name} (${precisionName(precision)})`;
