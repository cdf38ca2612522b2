// What a picture file is and how large, read from its first bytes: so that a picture with a billion pixels is refused
// before anything decodes it, and so that the file's name and declared type need not be believed.

import { avifSize } from './avif-header.ts';

/** Kinds of picture that can be used. */
export const PICTURE_KINDS = ['jpeg', 'png', 'webp', 'avif', 'gif'] as const;

/** One of {@link PICTURE_KINDS}. */
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** What the first bytes say. Sizes are as stored, before any rotation that the file asks for. */
export type PictureHeader =
  | { readonly kind: PictureKind; readonly width: number; readonly height: number }
  /** A kind that can be used, but its size is not to be found: cut off or damaged. */
  | { readonly kind: 'damaged'; readonly what: PictureKind }
  /** Something else: `what` names it for people, or is null if unknown. */
  | { readonly kind: 'unsupported'; readonly what: string | null };

const latin = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** Names of kinds that people try and that browsers or this app cannot use. */
function unsupportedName(bytes: Uint8Array): string | null {
  const start = latin(bytes, 0, 12);
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'TIFF';
  if (start.startsWith('BM')) return 'BMP';
  if (start.startsWith('%PDF')) return 'PDF';
  if (start.startsWith('8BPS')) return 'Photoshop';
  if (start.startsWith('\0\0\x01\0')) return 'icon';
  if (start.startsWith('\xff\x0a') || start === '\0\0\0\x0cJXL \r\n\x87\n') return 'JPEG XL';
  if (start.startsWith('\x1aE\xdf\xa3')) return 'video';
  if (start.startsWith('RIFF') && start.endsWith('AVI ')) return 'video';
  if (start.slice(4, 8) === 'ftyp') return /^(hei|hev|mif1|msf1)/.test(start.slice(8)) ? 'HEIC' : 'video';
  const text = latin(bytes, 0, 1024)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  return /^<(\?xml|!--|!doctype svg|svg[\s>])/i.test(text) && /<svg[\s>]/i.test(text) ? 'SVG' : null;
}

const sized = (kind: PictureKind, size: { width: number; height: number } | null): PictureHeader =>
  size && size.width > 0 && size.height > 0 ? { kind, ...size } : { kind: 'damaged', what: kind };

/**
 * Reads kind and size. Takes time in proportion to the bytes at most, whatever they are.
 * @param bytes the whole file or its beginning; a JPEG or AVIF may keep its size behind other data.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader {
  const start = latin(bytes, 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return sized('jpeg', jpegSize(bytes));
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return sized('png', pngSize(bytes));
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return sized('webp', webpSize(bytes));
  if (/^GIF8[79]a/.test(start)) return sized('gif', gifSize(bytes));
  if (start.slice(4, 8) === 'ftyp' && isAvif(bytes)) return sized('avif', avifSize(bytes));
  return { kind: 'unsupported', what: unsupportedName(bytes) };
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function pngSize(bytes: Uint8Array): { width: number; height: number } | null {
  if (bytes.length < 24 || latin(bytes, 12, 16) !== 'IHDR') return null;
  return { width: view(bytes).getUint32(16), height: view(bytes).getUint32(20) };
}

/** The frame header (SOF0 … SOF15), after any number of other segments; the thumbnail in EXIF is inside one and skipped with it. */
function jpegSize(bytes: Uint8Array): { width: number; height: number } | null {
  const data = view(bytes);
  for (let position = 2; position + 4 <= bytes.length; ) {
    if (bytes[position] !== 0xff) return null;
    const marker = bytes[position + 1]!;
    if (marker === 0xff) {
      position++; // fill byte
      continue;
    }
    const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) {
      return position + 9 <= bytes.length
        ? { width: data.getUint16(position + 7), height: data.getUint16(position + 5) }
        : null;
    }
    if (marker === 0xd9 || marker === 0xda) return null; // end of picture, or its data without a frame header
    position += standsAlone ? 2 : 2 + data.getUint16(position + 2);
  }
  return null;
}

/** Lossy, lossless and extended WebP (RFC 9649). */
function webpSize(bytes: Uint8Array): { width: number; height: number } | null {
  if (bytes.length < 30) return null;
  const data = view(bytes);
  switch (latin(bytes, 12, 16)) {
    case 'VP8 ':
      return { width: data.getUint16(26, true) & 0x3fff, height: data.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = data.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return {
        width: (data.getUint32(24, true) & 0xffffff) + 1,
        height: (data.getUint32(26, true) >>> 8) + 1,
      };
    default:
      return null;
  }
}

/** The logical screen, or the first frame where that is larger: decoders then enlarge the screen. */
function gifSize(bytes: Uint8Array): { width: number; height: number } | null {
  if (bytes.length < 13) return null;
  const data = view(bytes);
  const screen = { width: data.getUint16(6, true), height: data.getUint16(8, true) };
  const flags = bytes[10]!;
  let position = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  while (position + 9 <= bytes.length) {
    if (bytes[position] === 0x2c) {
      const right = data.getUint16(position + 1, true) + data.getUint16(position + 5, true);
      const bottom = data.getUint16(position + 3, true) + data.getUint16(position + 7, true);
      return { width: Math.max(screen.width, right), height: Math.max(screen.height, bottom) };
    }
    if (bytes[position] !== 0x21) break;
    position += 2; // an extension: sub-blocks until an empty one
    while (position < bytes.length && bytes[position] !== 0) position += 1 + bytes[position]!;
    position++;
  }
  return null;
}

/** True if one of the brands in `ftyp` is a still or moving AVIF; HEIC files share the container. */
function isAvif(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, view(bytes).getUint32(0), 256);
  for (let position = 8; position + 4 <= end; position += 4) {
    if (/^avi[fs]$/.test(latin(bytes, position, position + 4))) return true;
  }
  return false;
}
