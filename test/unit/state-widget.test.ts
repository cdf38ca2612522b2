// The widget's state: who is let in, what starts work and what does not, what the page is told.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { EmbedJob } from '../../src/protocol/embed-api.ts';
import type { WidgetMessage } from '../../src/protocol/embed-messages.ts';
import { parseWidgetMessage } from '../../src/protocol/embed-replies.ts';
import { DailyCount } from '../../src/state/daily-count.ts';
import { askForStorage, type FrameScope, findStorage } from '../../src/state/frame-storage.ts';
import type { TextStore } from '../../src/state/language.ts';
import { Widget, type WidgetParts } from '../../src/state/widget.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { pictureFile, stubDecoding } from './state-fake-pictures.ts';
import { MANIFEST } from './state-fixtures.ts';

const PARTNER = 'https://partner.example';
const POLICY = {
  version: 1,
  embedders: [PARTNER],
  studioEmbedders: [],
  models: ['seedling'],
  maxSeconds: 3,
  label: 'mandatory',
  clipsPerDay: null,
  visitorPictures: true,
  theme: 'auto',
};

class MapStore implements TextStore {
  readonly kept = new Map<string, string>();
  getItem = (name: string): string | null => this.kept.get(name) ?? null;
  setItem = (name: string, text: string): void => void this.kept.set(name, text);
}

let engine: FakeEngine;
let said: WidgetMessage[];
let probes: number;
const made: Widget[] = [];
beforeEach(() => {
  engine = new FakeEngine();
  said = [];
  probes = 0;
});
afterEach(() => {
  for (const widget of made.splice(0)) widget.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function widgetWith(policy: object = {}, parts: Partial<WidgetParts> = {}): Widget {
  const widget = new Widget({
    engine,
    catalogue: [MANIFEST],
    support: { webgpu: true, missing: [], threads: false, findGpu: async () => 'none' },
    address: { prompt: 'a cat', aspect: '9:16', lang: null, picture: true },
    languages: ['en'],
    surroundings: { own: 'https://kindling.example', ancestors: [PARTNER] },
    storage: { isThirdParty: true, localStorage: new MapStore() },
    loadPolicy: async () => ({ ...POLICY, ...policy }),
    probe: async () => {
      probes++;
      return { webgpu: 'hardware', precision: 'f16', codecs: ['avc1.42E01F'] };
    },
    findStored: async () => [],
    runtimeBytes: 1000,
    drawSeed: () => 42,
    ...parts,
  });
  made.push(widget);
  return widget;
}

/** A widget that has let its page in. */
async function connected(policy: object = {}, parts: Partial<WidgetParts> = {}): Promise<Widget> {
  const widget = widgetWith(policy, parts);
  await widget.admit(PARTNER);
  widget.connect(PARTNER, (message) => said.push(structuredClone(message)));
  return widget;
}

const last = (type: WidgetMessage['type']): WidgetMessage | undefined =>
  said.findLast((message) => message.type === type);
const ask = (widget: Widget, id: number, job: EmbedJob = { prompt: 'a dog' }): void =>
  widget.receive({ type: 'generate', id, job });

describe('who is let in', () => {
  test('a page on the list, which is told what there is and what is allowed', async () => {
    await connected({ clipsPerDay: 2 });
    expect(said[0]).toMatchObject({
      type: 'ready',
      version: 1,
      terms: { models: ['seedling'], maxSeconds: 3, label: 'mandatory', clipsPerDay: 2 },
      capabilities: {
        webgpu: 'unasked',
        precision: null,
        codecs: null,
        storage: 'partitioned',
        model: 'needs-loading',
      },
    });
    const files = Object.values(MANIFEST.files).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(said[0]).toMatchObject({ capabilities: { bytesNeeded: files + 1000 } });
  });

  test('a page that comes when the content has its height already is told it', async () => {
    const widget = widgetWith();
    widget.tellHeight(400); // of the frame that waits for its policy
    await widget.admit(PARTNER);
    widget.tellHeight(640);
    widget.connect(PARTNER, (message) => said.push(message));
    expect(said.filter(({ type }) => type === 'resize')).toMatchObject([{ height: 640 }]);
  });

  test('nobody else, and nobody at all without a policy that can be read', async () => {
    const widget = widgetWith();
    await expect(widget.admit('https://evil.example')).rejects.toMatchObject({ code: 'embed/refused' });
    const around = widgetWith(
      {},
      { surroundings: { own: 'https://k.example', ancestors: ['https://evil.example'] } },
    );
    await expect(around.admit(PARTNER)).rejects.toMatchObject({ code: 'embed/refused' });
    await expect(widgetWith({ embedders: 7 }).admit(PARTNER)).rejects.toMatchObject({ code: 'embed/policy' });
    await expect(widgetWith({ models: ['gone'] }).admit(PARTNER)).rejects.toThrow(
      /none of gone is in the catalogue/,
    );
    const loadPolicy = async () => {
      throw new AppError('embed/policy', 'not there');
    };
    const closed = widgetWith({}, { loadPolicy });
    await expect(closed.admit(PARTNER)).rejects.toThrow('not there');
    await closed.start();
    expect(engine.jobs).toEqual([]);
  });
});

describe('what starts work', () => {
  test('no message of the page, only the visitor’s press', async () => {
    const widget = await connected();
    ask(widget, 1, { prompt: 'a dog', seed: 5, seconds: 2, aspect: '1:1' });
    widget.receive({ type: 'status', id: 2 });
    widget.receive({ type: 'export', id: 3 });
    await settle();
    expect(widget.phase.value).toBe('asked');
    expect([engine.jobs.length, probes]).toEqual([0, 0]);
    expect(last('failed')).toMatchObject({ id: 3, code: 'embed/no-clip' });
    expect(last('status')).toMatchObject({ id: 2, status: { phase: 'asked', clipsLeft: null } });

    const start = widget.start();
    expect(engine.job.request).toMatchObject({
      visibleLabel: true,
      device: 'auto',
      job: { aspect: '1:1', segments: [{ prompt: 'a dog', seed: 5, seconds: 2, picture: null }] },
    });
    engine.job.say({ type: 'progress', phase: 'denoise', done: 1, total: 2, secondsLeft: 3 });
    engine.job.finish();
    await start;
    expect(probes).toBe(1);
    expect(last('progress')).toMatchObject({ id: 1, progress: { secondsLeft: 3 } });
    expect(last('result')).toMatchObject({
      id: 1,
      clip: { labels: { visible: true, metadata: true }, frames: 30 },
    });
    expect(last('capabilities')).toMatchObject({
      capabilities: { webgpu: 'hardware', precision: 'f16', model: 'ready' },
    });
    widget.receive({ type: 'export', id: 4 });
    expect(last('result')).toMatchObject({ id: 4 });
    // All that was said can be read on the other side.
    expect(said.filter((message) => parseWidgetMessage(message) === null)).toEqual([]);
  });

  test('a second order while one waits or runs is refused, and the first stays', async () => {
    const widget = await connected();
    ask(widget, 1);
    ask(widget, 2, { prompt: 'a bus' });
    await settle();
    expect(last('failed')).toMatchObject({ id: 2, code: 'worker/busy' });
    expect(widget.asked.value?.id).toBe(1);
    const start = widget.start();
    ask(widget, 3);
    expect(last('failed')).toMatchObject({ id: 3, code: 'worker/busy' });
    engine.job.finish();
    await start;
    expect(engine.jobs).toHaveLength(1);
  });

  test('a picture of impossible size is refused before a byte of it is read', async () => {
    const widget = await connected();
    const read = vi.spyOn(Blob.prototype, 'slice');
    const picture = new Blob(['x']);
    Object.defineProperty(picture, 'size', { value: 2 ** 31 });
    ask(widget, 1, { prompt: 'a dog', picture });
    await settle();
    expect(last('failed')).toMatchObject({
      id: 1,
      code: 'input/picture-too-large',
      detail: { bytes: 2 ** 31 },
    });
    expect(read).not.toHaveBeenCalled();
  });

  test.each([
    [{ prompt: '' }, 'input/prompt-empty'],
    [{ prompt: 'a', seconds: 4 }, 'input/seconds'],
    [{ prompt: 'a', label: false }, 'embed/label'],
    [{ prompt: 'a', model: 'other' }, 'model/unknown'],
    [{ prompt: 'a', aspect: '100:1' }, 'input/aspect'],
    [{ prompt: 'a', seed: -1 }, 'input/seed'],
  ])('%j is refused with %s', async (job, code) => {
    const widget = await connected();
    ask(widget, 9, job);
    await settle();
    expect(last('failed')).toMatchObject({ id: 9, code });
    expect(widget.phase.value).toBe('poster');
  });

  test('where the deployment allows it, the visible mark may be left out', async () => {
    const widget = await connected({ label: 'optional' });
    ask(widget, 1, { prompt: 'a dog', label: false });
    const start = widget.start();
    expect(engine.job.request.visibleLabel).toBe(false);
    engine.job.finish();
    await start;
    expect(last('result')).toMatchObject({ clip: { labels: { visible: false, metadata: true } } });
  });
});

describe('the visitor', () => {
  test('makes a clip alone: the address’s shape, the longest that is allowed; the page gets it without a call', async () => {
    const widget = await connected();
    widget.setPrompt('a red car');
    const start = widget.start();
    expect(engine.job.request.job).toMatchObject({
      aspect: '9:16',
      segments: [{ prompt: 'a red car', seed: 42, seconds: 3 }],
    });
    engine.job.finish();
    await start;
    expect(last('result')).toMatchObject({ id: null });
  });

  test('declines, cancels, and sees what went wrong; the page is told each', async () => {
    const widget = await connected();
    ask(widget, 1);
    widget.decline();
    expect(last('failed')).toMatchObject({ id: 1, code: 'embed/declined' });
    ask(widget, 2);
    let start = widget.start();
    widget.maker.cancel();
    await start;
    expect(last('cancelled')).toMatchObject({ id: 2 });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    ask(widget, 3);
    start = widget.start();
    engine.job.fail(new AppError('gpu/lost', 'gone', { detail: { adapter: 'x' } }));
    await start;
    expect(last('failed')).toMatchObject({
      id: 3,
      code: 'gpu/lost',
      message: 'gone',
      detail: { adapter: 'x' },
    });
  });

  test('is asked no more for an order that the page has taken back', async () => {
    const widget = await connected();
    ask(widget, 1);
    widget.receive({ type: 'cancel', id: 7 });
    expect(widget.phase.value).toBe('asked');
    widget.receive({ type: 'cancel', id: 1 });
    expect(widget.phase.value).toBe('poster');
    // A clip of the visitor's own is not the page's to stop.
    const start = widget.start();
    widget.receive({ type: 'cancel', id: 1 });
    expect(engine.job.cancels).toBe(0);
    engine.job.finish();
    await start;
  });

  test('makes as many clips in a day as the deployment says', async () => {
    const widget = await connected({ clipsPerDay: 1 });
    const start = widget.start();
    engine.job.finish();
    await start;
    await widget.start();
    expect(engine.jobs).toHaveLength(1);
    expect(widget.problem.value).toMatchObject({ code: 'embed/limit', detail: { most: 1 } });
    ask(widget, 1);
    expect(last('failed')).toMatchObject({ id: 1, code: 'embed/limit' });
  });

  test('keeps a widget that works when the page floods it', async () => {
    const widget = await connected();
    ask(widget, 1);
    widget.disconnect();
    expect([widget.asked.value, widget.host.value, widget.problem.value?.code]).toEqual([
      null,
      null,
      'embed/message',
    ]);
    const before = said.length;
    const start = widget.start();
    engine.job.finish();
    await start;
    expect(widget.phase.value).toBe('done');
    expect(said).toHaveLength(before);
  });
});

describe('a picture of the visitor’s own', () => {
  const SCENE = { width: 96, height: 64 };
  const png = (): File => new File([pictureFile('scene.png')], 'cat.png', { type: 'image/png' });

  test('begins the clip, stays for the next one, and the page gets no more of it than the clip', async () => {
    stubDecoding();
    const widget = await connected();
    widget.setPrompt('');
    const file = png();
    await widget.addPicture(file);
    expect(widget.picture.value).toMatchObject({ name: 'cat.png', width: SCENE.width, height: SCENE.height });
    expect(engine.jobs.length).toBe(0); // it starts nothing
    const making = widget.start();
    await settle();
    expect(engine.job.request).toMatchObject({
      job: { segments: [{ prompt: '', picture: { fit: 'crop' } }] },
      picture: file,
    });
    engine.job.finish();
    await making;
    expect(last('result')).toBeDefined();
    expect(JSON.stringify(said)).not.toContain('cat.png');
    widget.startOver();
    expect(widget.picture.value).not.toBeNull();
    widget.removePicture();
    expect(widget.picture.value).toBeNull();
  });

  test('that cannot be used is refused with a code, and the one before stays', async () => {
    stubDecoding();
    const widget = await connected();
    await widget.addPicture(png());
    const before = widget.picture.value;
    await widget.addPicture(new File([pictureFile('note.txt')], 'note.txt'));
    expect(widget.problem.value?.code).toBe('input/picture-unreadable');
    expect(widget.picture.value).toBe(before);
    await widget.addPicture(new File([pictureFile('one-pixel.png')], 'dot.png'));
    expect(widget.problem.value?.code).toBe('input/picture-too-small');
    await widget.addPicture(png());
    expect(widget.problem.value).toBeNull();
  });

  test('is waited for by a press that comes while it is read; of two the later counts, and none that was put away', async () => {
    stubDecoding();
    const widget = await connected();
    const [first, second] = [png(), png()];
    void widget.addPicture(first);
    void widget.addPicture(second);
    const making = widget.start();
    await vi.waitFor(() => expect(engine.jobs.length).toBe(1));
    expect(engine.job.request.picture).toBe(second);
    widget.maker.cancel();
    await making;
    const late = widget.addPicture(first);
    widget.removePicture();
    await late;
    expect(widget.picture.value).toBeNull();
  });

  test('is waited for by a press that starts nothing which the page asks for meanwhile', async () => {
    stubDecoding();
    const widget = await connected();
    const before = engine.jobs.length;
    void widget.addPicture(png());
    const pressed = widget.start();
    ask(widget, 1, { prompt: 'a dog' });
    await pressed;
    await settle();
    expect(engine.jobs).toHaveLength(before);
    expect(widget.phase.value).toBe('asked');
    void widget.start();
    expect(engine.job.request.job.segments[0]?.prompt).toBe('a dog');
  });

  test.each([
    ['the policy', { visitorPictures: false }, true],
    ['the address', {}, false],
  ] as const)(
    'is neither offered nor taken where %s says no; a job of the page may bring one all the same',
    async (_, policy, picture) => {
      stubDecoding();
      const widget = await connected(policy, {
        address: { prompt: 'a cat', aspect: null, lang: null, picture },
      });
      expect(widget.takesPicture).toBe(false);
      await widget.addPicture(png());
      expect(widget.picture.value).toBeNull();
      ask(widget, 1, { prompt: 'a dog', picture: png() });
      await vi.waitFor(() => expect(widget.asked.value?.picture).toMatchObject({ width: SCENE.width }));
    },
  );
});

describe('the count of the day', () => {
  test('begins anew each day, survives a reload, and counts on where nothing can be kept', () => {
    let now = new Date(2026, 0, 31, 23, 59);
    const store = new MapStore();
    const count = new DailyCount(store, () => now);
    count.add();
    count.add();
    expect(new DailyCount(store, () => now).today()).toBe(2);
    now = new Date(2026, 1, 1, 0, 1);
    expect(count.today()).toBe(0);
    const nowhere = new DailyCount(null, () => now);
    nowhere.add();
    expect(nowhere.today()).toBe(1);
    store.setItem('kindling.embed.today', '2026-02-01 many');
    expect(count.today()).toBe(0);
  });

  test('does not shrink by moving to another store', () => {
    const count = new DailyCount(new MapStore());
    count.add();
    count.useStore(new MapStore());
    expect(count.today()).toBe(1);
  });
});

describe('what a frame can keep', () => {
  const scope = (change: Partial<FrameScope> = {}): FrameScope => ({
    isThirdParty: true,
    localStorage: new MapStore(),
    ...change,
  });
  const closed: FrameScope = {
    isThirdParty: true,
    get localStorage(): TextStore {
      throw new DOMException('closed', 'SecurityError');
    },
  };

  test('is found without writing anything', () => {
    const store = new MapStore();
    const write = vi.spyOn(store, 'setItem');
    expect(findStorage(scope({ localStorage: store })).kind).toBe('partitioned');
    expect(findStorage(scope({ isThirdParty: false })).kind).toBe('first-party');
    expect(findStorage(scope({ credentialless: true })).kind).toBe('credentialless');
    expect(findStorage(closed)).toEqual({ kind: 'blocked', store: null, canAsk: false });
    expect(write).not.toHaveBeenCalled();
  });

  test('may become the visitor’s own, if visitor and browser agree', async () => {
    const own = new MapStore();
    const requestStorage = async () => ({ localStorage: own, estimate: async () => ({ usage: 5e9 }) });
    expect(await askForStorage(scope({ requestStorage }))).toEqual({
      store: own,
      usedBytes: 5e9,
      directory: null,
    });
    const no = async () => {
      throw new DOMException('no', 'NotAllowedError');
    };
    expect(await askForStorage(scope({ requestStorage: no }))).toBeNull();
    expect(await askForStorage(scope())).toBeNull();

    const widget = await connected({}, { storage: scope({ requestStorage }) });
    await widget.useOwnStorage();
    expect([widget.storage.value.kind, widget.ownBytes.value]).toEqual(['unpartitioned', 5e9]);
    expect(last('capabilities')).toMatchObject({ capabilities: { storage: 'unpartitioned' } });

    // Downloads that the deployment offers can be used then, and only those.
    const root = {} as Parameters<WidgetParts['findStored']>[0];
    const withFiles = async () => ({ localStorage: own, getDirectory: async () => root });
    const download = (id: string) => ({
      ...MANIFEST,
      id,
      files: Object.fromEntries(
        Object.entries(MANIFEST.files).map(([part, file]) => [part, { ...file, stored: 'key' }]),
      ) as unknown as typeof MANIFEST.files,
    });
    const findStored = async () => [download('large'), download('other')];
    const large = await connected(
      { models: ['seedling', 'large'] },
      { storage: scope({ requestStorage: withFiles }), findStored },
    );
    expect(large.terms?.models).toEqual(['seedling', 'large']);
    expect(large.capabilities.value.models).toEqual(['seedling']);
    await large.useOwnStorage();
    expect(last('capabilities')).toMatchObject({ capabilities: { models: ['seedling', 'large'] } });
    large.chooseModel('other');
    expect(large.model.value).toBeNull();
    large.chooseModel('large');
    expect(large.bytesNeeded).toBe(1000);
    const start = large.start();
    expect(engine.job.request.manifest.id).toBe('large');
    engine.job.finish();
    await start;

    const refused = await connected({}, { storage: scope({ requestStorage: no }) });
    await refused.useOwnStorage();
    expect(refused.storage.value).toMatchObject({ kind: 'partitioned', canAsk: false });
  });
});
