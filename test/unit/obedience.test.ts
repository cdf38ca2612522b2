// How obedience is measured: the counting, the reader, and that clips made without a browser are the engine's own.
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { type ClipReader, openClipReader, shrinkClip } from '../../scripts/clip-reader.ts';
import { type NodeEngine, openNodeEngine } from '../../scripts/node-engine.ts';
import { filmsTable, measureFilms } from '../../scripts/obedience-films.ts';
import { measurePictures } from '../../scripts/obedience-pictures.ts';
import {
  confidence,
  confusions,
  type ObedienceResult,
  obedienceTable,
  share,
} from '../../scripts/obedience-report.ts';
import { newJob } from '../../src/core/check-job.ts';

const FOLDER = 'models/seedling/obedience';
const read = {
  colour: 'red',
  scene: 'city',
  camera: 'still',
  light: 'day',
  motion: 'left',
  subject: 'car',
} as const;

const result = (
  expected: ObedienceResult['expect'],
  language: 'en' | 'zh' = 'en',
  seen = true,
): ObedienceResult => ({ text: '', language, seen, expect: expected, seed: 0, read });

describe('counting', () => {
  const results = [
    result({ subject: 'car', colour: 'red' }),
    result({ subject: 'bus', colour: 'red' }, 'zh'),
    result({ subject: 'bus' }, 'zh', false),
  ];

  test('counts only what a prompt says', () => {
    expect(share(results, 'subject')).toEqual({ right: 1, total: 3 });
    expect(share(results, 'colour')).toEqual({ right: 2, total: 2 });
    expect(share(results, 'motion')).toEqual({ right: 0, total: 0 });
  });

  test("gives Wilson's intervals", () => {
    const [low, high] = confidence({ right: 8, total: 10 });
    expect(low).toBeCloseTo(0.4902, 3); // 0.4901625, 0.9433178 in R's binom::binom.wilson(8, 10)
    expect(high).toBeCloseTo(0.9433, 3);
    expect(confidence({ right: 10, total: 10 })[0]).toBeLessThan(0.75);
    expect(confidence({ right: 0, total: 0 })).toEqual([0, 1]);
  });

  test('keeps languages and pairs apart in the table', () => {
    const row = obedienceTable(results)
      .split('\n')
      .find((line) => line.startsWith('| subject'))!;
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells.slice(2, 8).map((cell) => cell.split(' (')[0])).toEqual([
      '85 %',
      '33.3 %',
      '100.0 %',
      '0.0 %',
      '50.0 %',
      '0.0 %',
    ]);
  });

  test('names the mistakes, the most frequent first', () => {
    expect(confusions(results, 5)).toBe('2 × subject: bus read as car');
  });
});

test('a clip is shrunk to means of patches, and stays as it ends', () => {
  const frame = (value: number): Uint8ClampedArray => new Uint8ClampedArray(128 * 128 * 4).fill(value);
  const checker = frame(0).map((_, i) => ((i >> 2) % 2 ? 255 : 0));
  const pixels = shrinkClip({ width: 128, height: 128, frames: [checker, ...Array(39).fill(frame(51))] });
  expect(pixels.length).toBe(41 * 3 * 64 * 64);
  expect(pixels[0]).toBeCloseTo(0.5, 5);
  expect(pixels.at(-1)).toBeCloseTo(0.2, 5);
});

describe('the shipped weights, without a browser', () => {
  let engine: NodeEngine;
  let reader: ClipReader;
  beforeAll(async () => {
    engine = await openNodeEngine(MODELS[0], 'models/seedling/weights', 2);
    reader = await openClipReader(FOLDER, 2);
  });

  test('make the same frames from the same job, and others from another seed', async () => {
    const make = (seed: number) =>
      engine.make(
        newJob(
          MODELS[0],
          { prompt: 'a red car in the city', seed, seconds: 1 },
          { aspect: '1:1', steps: 2, fps: 8 },
        ),
      );
    const [a, b, c] = [await make(1), await make(1), await make(2)];
    expect(a.frames.length).toBe(8);
    expect(a.frames).toEqual(b.frames);
    expect(a.frames).not.toEqual(c.frames);
  });

  test('may have a transformer from another folder, which is named by its whole path', async () => {
    const { transformer } = MODELS[0].files;
    const named = (name: string): Promise<NodeEngine> =>
      openNodeEngine(
        { ...MODELS[0], files: { ...MODELS[0].files, transformer: { ...transformer, name } } },
        'models/seedling/weights',
        2,
      );
    await expect(named(resolve('models/seedling/weights', transformer.name))).resolves.toBeDefined();
    await expect(named(resolve('nowhere', transformer.name))).rejects.toThrow(resolve('nowhere'));
  });

  test('begin with the picture that they are given', async () => {
    const results = await measurePictures(engine, MODELS[0], join(FOLDER, 'pictures'), {
      steps: 1,
      guidance: 1,
    });
    expect(results.length).toBe(11);
    for (const { name, psnr } of results) expect(psnr, name).toBeGreaterThan(21) /* 21.4 at the least */;
  }, 120_000);

  test('go on without a jump where the segments of a film meet', async () => {
    const results = await measureFilms(engine, MODELS[0], join(FOLDER, 'films.jsonl'), {
      steps: 2,
      guidance: 1,
    });
    console.log(filmsTable(results));
    expect(results.length).toBe(6);
    for (const { scene, seams, largest } of results)
      for (const seam of seams) expect(seam, scene).toBeLessThanOrEqual(largest);
    const ratios = results.flatMap(({ seams, median }) => seams.map((seam) => seam / median));
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    console.log(`SEAM ${mean.toFixed(2)} of the median difference inside`);
    expect(mean).toBeLessThan(1);
  }, 180_000);

  test('are read as what they were asked for: subject, colour and scene of a few clips', async () => {
    const asked = [
      ['a red car in the city', { colour: 'red', scene: 'city' }],
      ['一座紫色的城堡在沙漠里', { colour: 'purple', scene: 'desert' }],
      ['a green tree in the meadow', { subject: 'tree', colour: 'green', scene: 'meadow' }],
      ['a yellow bus in the snow', { colour: 'yellow', scene: 'snow' }],
    ] as const;
    let right = 0;
    let total = 0;
    for (const [prompt, expected] of asked) {
      const clip = await engine.make(newJob(MODELS[0], { prompt, seed: 5 }, { aspect: '1:1', fps: 8 }));
      const seen = await reader.read(clip);
      for (const [attribute, value] of Object.entries(expected)) {
        total++;
        if (seen[attribute as keyof typeof seen] === value) right++;
      }
    }
    console.log(`OBEDIENCE ${right} of ${total} attributes read as asked for`);
    expect(right).toBeGreaterThanOrEqual(7); // of 9; weights of noise reach one or two
  }, 300_000);
});
