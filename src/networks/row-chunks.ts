import { assert } from '../core/errors.ts';

/**
 * Operations that one dispatch may have, multiplications and additions counted apart. Windows resets a graphics processor
 * that works on one dispatch for two seconds (TDR), and whatever else the screen shows waits as long. Processors inside
 * laptops reach about 0.5 TFLOP/s here: 0.3 s. What the model that ships with the app does in one dispatch is far below.
 */
export const DISPATCH_FLOPS = 150e9;

const TILE = 64; // rows that matrix and attention kernels take at a time; a cut elsewhere wastes the rest of a tile

/** Rows `start` (inclusive) to `end` (exclusive). */
export interface RowChunk {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts rows into as few chunks as the budget allows, alike in size: whole tiles of 64 rows, but for the last and where 64 rows
 * are too much already.
 * @param flopsPerRow work of one row, above 0.
 * @param dispatchFlops budget of a chunk; a single row may exceed it.
 * @returns one chunk at least; together all rows in order.
 */
export function rowChunks(
  rows: number,
  flopsPerRow: number,
  dispatchFlops: number = DISPATCH_FLOPS,
): readonly RowChunk[] {
  assert(rows > 0 && flopsPerRow > 0, `${rows} rows of ${flopsPerRow} operations`);
  const fit = Math.max(1, Math.floor(dispatchFlops / flopsPerRow));
  if (fit >= rows) return [{ start: 0, end: rows }];
  const tile = fit >= TILE ? TILE : 1;
  const most = Math.floor(fit / tile) * tile;
  const size = Math.ceil(rows / Math.ceil(rows / most) / tile) * tile;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => ({
    start: i * size,
    end: Math.min(rows, (i + 1) * size),
  }));
}
