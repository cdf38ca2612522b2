import { AppError, assert, assertNever } from '../core/errors.ts';
import type { PictureFit } from '../core/job.ts';
import { type PictureKind, readPictureHeader } from '../protocol/picture-header.ts';
import { PICTURE_LIMITS } from '../protocol/picture-limits.ts';
import { centreBox, fillBorders, type Size } from './picture-borders.ts';
import { encodePng } from './picture-png.ts';
import { Resampler, type SourceBox } from './picture-resample.ts';

/** A picture in the shape of a clip. */
export interface PreparedPicture {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 4]`, sRGB, alpha 255. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** The picture at exactly this size, without loss: prepared again, it gives the same pixels. */
  readonly png: Blob;
}

/** How a picture is prepared. */
export interface PreparePictureOptions {
  /** Size of the result, pixels. */
  readonly width: number;
  readonly height: number;
  /** Cut to fill, or shown whole with borders filled from its own blurred colours. */
  readonly fit: PictureFit;
  readonly signal?: AbortSignal;
}

const STRIP_PIXELS = 4_194_304; // 16 MB are read back at a time

/**
 * Reads a picture and brings it to a clip's size. The kind is told from the bytes, the size is checked before anything
 * is decoded, the camera's orientation is honoured, of a moving picture the first frame is taken, and what is
 * transparent becomes white. The same file gives the same pixels. Runs in the Worker.
 * @throws {AppError} `input/picture-unreadable` · `input/picture-too-small` · `input/picture-too-large`. Rejects with AbortError.
 */
export async function preparePicture(file: Blob, options: PreparePictureOptions): Promise<PreparedPicture> {
  const { width, height, signal } = options;
  assert(width > 0 && height > 0 && Number.isInteger(width + height), `no picture is ${width}×${height}`);
  signal?.throwIfAborted();
  const checked = await readChecked(file);
  signal?.throwIfAborted();
  const bitmap = await decode(checked);
  try {
    checkSize(bitmap.width, bitmap.height);
    const rgba = fitPicture(bitmap, options);
    signal?.throwIfAborted();
    const png = await encodePng(rgba, width, height);
    signal?.throwIfAborted();
    return { width, height, rgba, png };
  } finally {
    bitmap.close();
  }
}

const unreadable = (why: string, cause?: unknown): AppError =>
  new AppError('input/picture-unreadable', `${why} JPEG, PNG, WebP, AVIF and GIF pictures work.`, { cause });

/** Reads the file, and its header without decoding it. */
async function readChecked(file: Blob): Promise<Blob> {
  if (file.size === 0) throw unreadable('This file is empty.');
  if (file.size > PICTURE_LIMITS.maxBytes) {
    throw new AppError(
      'input/picture-too-large',
      `This file has ${Math.round(file.size / 1e6)} MB; pictures of up to ${Math.floor(PICTURE_LIMITS.maxBytes / 1e6)} MB can be read.`,
    );
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw unreadable('This file could not be read from the disk. Was it moved or deleted?', cause);
  }
  const header = readPictureHeader(bytes);
  switch (header.kind) {
    case 'unsupported':
      throw unreadable(header.what ? unsupportedMessage(header.what) : 'This file is not a picture.');
    case 'damaged':
      throw unreadable(`This ${KIND_NAMES[header.what]} picture is damaged or was cut off.`);
    default:
      checkSize(header.width, header.height);
      return new Blob([bytes], { type: `image/${header.kind}` }); // not the name's or the sender's type: the bytes'
  }
}

function unsupportedMessage(what: string): string {
  if (what === 'video') return 'This is a video, not a picture. Save one of its frames as a picture.';
  if (what === 'HEIC') return 'HEIC pictures cannot be opened by browsers. Save or share it as JPEG.';
  return `${what} files cannot be used here. Save the picture as PNG or JPEG.`;
}

const KIND_NAMES: Readonly<Record<PictureKind, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
};

function checkSize(width: number, height: number): void {
  const detail = { width, height };
  if (
    width > PICTURE_LIMITS.maxSide ||
    height > PICTURE_LIMITS.maxSide ||
    width * height > PICTURE_LIMITS.maxPixels
  ) {
    throw new AppError(
      'input/picture-too-large',
      `This picture has ${width}×${height} pixels; up to ${PICTURE_LIMITS.maxSide} a side and ${PICTURE_LIMITS.maxPixels / 1e6} million in all can be used. Make it smaller first.`,
      { detail },
    );
  }
  if (Math.min(width, height) < PICTURE_LIMITS.minSide) {
    throw new AppError(
      'input/picture-too-small',
      `This picture has ${width}×${height} pixels; its shorter side must have at least ${PICTURE_LIMITS.minSide}.`,
      { detail },
    );
  }
}

async function decode(picture: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(picture, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw unreadable(
      'This picture could not be decoded: it is damaged, was cut off, or this browser lacks the format.',
      cause,
    );
  }
}

function fitPicture(
  bitmap: ImageBitmap,
  { width, height, fit, signal }: PreparePictureOptions,
): Uint8ClampedArray<ArrayBuffer> {
  switch (fit) {
    case 'crop':
      return scale(bitmap, centreBox(bitmap, width / height), { width, height }, signal);
    case 'letterbox': {
      const ratio = Math.min(width / bitmap.width, height / bitmap.height);
      const inner = {
        width: Math.max(1, Math.round(bitmap.width * ratio)),
        height: Math.max(1, Math.round(bitmap.height * ratio)),
      };
      const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
      return fillBorders(scale(bitmap, whole, inner, signal), inner, { width, height });
    }
    default:
      return assertNever(fit);
  }
}

/** Reads the bitmap back in strips and scales them. Drawn 1:1 in software: canvases only decode here, they do not filter. */
function scale(
  bitmap: ImageBitmap,
  box: SourceBox,
  size: Size,
  signal?: AbortSignal,
): Uint8ClampedArray<ArrayBuffer> {
  const resampler = new Resampler({ sourceWidth: bitmap.width, sourceHeight: bitmap.height, box, ...size });
  const { from, to } = resampler.sourceRows;
  const rows = Math.min(to - from, Math.max(1, Math.floor(STRIP_PIXELS / bitmap.width)));
  const context = new OffscreenCanvas(bitmap.width, rows).getContext('2d', { willReadFrequently: true });
  if (!context) throw unreadable('This browser gave no canvas to read pictures with.');
  for (let row = from; row < to; row += rows) {
    signal?.throwIfAborted();
    context.fillStyle = '#fff';
    context.fillRect(0, 0, bitmap.width, rows);
    context.drawImage(bitmap, 0, -row);
    const count = Math.min(rows, to - row);
    resampler.push(context.getImageData(0, 0, bitmap.width, count).data, row);
  }
  return resampler.finish();
}
