import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODELS } from '../../models/catalog.ts';
import { checkJob } from '../../src/core/check-job.ts';
import { CAMERA_MOVES, JOB_VERSION, MAX_SEED, MAX_SEGMENTS, PICTURE_FITS } from '../../src/core/job.ts';
import { parseStoryboard } from '../../src/protocol/storyboard-file.ts';

const [model] = MODELS;
const read = (value: unknown, seed = 5) => parseStoryboard(value, model, seed);

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../public/storyboard.schema.json'), 'utf8'),
) as {
  properties: Record<string, { enum?: unknown[]; maxItems?: number; items?: Schema }>;
};
interface Schema {
  properties: Record<string, { enum?: unknown[]; maximum?: number; oneOf?: Schema[]; properties?: object }>;
}

test('a list of prompts is enough', () => {
  const job = read({
    scene: 'a castle',
    segments: [{ prompt: 'the sun sets' }, { prompt: 'fog rises', camera: 'pan left' }],
  });
  checkJob(job, model.limits, { hasPicture: false });
  expect(job).toMatchObject({
    version: JOB_VERSION,
    model: 'seedling',
    aspect: '16:9',
    fps: 30,
    scene: 'a castle',
  });
  expect(job.segments.map(({ seed, seconds, camera }) => [seed, seconds, camera])).toEqual([
    [5, 5, null],
    [6, 5, 'pan left'],
  ]);
  expect(read({ segments: [{}, {}] }, MAX_SEED).segments.map(({ seed }) => seed)).toEqual([MAX_SEED, 0]);
});

test('a complete job is a storyboard, and comes back as it is', () => {
  const job = read({ segments: [{ prompt: 'a cat' }] });
  expect(read(JSON.parse(JSON.stringify(job)))).toEqual(job);
});

test('a cut is read, and lifted where it is null', () => {
  const { segments } = read({ segments: [{ keepSeconds: 2.5 }, { keepSeconds: null }, {}] });
  expect(segments.map((segment) => segment.keepSeconds)).toEqual([2.5, undefined, undefined]);
  expect(Object.keys(segments[1]!)).not.toContain('keepSeconds');
});

test.each([
  [null, 'an object with a list of segments'],
  [[], 'an object with a list of segments'],
  [{}, 'job.segments: expected a list of 1 to 36 segments, got nothing'],
  [{ segments: [] }, 'got a list of 0'],
  [{ segments: Array(10_000).fill({ prompt: 'x' }) }, 'got a list of 10000'],
  [{ segments: ['a cat'] }, 'job.segments[0]: expected an object'],
  [
    { segments: [{ promt: 'a cat' }] },
    'storyboard.segments[0].promt: there is no such field; there are prompt',
  ],
  [{ segments: [{ settings: { step: 3 } }] }, 'storyboard.segments[0].settings.step'],
  [{ size: 3, segments: [{}] }, 'storyboard.size'],
  [{ version: 9, segments: [{}] }, 'newer Kindling'],
])('%j is refused, and the place is named', (value, message) => {
  expect(() => read(value)).toThrow(
    expect.objectContaining({ code: 'input/job', message: expect.stringContaining(message) }),
  );
});

test('the schema that is published says the same', () => {
  const segment = schema.properties.segments!.items!.properties;
  expect(schema.properties.version!.enum?.at(-1)).toBe(JOB_VERSION);
  expect(schema.properties.segments!.maxItems).toBe(MAX_SEGMENTS);
  expect(segment.camera!.enum).toEqual([null, ...CAMERA_MOVES]);
  expect(segment.seed!.maximum).toBe(MAX_SEED);
  expect(segment.picture!.oneOf![1]!.properties.fit!.enum).toEqual([...PICTURE_FITS]);
  const all = read({
    ...Object.fromEntries(
      Object.keys(read({ segments: [{}] })).map((name) => [
        name,
        (read({ segments: [{ keepSeconds: 2 }] }) as never)[name],
      ]),
    ),
    $schema: 'x',
  });
  expect(['$schema', 'title', 'takes', 'picture', ...Object.keys(all)].sort()).toEqual(
    Object.keys(schema.properties).sort(),
  );
  expect(Object.keys(all.segments[0]!).sort()).toEqual(Object.keys(segment).sort());
});
