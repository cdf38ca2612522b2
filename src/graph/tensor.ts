/** Element types that the graphs use. */
export type Dtype = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8';

/** A named array of a graph: its element type and static shape. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
}
