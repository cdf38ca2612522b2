import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type PictureHeader, readPictureHeader } from '../../src/protocol/picture-header.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { box, joined } from '../fixtures/write-mp4.ts';

const FOLDER = new URL('../fixtures/pictures/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const text = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

describe('kind and size', () => {
  const scene = { width: 96, height: 64 };
  const turned = { width: 64, height: 96 };
  const cases: Readonly<Record<string, PictureHeader>> = {
    'scene.jpg': { kind: 'jpeg', ...scene },
    'scene-progressive.jpg': { kind: 'jpeg', ...scene },
    'scene-grey.jpg': { kind: 'jpeg', ...scene },
    'orientation-1.jpg': { kind: 'jpeg', ...scene },
    'orientation-6.jpg': { kind: 'jpeg', ...turned },
    'scene.png': { kind: 'png', ...scene },
    'moving.png': { kind: 'png', ...scene },
    'wide.png': { kind: 'png', width: 20_000, height: 400 },
    'one-pixel.png': { kind: 'png', width: 1, height: 1 },
    'scene-lossy.webp': { kind: 'webp', ...scene },
    'scene-lossless.webp': { kind: 'webp', ...scene },
    'moving.webp': { kind: 'webp', ...scene },
    'scene.avif': { kind: 'avif', ...scene },
    'moving.avif': { kind: 'avif', ...scene },
    'scene.gif': { kind: 'gif', ...scene },
    'moving.gif': { kind: 'gif', ...scene },
    'scene.tiff': { kind: 'unsupported', what: 'TIFF' },
    'scene.bmp': { kind: 'unsupported', what: 'BMP' },
    'scene.svg': { kind: 'unsupported', what: 'SVG' },
    'note.txt': { kind: 'unsupported', what: null },
  };
  for (const [name, header] of Object.entries(cases)) {
    test(name, () => expect(readPictureHeader(read(name))).toEqual(header));
  }

  test('of a JPEG is found behind long segments, and not taken from the thumbnail within them', () => {
    const thumbnail = read('one-pixel.png'); // any bytes: they are skipped
    const segment = joined(
      text('\xff\xe1'),
      new Uint8Array([0xff, 0xfe]),
      new Uint8Array(65_532).fill(0xc0),
      thumbnail,
    );
    const long = segment.subarray(0, 2 + 0xfffe);
    const original = read('scene.jpg');
    const stuffed = joined(original.subarray(0, 2), long, long, original.subarray(2));
    expect(readPictureHeader(stuffed)).toEqual({ kind: 'jpeg', width: 96, height: 64 });
  });

  test('of a GIF is the first frame where that is larger than the screen', () => {
    const gif = read('scene.gif').slice();
    gif.set([10, 0, 10, 0], 6);
    expect(readPictureHeader(gif)).toEqual({ kind: 'gif', width: 96, height: 64 });
  });
});

describe('what cannot be used is named', () => {
  const brand = (name: string): Uint8Array => box('ftyp', name, 0, name, 'mif1');
  const cases: Readonly<Record<string, Uint8Array>> = {
    HEIC: brand('heic'),
    video: brand('isom'),
    'JPEG XL': text('\xff\x0a\xfa\x1f'),
    PDF: text('%PDF-1.7\n'),
    Photoshop: text('8BPS\0\x01'),
    icon: text('\0\0\x01\0\x01\0'),
    SVG: text('\n  <svg xmlns="http://www.w3.org/2000/svg"/>'),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    test(name, () => expect(readPictureHeader(bytes)).toEqual({ kind: 'unsupported', what: name }));
  }

  test('HTML with a drawing inside is no picture', () => {
    expect(readPictureHeader(text('<html><svg></svg></html>'))).toEqual({ kind: 'unsupported', what: null });
  });
});

test('a header that is cut off is damaged, not unknown', () => {
  for (const [name, what, length] of [
    ['scene.jpg', 'jpeg', 100],
    ['scene.png', 'png', 20],
    ['scene-lossy.webp', 'webp', 25],
    ['scene.gif', 'gif', 10],
    ['scene.avif', 'avif', 120],
  ] as const) {
    expect(readPictureHeader(read(name).subarray(0, length)), name).toEqual({ kind: 'damaged', what });
  }
  expect(readPictureHeader(new Uint8Array(0))).toEqual({ kind: 'unsupported', what: null });
});

test('3,000 damaged files give an answer, and soon', { timeout: 60_000 }, () => {
  const random = seededRandom(7);
  const below = (n: number): number => Math.floor(random() * n);
  const originals = readdirSync(FOLDER)
    .filter((name) => /\.(jpg|png|webp|avif|gif|svg|tiff)$/.test(name))
    .map(read);
  const kinds = new Map<string, number>();
  let slowest = 0;
  for (let round = 0; round < 3_000; round++) {
    let bytes = originals[round % originals.length]!.slice(0, 2_000);
    for (let changes = below(5); changes >= 0; changes--) {
      const at = below(bytes.length);
      const choice = below(4);
      if (choice === 0) bytes[at] = below(256);
      else if (choice === 1) bytes.fill(below(2) * 255, at, at + below(8));
      else if (choice === 2) bytes = bytes.slice(0, Math.max(1, at));
      else bytes.copyWithin(at, below(bytes.length));
    }
    const started = performance.now();
    const header = readPictureHeader(bytes);
    slowest = Math.max(slowest, performance.now() - started);
    kinds.set(header.kind, (kinds.get(header.kind) ?? 0) + 1);
    if ('width' in header) {
      expect(header.width).toBeGreaterThan(0);
      expect(header.height).toBeGreaterThan(0);
    }
  }
  for (const kind of ['jpeg', 'png', 'webp', 'avif', 'gif', 'damaged', 'unsupported']) {
    expect(kinds.get(kind), kind).toBeGreaterThan(20);
  }
  expect(slowest).toBeLessThan(500);
});

test('megabytes of nested nonsense end soon', () => {
  const tiny = joined(box('ftyp', 'avif', 0, 'avif'), ...Array.from({ length: 100_000 }, () => box('free')));
  const started = performance.now();
  expect(readPictureHeader(tiny)).toEqual({ kind: 'damaged', what: 'avif' });
  expect(performance.now() - started).toBeLessThan(500);
});
