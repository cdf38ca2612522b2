import { AppError } from '../core/errors.ts';
import { readPictureHeader } from '../protocol/picture-header.ts';
import type { Picture } from './picture.ts';

/** Longer side of the small copy: the well is 96 px wide, screens have up to 3 pixels per px. */
const THUMBNAIL_SIDE = 288;
/** A size stands in the first bytes, except in JPEGs with a large preview or colour profile in front. */
const HEADER_BYTES = 1_048_576;
/** Smaller pictures are a dot or a line; the model would only see one colour. */
const MIN_SIDE = 16;
/** Browsers decode no more on ordinary devices: 16,384 px a side and 100 megapixels (400 MB of memory). */
const MAX_SIDE = 16_384;
const MAX_PIXELS = 100_000_000;

const unreadable = (name: string, why: string, cause?: unknown): AppError =>
  new AppError(
    'input/picture-unreadable',
    `“${name}” cannot be used as a picture: ${why}. JPEG, PNG, WebP, AVIF and GIF work.`,
    {
      cause,
    },
  );

function checkSize(name: string, width: number, height: number): void {
  const detail = { width, height, minSide: MIN_SIDE, maxSide: MAX_SIDE };
  if (Math.min(width, height) < MIN_SIDE) {
    const message = `“${name}” is ${width}×${height} pixels; each side must be at least ${MIN_SIDE}.`;
    throw new AppError('input/picture-too-small', message, { detail });
  }
  if (Math.max(width, height) > MAX_SIDE || width * height > MAX_PIXELS) {
    const message = `“${name}” is ${width}×${height} pixels; at most ${MAX_SIDE} a side and 100 megapixels can be used. Make it smaller first.`;
    throw new AppError('input/picture-too-large', message, { detail });
  }
}

/**
 * Looks at a picture file: kind and size from its first bytes before anything is decoded, then a small upright copy of
 * its first frame to show.
 * @param name shown in messages.
 * @throws {AppError} `input/picture-unreadable`, `input/picture-too-small`, `input/picture-too-large`.
 */
export async function readPicture(file: Blob, name: string): Promise<Picture> {
  if (file.size === 0) throw unreadable(name, 'the file is empty');
  const header = readPictureHeader(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer()));
  if (header.kind === 'unsupported')
    throw unreadable(name, header.what ? `it is a ${header.what} file` : 'it is not a picture');
  if (header.kind === 'damaged')
    throw unreadable(name, `it looks like a damaged ${header.what.toUpperCase()} file`);
  checkSize(name, header.width, header.height);
  const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(header.width, header.height));
  let bitmap: ImageBitmap;
  try {
    // Scaled while decoding, off the main thread.
    const resizeWidth = Math.max(1, Math.round(header.width * scale));
    bitmap = await createImageBitmap(file, {
      imageOrientation: 'from-image',
      resizeWidth,
      resizeQuality: 'medium',
    });
  } catch (cause) {
    throw unreadable(name, 'the browser could not read it; the file may be damaged or cut off', cause);
  }
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    const thumbnail = await canvas.convertToBlob({ type: 'image/png' });
    // A photo taken upright is stored lying on its side: then the copy stands where the stored size lies.
    const turned = bitmap.width > bitmap.height !== header.width > header.height;
    const { width, height } = turned ? { width: header.height, height: header.width } : header;
    return { file, name, width, height, thumbnailUrl: URL.createObjectURL(thumbnail) };
  } finally {
    bitmap.close();
  }
}
