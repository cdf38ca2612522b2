/** What pictures the engine takes; the page says so before a job is started. */
export const PICTURE_LIMITS = {
  /** Smaller pictures are a dot or a line; the model would only see one colour. Pixels. */
  minSide: 16,
  /** Browsers decode no more on ordinary devices: 16,384 pixels a side and 100 megapixels (400 MB of memory). */
  maxSide: 16_384,
  maxPixels: 100_000_000,
  /** A 100-megapixel PNG of noise. */
  maxBytes: 268_435_456,
} as const;
