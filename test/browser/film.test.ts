// Storyboards through the whole engine in its real Worker: segments that go on from each other, and what survives when the Worker dies.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { EngineClient } from '../../src/client/engine-client.ts';
import { newJob } from '../../src/core/check-job.ts';
import type { Job, Segment } from '../../src/core/job.ts';
import { STRIP_HEIGHT, STRIP_PICTURES, stripPictureWidth } from '../../src/core/segment-strip.ts';
import { openQueueFiles, queueBytes } from '../../src/films/queue-files.ts';
import {
  clearSegments,
  FILMS_LOCK,
  openSegmentFiles,
  SEGMENTS_FOLDER,
  STRIPS,
  segmentBytes,
  trimSegments,
} from '../../src/films/segment-files.ts';
import { openStripFiles } from '../../src/films/strip-files.ts';
import type { GenerateEvent, GenerateRequest, GenerateResult } from '../../src/protocol/engine-api.ts';
import { parseJobRecord } from '../../src/protocol/job-file.ts';
import type { ModelManifest } from '../../src/protocol/manifest.ts';
import { readJobFromMp4 } from '../../src/protocol/mp4-job.ts';
import { queuedJobText } from '../../src/protocol/queued-job.ts';
import { playClip, psnr } from '../fixtures/play-clip.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { publishedTinyModel, tinyModel } from '../fixtures/tiny-model.ts';

let client: EngineClient;
let model: ModelManifest;

const open = (): EngineClient =>
  new EngineClient(
    () => new Worker(new URL('../../workers/generation.worker.ts', import.meta.url), { type: 'module' }),
  );

beforeEach(async () => {
  await forgetSegments();
  client = open();
  model = await tinyModel();
});

afterEach(() => client.dispose());

async function forgetSegments(): Promise<void> {
  const files = (await openSegmentFiles())!;
  for (const name of await files.segments()) await files.remove(name);
}

/** A storyboard of as many segments as there are prompts. */
function board(prompts: readonly string[], seconds = 0.5): Job {
  const job = newJob(model, { prompt: '', seed: 1 }, { scene: 'a castle', guidance: 1 });
  const segments = prompts.map(
    (prompt, i): Segment => ({ ...job.segments[0]!, prompt, seconds, seed: 40 + i }),
  );
  return { ...job, segments };
}

const request = (job: Job, changes: Partial<GenerateRequest> = {}): GenerateRequest => ({
  job,
  manifest: model,
  picture: null,
  device: 'wasm',
  visibleLabel: true,
  preview: false,
  keep: true,
  ...changes,
});

const bytesOf = async ({ file }: GenerateResult): Promise<Uint8Array> =>
  new Uint8Array(await file.arrayBuffer());

const CASTLE = ['it stands there', '天黑了', 'the lights come on'];

const picture = async (name: string): Promise<Blob> =>
  (await fetch(new URL(`../fixtures/pictures/${name}`, import.meta.url))).blob();

const made = (events: readonly GenerateEvent[]): readonly boolean[] =>
  events.flatMap((event) => (event.type === 'segment' ? [event.made] : []));

describe('a film of several segments', () => {
  test('is one clip whose segments go on from each other, and is taken as it is when nothing has changed', async () => {
    const job = board(CASTLE);
    const events: GenerateEvent[] = [];
    const first = await client.generate(request(job), { onEvent: (event) => events.push(event) });
    expect(first.report).toMatchObject({ frames: 15, latents: [1, 8, 4, 4, 4] });
    expect(made(events)).toEqual([false, false, false]);
    const strips = events.flatMap((event) => (event.type === 'painted' ? [event] : []));
    expect(strips.map(({ index }) => index)).toEqual([0, 1, 2]);
    const strip = await createImageBitmap(strips[1]!.strip);
    expect([strip.width, strip.height]).toEqual([
      STRIP_PICTURES * stripPictureWidth(first.report),
      STRIP_HEIGHT,
    ]);
    // Each part but the last is a film of its own, whose frames are the whole film's.
    const parts = events.flatMap((event) => (event.type === 'part' ? [event] : []));
    expect(parts.map(({ index }) => index)).toEqual([0, 1]);
    const [part, whole] = [await playClip(parts[1]!.film), await playClip(first.file)];
    expect(part.duration).toBeCloseTo(0.5, 3);
    expect(psnr(await part.frameAt(0.25), await whole.frameAt(0.75))).toBe(Number.POSITIVE_INFINITY);
    part.close();
    whole.close();
    expect(parseJobRecord(await readJobFromMp4(first.file)).job).toEqual(job);
    const played = await playClip(first.file);
    expect(played.duration).toBeCloseTo(1.5, 3);
    played.close();

    const again: GenerateEvent[] = [];
    const second = await client.generate(request(job), { onEvent: (event) => again.push(event) });
    expect(made(again)).toEqual([true, true, true]);
    expect(again.some(({ type }) => type === 'painted' || type === 'part')).toBe(false);
    expect(again.some((event) => event.type === 'progress' && event.phase === 'denoise')).toBe(false);
    expect(await bytesOf(second)).toEqual(await bytesOf(first));
  });

  test('makes again what was changed and what goes on from it, and nothing else', async () => {
    const job = board(CASTLE);
    const first = await client.generate(request(job));
    const segments = job.segments.map((segment, i) =>
      i === 1 ? { ...segment, prompt: 'it rains' } : segment,
    );
    const events: GenerateEvent[] = [];
    const second = await client.generate(request({ ...job, segments }), {
      onEvent: (event) => events.push(event),
    });
    expect(made(events)).toEqual([true, false, false]);
    expect(second.report.segments[0]).toBe(first.report.segments[0]);
    const [before, after] = [await playClip(first.file), await playClip(second.file)];
    expect(psnr(await before.frameAt(0.25), await after.frameAt(0.25))).toBe(Number.POSITIVE_INFINITY);
    expect(psnr(await before.frameAt(1.45), await after.frameAt(1.45))).toBeLessThan(60);
    before.close();
    after.close();
  });

  test('shows the same whether or not it is kept', async () => {
    const job = board(CASTLE);
    const kept = await playClip((await client.generate(request(job))).file);
    const plain = await playClip((await client.generate(request(job, { keep: false }))).file);
    for (const time of [0.05, 0.55, 0.95, 1.45])
      expect(psnr(await kept.frameAt(time), await plain.frameAt(time)), `${time} s`).toBeGreaterThan(25); // noise, encoded with other key frames
    kept.close();
    plain.close();
    expect((await client.generate(request(job, { keep: false }))).report.segments).toEqual([]);
  });

  test.each([
    ['latents', tinyModel, 10],
    ['the last picture', publishedTinyModel, 24],
  ])(
    'that goes on by %s can be cut, and the cut lifted: nothing but what goes on from it is made',
    async (_, open, fps) => {
      model = await open();
      const whole = { ...board(CASTLE, 1), fps };
      const [one, ...others] = whole.segments;
      const cut = { ...whole, segments: [{ ...one!, keepSeconds: 0.5 }, ...others] };
      const make = async (job: Job): Promise<[Uint8Array, readonly boolean[], GenerateResult]> => {
        const events: GenerateEvent[] = [];
        const result = await client.generate(request(job), { onEvent: (event) => events.push(event) });
        return [await bytesOf(result), made(events), result];
      };
      const [wholeBytes, , first] = await make(whole);
      const [cutBytes, atCut, second] = await make(cut);
      expect(atCut).toEqual([true, false, false]);
      expect(second.report.frames).toBe(2.5 * fps);
      expect(second.report.segments[0]).toBe(first.report.segments[0]);
      expect((await make(whole)).slice(0, 2)).toEqual([wholeBytes, [true, true, true]]);
      expect((await make(cut)).slice(0, 2)).toEqual([cutBytes, [true, true, true]]);
      // The same film, whether or not the beginning was made before the cut.
      await forgetSegments();
      expect((await make(cut)).slice(0, 2)).toEqual([cutBytes, [false, false, false]]);
      const played = [await playClip(first.file), await playClip(second.file)] as const;
      expect(played[1].duration).toBeCloseTo(2.5, 3);
      const pictures = [await played[0].frameAt(0.45), await played[1].frameAt(0.45)] as const;
      expect(psnr(...pictures)).toBeGreaterThan(25);
      for (const clip of played) clip.close();
    },
  );

  test('of a published model goes on from the last picture, through its own codec and sampler', async () => {
    model = await publishedTinyModel();
    const job = { ...board(CASTLE), steps: 3, fps: 24 };
    const first = await client.generate(request(job));
    expect(first.report.frames).toBe(36);
    const played = await playClip(first.file);
    expect(played.duration).toBeCloseTo(1.5, 3);
    played.close();
    // What the second segment begins with is lost: it is painted again, not made.
    const files = (await openSegmentFiles())!;
    await files.remove(first.report.segments[0]!, 'next');
    const events: GenerateEvent[] = [];
    const again = await client.generate(request(job), { onEvent: (event) => events.push(event) });
    expect(made(events)).toEqual([true, true, true]);
    expect(await bytesOf(again)).toEqual(await bytesOf(first));
    // At one frame a second the last picture is painted, though no frame shows it.
    await forgetSegments();
    const slow = { ...job, fps: 1, segments: job.segments.map((segment) => ({ ...segment, seconds: 1 })) };
    expect((await client.generate(request(slow))).report.frames).toBe(3);
  });
});

test('a film that began with a photograph is not made anew when it is opened from its own file', async () => {
  const photograph = await picture('scene.jpg');
  for (const fit of ['crop', 'letterbox'] as const) {
    const plain = board(CASTLE.slice(0, 2));
    const [one, two] = plain.segments;
    const job = { ...plain, segments: [{ ...one!, picture: { fit } }, two!] };
    const first = await client.generate(request(job, { picture: photograph }));
    const record = parseJobRecord(await readJobFromMp4(first.file));
    const png = Uint8Array.from(atob(record.picture!), (letter) => letter.charCodeAt(0));
    expect(png.length).not.toBe(photograph.size);
    const events: GenerateEvent[] = [];
    const again = await client.generate(request(record.job, { picture: new Blob([png]) }), {
      onEvent: (event) => events.push(event),
    });
    expect(again.report.segments).toEqual(first.report.segments);
    expect(made(events)).toEqual([true, true]);
    expect(await bytesOf(again)).toEqual(await bytesOf(first));
  }
  const other = await picture('detail.png');
  const changed = { ...board(CASTLE.slice(0, 1)) };
  const job = { ...changed, segments: [{ ...changed.segments[0]!, picture: { fit: 'crop' } as const }] };
  const [name] = (await client.generate(request(job, { picture: photograph }))).report.segments;
  expect((await client.generate(request(job, { picture: other }))).report.segments).not.toEqual([name]);
});

test('strips lie beside the segments: counted and cleared with them, the oldest let go', async () => {
  const files = (await openSegmentFiles())!;
  const strips = (await openStripFiles(SEGMENTS_FOLDER, STRIPS, 2))!;
  const before = await segmentBytes(files);
  for (const name of ['aa', 'bb', 'cc']) {
    await strips.keep(name, new Blob(['1234']));
    await new Promise((resolve) => setTimeout(resolve, 5)); // times of files are in milliseconds
  }
  expect([...(await strips.names())].sort()).toEqual(['bb', 'cc']);
  expect(await (await strips.read('cc'))?.text()).toBe('1234');
  expect(await strips.read('aa')).toBeNull();
  expect(await segmentBytes(files)).toBe(before + 8);
  expect(await files.segments()).not.toContain(STRIPS);
  await clearSegments(files);
  expect(await strips.names()).toEqual([]);
});

describe('nothing is lost', () => {
  test('a damaged file of a segment is noticed and made again', async () => {
    const job = board(CASTLE.slice(0, 2));
    const first = await client.generate(request(job));
    const files = (await openSegmentFiles())!;
    await files.write(first.report.segments[1]!, 'latents', new Uint8Array(12));
    for (const name of ['latents', 'step'])
      await files.write(first.report.segments[0]!, name, new Uint8Array(7));
    const second = await client.generate(request({ ...job, fps: 5 }));
    expect(second.report.frames).toBe(5);
    expect(await bytesOf(await client.generate(request(job)))).toEqual(await bytesOf(first));
  });

  test('killed at 50 random moments, the film is the same as without', async () => {
    const job = { ...board([...CASTLE, 'fog rises', '下雪了', 'the sun rises']), steps: 4 };
    const whole = await bytesOf(await client.generate(request(job)));
    await forgetSegments();
    const random = seededRandom(50);
    let kills = 0;
    let deepest = 0;
    while (kills < 50) {
      let left = 1 + Math.floor(random() * 40);
      const victim = open();
      const end = await victim
        .generate(request(job), {
          onEvent: (event) => {
            if (event.type === 'segment') deepest = Math.max(deepest, event.index);
            if (--left === 0) victim.dispose();
          },
        })
        .then(bytesOf, (error: { code?: string }) => error.code);
      victim.dispose();
      if (end === 'worker/crashed') {
        kills++;
        continue;
      }
      expect(end, `after ${kills} kills`).toEqual(whole);
      await forgetSegments(); // more moments of the same film
    }
    expect(deepest).toBe(5);
    expect(await bytesOf(await client.generate(request(job)))).toEqual(whole);
  }, 300_000);
});

test('a film for which there is no room stops with what it needs, and goes on to the same bytes once there is', async () => {
  const job = board([...CASTLE, 'fog rises']);
  const whole = await bytesOf(await client.generate(request(job)));
  await forgetSegments();
  const setQuota = async (quotaSize?: number): Promise<void> => {
    await cdp().send('Storage.overrideQuotaForOrigin', {
      origin: location.origin,
      ...(quotaSize !== undefined && { quotaSize }),
    });
  };
  const stopped: GenerateEvent[] = [];
  let isFull = false;
  try {
    await client.generate(request(job), {
      onEvent: (event) => {
        stopped.push(event);
        if (isFull || event.type !== 'segment' || event.index !== 2) return;
        isFull = true;
        void setQuota(1);
      },
    });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'storage/full', detail: { needed: expect.any(Number) } });
  } finally {
    await setQuota();
  }
  const events: GenerateEvent[] = [];
  const film = await client.generate(request(job), { onEvent: (event) => events.push(event) });
  expect(made(events).slice(0, 2)).toEqual([true, true]);
  expect(made(events)[3]).toBe(false);
  expect(await bytesOf(film)).toEqual(whole);
});

test('room is made by what was written longest ago, and what is used stays', async () => {
  const files = (await openSegmentFiles())!;
  for (const name of ['a1', 'b2', 'c3', 'd4']) {
    await files.write(name, 'latents', new Uint8Array(4));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await files.write('b2', 'step', new Uint8Array(4));
  await trimSegments(files, ['a1'], 2);
  expect((await files.segments()).sort()).toEqual(['a1', 'b2', 'd4']);
  await trimSegments(files, [], 9);
  expect(await files.segments()).toHaveLength(3);
});

test('while another tab makes a film no second engine starts; afterwards one does', async () => {
  const job = board(CASTLE.slice(0, 1));
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = navigator.locks.request(FILMS_LOCK, () => promise); // as the other tab's Worker holds it
  await expect(client.generate(request(job))).rejects.toMatchObject({ code: 'worker/busy' });
  await expect(clearSegments((await openSegmentFiles())!)).rejects.toMatchObject({ code: 'storage/in-use' });
  // What is not kept is in nobody's way.
  expect((await client.generate(request(job, { keep: false }))).report.frames).toBe(5);
  resolve();
  await held;
  expect((await client.generate(request(job))).report.frames).toBe(5);
});

test('jobs that wait are kept in order with their pictures; what is damaged is left out', async () => {
  const files = (await openQueueFiles())!;
  const facts = {
    job: board(['a cat']),
    modelName: 'Tiny',
    device: 'auto',
    visibleLabel: true,
    isPart: false,
  } as const;
  for (const id of ['1', '2', '3'])
    await files.add({ id, ...facts }, id === '2' ? new Blob(['pixels']) : null);
  const ids = async (): Promise<readonly string[]> => (await files.list()).map(({ id }) => id);
  await files.order(['3', 'gone', '1']);
  await files.add({ id: '4', ...facts }, null);
  expect(await ids()).toEqual(['3', '1', '2', '4']);
  expect(await (await files.picture('2'))!.text()).toBe('pixels');
  const text = queuedJobText({ id: '1', ...facts });
  expect(await queueBytes()).toBe(4 * text.length + 'pixels'.length);
  expect(await files.picture('1')).toBeNull();
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('queue');
  const stream = await (
    await (await root.getDirectoryHandle('1')).getFileHandle('job.json')
  ).createWritable();
  await stream.write('{');
  await stream.close();
  expect(await ids()).toEqual(['3', '2', '4']);
  for (const id of ['1', '2', '3', '4', 'gone']) await files.remove(id);
  expect(await ids()).toEqual([]);
});
