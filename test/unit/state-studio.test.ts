import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newJob } from '../../src/core/check-job.ts';
import { AppError } from '../../src/core/errors.ts';
import type { Job } from '../../src/core/job.ts';
import type { JobRecord } from '../../src/protocol/engine-api.ts';
import { modelHash } from '../../src/protocol/manifest.ts';
import type { ModelShelf } from '../../src/state/model-shelf.ts';
import { Studio, type StudioParts } from '../../src/state/studio.ts';
import type { GpuKind, Support } from '../../src/state/support.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { pictureFile, slowly, stubDecoding } from './state-fake-pictures.ts';
import { MANIFEST, until } from './state-fixtures.ts';

const { limits } = MANIFEST;
const SUPPORT: Support = { webgpu: true, missing: [], threads: true, findGpu: async () => 'hardware' };

let engine: FakeEngine;
const studios: Studio[] = [];

/** A page whose seeds are 1, 2, 3 … */
function open(support: Support = SUPPORT, parts: Partial<StudioParts> = {}): Studio {
  let seed = 0;
  const studio = new Studio({
    loadShelf: () => Promise.reject(new Error('not asked for')),
    engine,
    manifest: MANIFEST,
    support,
    languages: ['en'],
    store: null,
    loadLexicon: async () => null,
    drawSeed: () => ++seed,
    ...parts,
  });
  studio.form.prompt.value = 'a cat';
  studios.push(studio);
  return studio;
}

beforeEach(() => {
  engine = new FakeEngine();
  stubDecoding();
});
afterEach(() => {
  for (const studio of studios.splice(0)) studio.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const json = (value: unknown, name = 'job.json'): [Blob, string] => [
  new Blob([JSON.stringify(value)], { type: 'application/json' }),
  name,
];
const jobOf = (settings: Partial<Job> = {}, segment: Partial<Job['segments'][number]> = {}): Job => {
  const job = newJob(MANIFEST, { prompt: 'a dog', seed: 77, seconds: 2 });
  return { ...job, ...settings, segments: settings.segments ?? [{ ...job.segments[0]!, ...segment }] };
};
const recordOf = (job: Job = jobOf(), changes: Partial<JobRecord> = {}): JobRecord => ({
  kindling: 1,
  job,
  model: { id: MANIFEST.id, version: MANIFEST.version, hash: modelHash(MANIFEST) },
  visibleLabel: true,
  picture: null,
  ...changes,
});

describe('pressing the button', () => {
  test('twice in one tick makes one clip', async () => {
    const studio = open();
    const both = [studio.generate(), studio.generate(), studio.makeAnother()];
    expect(engine.jobs).toHaveLength(1);
    engine.job.finish();
    await Promise.all(both);
    expect(studio.maker.shelf.clips.value).toHaveLength(1);
  });

  test('asks the engine for exactly what is set', () => {
    const studio = open();
    studio.form.device.value = 'wasm';
    studio.form.visibleLabel.value = false;
    void studio.generate();
    expect(engine.job.request).toMatchObject({
      job: newJob(MANIFEST, { prompt: 'a cat', seed: 1 }),
      picture: null,
      device: 'wasm',
      visibleLabel: false,
      preview: true,
    });
  });

  test('with something impossible says so and starts nothing', async () => {
    const studio = open();
    studio.form.steps.value = 999;
    await studio.generate();
    expect(engine.jobs).toEqual([]);
    expect(studio.problem.value).toMatchObject({
      code: 'input/steps',
      detail: { nearest: [limits.steps.max] },
    });
    expect(studio.line.status.value).toBe('refused');
    studio.form.useLegal(studio.problem.value!);
    void studio.generate();
    expect(studio.problem.value).toBeNull();
    expect(engine.jobs).toHaveLength(1);
  });

  test('cancel twice and cancel after the end ask the engine at most once', async () => {
    const studio = open();
    const made = studio.generate();
    studio.cancel();
    studio.cancel();
    await made;
    studio.cancel();
    expect(engine.job.cancels).toBe(1);
    expect(studio.line.status.value).toBe('cancelled');
  });
});

describe('the seed', () => {
  const make = async (studio: Studio, end: 'finish' | 'fail' | 'cancel' = 'finish'): Promise<number> => {
    const made = studio.generate();
    if (end === 'finish') engine.job.finish();
    if (end === 'fail') engine.job.fail(new AppError('gpu/lost', 'gone'));
    if (end === 'cancel') studio.cancel();
    await made;
    const used = engine.job.request.job.segments[0]?.seed;
    expect(studio.form.seed.value).toBe(used);
    return used ?? -1;
  };

  test('is a new one for each clip, unless it is kept', async () => {
    const studio = open();
    expect([await make(studio), await make(studio)]).toEqual([1, 2]);
    studio.form.seedLocked.value = true;
    expect([await make(studio), await make(studio)]).toEqual([2, 2]);
  });

  test('stays when the form is refused', async () => {
    const studio = open();
    await make(studio);
    studio.form.prompt.value = '';
    await studio.generate();
    await studio.makeAnother();
    expect(studio.form.seed.value).toBe(1);
    expect(engine.jobs).toHaveLength(1);
  });

  test('stays when a failed clip is tried again: that one was never seen', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const studio = open();
    await make(studio);
    expect([await make(studio, 'fail'), await make(studio, 'fail'), await make(studio)]).toEqual([2, 2, 2]);
  });

  test('changes after a cancelled clip: its beginning was seen and not liked', async () => {
    const studio = open();
    expect([await make(studio, 'cancel'), await make(studio)]).toEqual([1, 2]);
  });

  test('that was rolled by hand is the one that is used', async () => {
    const studio = open();
    await make(studio);
    studio.form.rollSeed();
    const shown = studio.form.seed.value;
    expect(await make(studio)).toBe(shown);
  });

  test('is drawn where the field was left empty and is not kept', async () => {
    const studio = open();
    studio.form.seed.value = Number.NaN;
    expect(await make(studio)).toBe(2);
  });

  test('“make another” takes a new one even if it is kept', async () => {
    const studio = open();
    studio.form.seedLocked.value = true;
    await make(studio);
    void studio.makeAnother();
    expect(engine.job.request.job.segments[0]?.seed).toBe(2);
  });
});

describe('opening files', () => {
  test('the last of two counts, however long the first takes, and the first is let go', async () => {
    const studio = open();
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    const first = slowly(pictureFile('scene.png', 'image/png'));
    const opening = studio.open(first.file, 'first.png');
    await studio.open(pictureFile('scene.jpg', 'image/jpeg'), 'second.jpg');
    first.go();
    await opening;
    expect(studio.form.picture.value?.name).toBe('second.jpg');
    expect(revoked).toHaveBeenCalledTimes(1);
    expect(revoked).not.toHaveBeenCalledWith(studio.form.picture.value?.thumbnailUrl);
  });

  test('a slow file that turns out bad does not speak up after a good one', async () => {
    const studio = open();
    const bad = slowly(new Blob(['no picture'], { type: 'image/png' }));
    const opening = studio.open(bad.file, 'bad.png');
    await studio.open(...json(recordOf()));
    bad.go();
    await opening;
    expect(studio.problem.value).toBeNull();
    expect(studio.form.prompt.value).toBe('a dog');
  });

  test('a new picture lets the old one go, and so does taking it away', async () => {
    const studio = open();
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    await studio.open(pictureFile('scene.png', 'image/png'), 'a.png');
    const a = studio.form.picture.value?.thumbnailUrl;
    await studio.open(pictureFile('scene.png', 'image/png'), 'b.png');
    const b = studio.form.picture.value?.thumbnailUrl;
    studio.removePicture();
    expect(revoked.mock.calls.flat()).toEqual([a, b]);
    expect(studio.form.picture.value).toBeNull();
  });

  test('what is no picture is refused with what works, and the words stay', async () => {
    const studio = open();
    await studio.open(new Blob(['hello'], { type: 'image/png' }), 'note.png');
    expect(studio.problem.value).toMatchObject({ code: 'input/picture-unreadable' });
    expect(studio.problem.value?.message).toMatch(/“note\.png”.*JPEG, PNG, WebP, AVIF and GIF/);
    expect(studio.form.prompt.value).toBe('a cat');
    await studio.open(new Blob(['hello'], { type: 'text/plain' }), 'note.txt');
    expect(studio.problem.value).toBeNull();
    expect(studio.notice.value).toEqual({ id: 'unknown-file', name: 'note.txt' });
  });

  test('nothing is taken after the page was left', async () => {
    const studio = open();
    const late = slowly(pictureFile('scene.png', 'image/png'));
    const opening = studio.open(late.file, 'late.png');
    studio.dispose();
    late.go();
    await opening;
    expect(studio.form.picture.value).toBeNull();
  });
});

describe('restoring a job', () => {
  test('of this model sets everything, the visible mark included, and says so', async () => {
    const studio = open();
    await studio.open(...json(recordOf(jobOf({ steps: 9 }), { visibleLabel: false })));
    expect(studio.form.toJob()).toEqual(jobOf({ steps: 9 }));
    expect(studio.form.visibleLabel.value).toBe(false);
    expect(studio.notice.value).toEqual({ id: 'restored' });
    expect(studio.line.status.value).toBe('restored');
    void studio.generate();
    expect(engine.job.request).toMatchObject({ job: jobOf({ steps: 9 }), visibleLabel: false });
  });

  test('that says nothing of the visible mark leaves the choice alone', async () => {
    const studio = open();
    studio.form.visibleLabel.value = false;
    await studio.open(...json(jobOf()));
    expect(studio.form.visibleLabel.value).toBe(false);
    expect(studio.notice.value).toEqual({ id: 'restored' });
  });

  test('with several segments brings the whole storyboard', async () => {
    const studio = open();
    const [segment] = jobOf().segments;
    const segments = ['a cat', 'it rains', 'it snows'].map((prompt) => ({ ...segment!, prompt }));
    await studio.open(...json(recordOf(jobOf({ segments }))));
    expect(studio.problem.value).toBeNull();
    expect(studio.board.toJob().segments.map(({ prompt }) => prompt)).toEqual([
      'a cat',
      'it rains',
      'it snows',
    ]);
    expect(studio.form.prompt.value).toBe('a cat');
  });

  test('with more segments than a film has is refused and changes nothing', async () => {
    const studio = open();
    studio.setPrompt('kept');
    const [segment] = jobOf().segments;
    await studio.open(...json(recordOf(jobOf({ segments: Array(37).fill(segment) }))));
    expect(studio.problem.value).toMatchObject({
      code: 'input/job',
      message: expect.stringContaining('1 to 36'),
    });
    expect(studio.form.prompt.value).toBe('kept');
  });

  test('of a foreign model sets what can be set and says that it will look different', async () => {
    const studio = open();
    await studio.open(...json(recordOf(jobOf({ model: 'wan-2.2' }))));
    expect(studio.notice.value).toEqual({ id: 'restored-model', made: 'wan-2.2' });
    expect(studio.form.toJob()).toEqual(jobOf());
  });

  test.each([
    [{ version: '0.0.1' }, '0.0.1'],
    [{ hash: 'ff' }, MANIFEST.version],
  ])('of another version of the model (%j) says so', async (changes, made) => {
    const studio = open();
    const { model } = recordOf();
    await studio.open(...json(recordOf(jobOf(), { model: { ...model, ...changes } })));
    expect(studio.notice.value).toEqual({ id: 'restored-version', made, here: MANIFEST.version });
  });

  test.each([
    ['a newer record', { ...recordOf(), kindling: 2 }, /record\.kindling/],
    ['a newer job', recordOf({ ...jobOf(), version: 4 as 3 }), /newer Kindling/],
    ['something else', { hello: 'world' }, /job\.version/],
  ])('%s is refused with the place named', async (_, value, message) => {
    const studio = open();
    await studio.open(...json(value));
    expect(studio.problem.value).toMatchObject({
      code: 'input/job',
      message: expect.stringMatching(message),
    });
    expect(studio.form.prompt.value).toBe('a cat');
  });

  test('that asks for the impossible names the nearest and repairs it with one press', async () => {
    const studio = open();
    await studio.open(...json(recordOf(jobOf({ steps: 1000, aspect: '5:1' }))));
    expect(studio.form.prompt.value).toBe('a dog');
    expect(studio.form.steps.value).toBe(1000);
    expect(studio.notice.value).toBeNull();
    expect(studio.problem.value?.message).toContain(`Nearest: ${limits.steps.max}`);
    studio.form.useLegal(studio.problem.value!);
    await studio.generate();
    expect(studio.problem.value?.message).toContain('Nearest: 21:9');
    studio.form.useLegal(studio.problem.value!);
    void studio.generate();
    expect(engine.job.request.job).toEqual(jobOf({ steps: limits.steps.max, aspect: '21:9' }));
  });

  test('asks for its picture if the file does not bring it, and is content when it comes', async () => {
    const studio = open();
    await studio.open(...json(recordOf(jobOf({}, { prompt: '', picture: { fit: 'letterbox' } }))));
    expect(studio.notice.value).toEqual({ id: 'picture-needed' });
    await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
    expect(studio.notice.value).toBeNull();
    void studio.generate();
    expect(engine.job.request.job.segments[0]).toMatchObject({ prompt: '', picture: { fit: 'letterbox' } });
    expect(engine.job.request.picture).not.toBeNull();
  });

  test('brings its picture; one that the job does not use is let go', async () => {
    const studio = open();
    const picture = Buffer.from(await pictureFile('scene.png').arrayBuffer()).toString('base64');
    await studio.open(...json(recordOf(jobOf({}, { picture: { fit: 'crop' } }), { picture })));
    expect(studio.form.picture.value).toMatchObject({ width: 96, height: 64 });
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    await studio.open(...json(recordOf(jobOf(), { picture })));
    expect(studio.form.picture.value).toBeNull();
    expect(revoked).toHaveBeenCalledTimes(2); // the one that was there, and the one that nobody asked for
  });
});

describe('the graphics processor', () => {
  test('is asked for once, and not by the page itself', async () => {
    const findGpu = vi.fn(async (): Promise<GpuKind> => 'software');
    const studio = open({ ...SUPPORT, findGpu });
    expect(studio.gpu.value).toBeNull();
    expect(findGpu).not.toHaveBeenCalled();
    await Promise.all([studio.findGpu(), studio.findGpu()]);
    expect(studio.gpu.value).toBe('software');
    expect(findGpu).toHaveBeenCalledTimes(1);
  });

  test('is known to be missing at once where there is no WebGPU', () => {
    expect(open({ ...SUPPORT, webgpu: false }).gpu.value).toBe('none');
  });
});

test('leaving the page cancels the clip and lets every object URL go', async () => {
  const made = vi.spyOn(URL, 'createObjectURL');
  const revoked = vi.spyOn(URL, 'revokeObjectURL');
  const studio = open();
  await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
  const first = studio.generate();
  engine.job.finish();
  await first;
  void studio.generate();
  studio.dispose();
  await until(() => engine.job.cancels === 1);
  await settle();
  expect(new Set(revoked.mock.calls.flat())).toEqual(new Set(made.mock.results.map(({ value }) => value)));
});

describe('another model', () => {
  const OTHER = {
    ...MANIFEST,
    id: 'wan',
    name: 'Wan',
    limits: { ...limits, pictures: false, steps: { min: 3, max: 3, default: 3 } },
  };
  /** A shelf that has one model complete. */
  const shelf = (complete = true): ModelShelf =>
    ({
      refresh: async () => {},
      manifestOf: (id: string) => (complete && id === OTHER.id ? OTHER : null),
    }) as Partial<ModelShelf> as ModelShelf;
  const remembering = (): StudioParts['store'] & object => {
    const kept = new Map<string, string>();
    return {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, text) => void kept.set(name, text),
    };
  };

  test('is used with its own settings; the words stay, and it is remembered', async () => {
    const store = remembering();
    const studio = open(SUPPORT, { loadShelf: async () => shelf(), store });
    studio.form.device.value = 'webgpu';
    await studio.chooseModel();
    expect(studio.isChoosingModel.value).toBe(true);
    studio.useModel('wan');
    expect(studio.manifest).toBe(OTHER);
    expect(studio.form.toJob()).toMatchObject({ model: 'wan', steps: 3, segments: [{ prompt: 'a cat' }] });
    expect(studio.form.device.value).toBe('webgpu');
    void studio.generate();
    await until(() => engine.jobs.length > 0);
    expect(engine.job.request.manifest.id).toBe('wan');

    const next = open(SUPPORT, { loadShelf: async () => shelf(), store });
    await next.restoreModel();
    expect(next.manifest).toBe(OTHER);
    next.useModel(MANIFEST.id);
    expect(next.manifest).toBe(MANIFEST);
  });

  test('that is not there any more gives way to the built-in one', async () => {
    const store = remembering();
    store.setItem('kindling.model', 'wan');
    const gone = open(SUPPORT, { loadShelf: async () => shelf(false), store });
    await gone.restoreModel();
    expect(gone.manifest).toBe(MANIFEST);
    const broken = open(SUPPORT, { store });
    await broken.restoreModel(); // what knows the models cannot be loaded
    expect(broken.manifest).toBe(MANIFEST);
  });

  test('is taken for the next clip while one is made, which keeps its own', async () => {
    const studio = open(SUPPORT, { loadShelf: async () => shelf() });
    await studio.chooseModel();
    void studio.generate();
    await until(() => studio.isRunning.value);
    studio.useModel('wan');
    expect(studio.manifest).toBe(OTHER);
    expect(engine.job.request.manifest).toBe(MANIFEST);
  });

  test('cannot be chosen without the list: that is said, and the page goes on', async () => {
    const studio = open();
    await studio.chooseModel();
    expect(studio.isChoosingModel.value).toBe(false);
    expect(studio.problem.value?.message).toContain('not asked for');
  });

  test('a picture that it cannot begin with is refused with the reason', async () => {
    const studio = open(SUPPORT, { loadShelf: async () => shelf() });
    await studio.chooseModel();
    studio.useModel('wan');
    await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
    await studio.generate();
    expect(studio.problem.value?.code).toBe('input/picture-unsupported');
  });
});
