import { AppError } from '../core/errors.ts';
import { type PictureHeader, readPictureHeader } from '../protocol/picture-header.ts';
import { PICTURE_LIMITS } from '../protocol/picture-limits.ts';
import type { Picture } from './picture.ts';

/** Longer side of the small copy: the well is 96 px wide, screens have up to 3 pixels per px. */
const THUMBNAIL_SIDE = 288;
/** A size stands in the first bytes, except in JPEGs with a large preview or colour profile in front. */
const FIRST_BYTES = 1_048_576;
/** How much more is read if the size was not there. */
const READ_ON = 8;

const unreadable = (name: string, why: string, cause?: unknown): AppError =>
  new AppError(
    'input/picture-unreadable',
    `“${name}” cannot be used as a picture: ${why}. JPEG, PNG, WebP, AVIF and GIF work.`,
    {
      cause,
    },
  );

function checkSize(name: string, width: number, height: number): void {
  const { minSide, maxSide, maxPixels } = PICTURE_LIMITS;
  const detail = { width, height, minSide, maxSide };
  if (Math.min(width, height) < minSide) {
    const message = `“${name}” is ${width}×${height} pixels; each side must be at least ${minSide}.`;
    throw new AppError('input/picture-too-small', message, { detail });
  }
  if (Math.max(width, height) > maxSide || width * height > maxPixels) {
    const message = `“${name}” is ${width}×${height} pixels; at most ${maxSide} a side and ${maxPixels / 1e6} megapixels can be used. Make it smaller first.`;
    throw new AppError('input/picture-too-large', message, { detail });
  }
}

function checkBytes(name: string, { size }: Blob): void {
  if (size === 0) throw unreadable(name, 'the file is empty');
  const { maxBytes } = PICTURE_LIMITS;
  if (size <= maxBytes) return;
  const message = `“${name}” has ${Math.ceil(size / 1e6)} MB; pictures of up to ${Math.floor(maxBytes / 1e6)} MB can be used. Make it smaller first.`;
  throw new AppError('input/picture-too-large', message, { detail: { bytes: size, maxBytes } });
}

async function readHeader(file: Blob, name: string): Promise<PictureHeader> {
  for (let bytes = FIRST_BYTES; ; bytes *= READ_ON) {
    let start: ArrayBuffer;
    try {
      start = await file.slice(0, bytes).arrayBuffer();
    } catch (cause) {
      throw unreadable(name, 'the file could not be read; it may have been moved or deleted', cause);
    }
    const header = readPictureHeader(new Uint8Array(start));
    if (header.kind !== 'damaged' || bytes >= file.size) return header;
  }
}

/**
 * Looks at a picture file: kind and size from its first bytes before anything is decoded, then a small upright copy of
 * its first frame to show.
 * @param name shown in messages.
 * @throws {AppError} `input/picture-unreadable`, `input/picture-too-small`, `input/picture-too-large`.
 */
export async function readPicture(file: Blob, name: string): Promise<Picture> {
  checkBytes(name, file);
  const header = await readHeader(file, name);
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
    // Under the kind that its bytes say, not its name.
    bitmap = await createImageBitmap(file.slice(0, file.size, `image/${header.kind}`), {
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
    const turned = (bitmap.width - bitmap.height) * (header.width - header.height) < 0;
    const { width, height } = turned ? { width: header.height, height: header.width } : header;
    return { file, name, width, height, thumbnailUrl: URL.createObjectURL(thumbnail) };
  } finally {
    bitmap.close();
  }
}
