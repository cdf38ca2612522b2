import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { memoryQueueFiles, type QueueFiles } from '../../src/films/queue-files.ts';
import { parseQueuedJob, queuedJobText } from '../../src/protocol/queued-job.ts';
import { parseTabMessage } from '../../src/protocol/tab-messages.ts';
import { JobQueue } from '../../src/state/job-queue.ts';
import { Studio } from '../../src/state/studio.ts';
import { takeRefusal } from '../../src/state/takes.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { stubDecoding } from './state-fake-pictures.ts';
import { FakeBrowser } from './state-fake-tabs.ts';
import { request, studioParts, until } from './state-fixtures.ts';

/** One page in one tab. */
interface Tab {
  readonly studio: Studio;
  readonly queue: JobQueue;
  readonly engine: FakeEngine;
  die(): void;
}

let browser: FakeBrowser;
let files: QueueFiles;
let clock = 0;
/** By which the clock goes on whenever somebody looks at it, ms. */
let tick = 0;
const open: Tab[] = [];

beforeEach(() => {
  browser = new FakeBrowser();
  files = memoryQueueFiles();
  clock = 1000;
  tick = 1000;
  stubDecoding();
  vi.spyOn(console, 'error').mockImplementation(() => {}); // jobs that fail are written there
});
afterEach(() => {
  for (const { studio } of open.splice(0)) studio.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function openQueue(studio: Studio, tabs = browser.open()): Promise<JobQueue> {
  const queue = new JobQueue(studio, { files, tabs, now: () => (clock += tick) });
  await queue.open();
  studio.queue.value = queue;
  return queue;
}

async function openTab(): Promise<Tab> {
  const engine = new FakeEngine();
  const tabs = browser.open();
  const studio = new Studio({ ...studioParts(engine) });
  const queue = await openQueue(studio, tabs);
  const tab = { studio, queue, engine, die: () => tabs.die() };
  open.push(tab);
  return tab;
}

const titles = ({ queue }: Tab): readonly string[] =>
  queue.jobs.value.map(({ job }) => job.segments[0]!.prompt);

/** Types words and presses the button. */
async function ask({ studio, queue }: Tab, ...prompts: readonly string[]): Promise<void> {
  for (const prompt of prompts) {
    const before = queue.jobs.value.length;
    studio.form.prompt.value = prompt;
    const isFirst = !queue.isTaken.value;
    void studio.generate();
    await until(() => (isFirst ? studio.isRunning.value : queue.jobs.value.length === before + 1));
  }
}

const making = ({ engine }: Tab): string => engine.job.request.job.segments[0]!.prompt;

describe('while a job runs', () => {
  test('what is asked for waits in order, and each starts when the one before it is over', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a dog', 'a tree');
    expect(titles(tab)).toEqual(['a dog', 'a tree']);
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 2);
    expect(making(tab)).toBe('a dog');
    expect(titles(tab)).toEqual(['a tree']);
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 3);
    tab.engine.job.finish();
    await until(() => !tab.queue.isTaken.value);
    expect(making(tab)).toBe('a tree');
    expect(await files.list()).toEqual([]);
    expect(tab.studio.maker.shelf.clips.value).toHaveLength(3);
  });

  test('the same words again get another seed, so that they give another clip', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a cat');
    const [first, second] = [tab.engine.job.request.job, tab.queue.jobs.value[0]!.job];
    expect(second.segments[0]!.seed).not.toBe(first.segments[0]!.seed);
  });

  test('a second press in the same moment asks for nothing more', async () => {
    const tab = await openTab();
    tick = 1;
    await ask(tab, 'a cat');
    await tab.studio.generate();
    expect(titles(tab)).toEqual([]);
    tick = 1000;
    await tab.studio.generate();
    expect(titles(tab)).toEqual(['a cat']);
  });

  test('jobs are moved, taken out, and kept as they stand', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a', 'b', 'c');
    const id = (at: number): string => tab.queue.jobs.value[at]!.id;
    await tab.queue.move(id(2), -2);
    expect(titles(tab)).toEqual(['c', 'a', 'b']);
    await tab.queue.move(id(0), -1); // it is the first
    await tab.queue.move(id(1), 1);
    expect(titles(tab)).toEqual(['c', 'b', 'a']);
    await tab.queue.remove(id(1));
    expect(titles(tab)).toEqual(['c', 'a']);
    expect((await files.list()).map(({ job }) => job.segments[0]!.prompt)).toEqual(['a cat', 'c', 'a']);
  });

  test('a pause lets the job at work end and starts no other until somebody goes on', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a dog');
    tab.queue.pauseNow();
    tab.engine.job.finish();
    await until(() => !tab.queue.isTaken.value);
    await settle();
    expect(tab.engine.jobs).toHaveLength(1);
    expect(titles(tab)).toEqual(['a dog']);
    void tab.queue.goOn();
    await until(() => tab.engine.jobs.length === 2);
  });

  test('a cancelled job leaves the queue and the next one starts', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a dog');
    tab.studio.cancel();
    await until(() => tab.engine.jobs.length === 2);
    expect(making(tab)).toBe('a dog');
    expect(titles(tab)).toEqual([]);
  });

  test('a picture and everything else that was set comes with the job', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat');
    const picture = new Blob(['pixels']);
    const { form } = tab.studio;
    form.picture.value = { file: picture, name: 'a', width: 64, height: 64, thumbnailUrl: 'blob:a' };
    form.device.value = 'wasm';
    form.visibleLabel.value = false;
    await ask(tab, 'a dog');
    form.picture.value = null;
    form.device.value = 'auto';
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 2);
    expect(tab.engine.job.request).toMatchObject({ device: 'wasm', visibleLabel: false, keep: true });
    expect(await tab.engine.job.request.picture!.text()).toBe('pixels');
  });
});

test('what the studio makes past the queue is waited for, and nothing that waits is lost', async () => {
  const tab = await openTab();
  await ask(tab, 'a cat', 'a dog', 'a bird');
  tab.queue.pauseNow();
  tab.engine.job.finish();
  await until(() => !tab.queue.isTaken.value);
  const past = tab.studio.make(request('a fish'), []);
  expect(await tab.studio.make(request('a fox'), [])).toMatchObject({ code: 'worker/busy' });
  void tab.queue.goOn();
  await settle();
  expect(titles(tab)).toEqual(['a dog', 'a bird']);
  tab.engine.job.finish();
  await past;
  await until(() => tab.engine.jobs.length === 3);
  expect(tab.engine.job.request.job.segments[0]?.prompt).toBe('a dog');
  expect(titles(tab)).toEqual(['a bird']);
});

test('a job that was begun before the queue was there counts as the first', async () => {
  const tab = await openTab();
  tab.studio.queue.value = null;
  tab.queue.dispose();
  void tab.studio.generate(); // without words
  tab.studio.form.prompt.value = 'a cat';
  void tab.studio.generate();
  await until(() => tab.studio.isRunning.value);
  const late = { ...tab, queue: await openQueue(tab.studio) };
  const other = await openTab();
  await until(() => other.queue.elsewhere.value?.title === 'a cat');
  await ask(late, 'a dog');
  expect(titles(late)).toEqual(['a dog']);
  tab.engine.job.finish();
  await until(() => tab.engine.jobs.length === 2);
  expect(making(tab)).toBe('a dog');
});

describe('a failure', () => {
  const failure = new AppError('gpu/lost', 'The graphics card went away.');

  test('pauses the queue and says so; going on tries it again, and nothing else is lost', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a dog', 'a tree');
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 2);
    tab.engine.job.fail(failure);
    await until(() => tab.queue.pause.value === 'failed');
    expect(titles(tab)).toEqual(['a dog', 'a tree']);
    expect([...tab.queue.problems.value.values()]).toEqual([failure]);
    const { seed } = tab.queue.jobs.value[0]!.job.segments[0]!;
    void tab.studio.tryAgain(failure, 'wasm');
    await until(() => tab.engine.jobs.length === 3);
    expect(making(tab)).toBe('a dog');
    expect(tab.engine.job.request).toMatchObject({ device: 'wasm', job: { segments: [{ seed }] } });
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 4);
    expect(tab.engine.job.request.device).toBe('auto');
    expect(tab.queue.problems.value.size).toBe(0);
  });

  test('of a job that did not wait keeps it first in the queue if others wait', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat', 'a dog');
    tab.engine.job.fail(failure);
    await until(() => tab.queue.pause.value === 'failed');
    expect(titles(tab)).toEqual(['a cat', 'a dog']);
    await tab.queue.remove(tab.queue.jobs.value[0]!.id);
    void tab.queue.goOn();
    await until(() => tab.engine.jobs.length === 2);
    expect(making(tab)).toBe('a dog');
  });

  test('of a single job is tried again as it was asked for, whatever the form says by then', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat');
    tab.engine.job.fail(failure);
    await until(() => !tab.queue.isTaken.value);
    tab.studio.form.prompt.value = 'a half-written';
    void tab.studio.tryAgain(failure);
    await until(() => tab.engine.jobs.length === 2);
    expect(tab.engine.job.request.job).toEqual(tab.engine.jobs[0]!.request.job);
  });
});

describe('after a reload', () => {
  test('the queue stands as it was, the job at work first, and nothing starts unasked', async () => {
    const before = await openTab();
    await ask(before, 'a cat', 'a dog', 'a tree');
    before.die();
    const after = await openTab();
    expect(after.queue.pause.value).toBe('restored');
    expect(titles(after)).toEqual(['a cat', 'a dog', 'a tree']);
    await settle();
    expect(after.engine.jobs).toHaveLength(0);
    void after.queue.goOn();
    await until(() => after.engine.jobs.length === 1);
    expect(after.engine.job.request).toEqual(before.engine.job.request);
  });

  test('a storyboard of the queue that is made after a reload is known to be made: takes can be made of it', async () => {
    const tab = await openTab();
    await ask(tab, 'a cat');
    const words = (studio: Studio): void => {
      studio.form.prompt.value = 'a dog';
      studio.board.add();
      studio.form.prompt.value = 'it barks';
    };
    words(tab.studio);
    void tab.studio.generate();
    await until(() => titles(tab).length === 1);
    const board = tab.studio.board.toJob();
    tab.engine.job.finish();
    await until(() => tab.engine.jobs.length === 2);
    tab.die();
    const later = await openTab();
    later.studio.form.load(board, null, true);
    later.studio.board.load(board);
    void later.queue.goOn();
    await until(() => later.engine.jobs.length === 1);
    later.engine.job.finish();
    await until(() => !later.queue.isTaken.value);
    expect(later.studio.board.states.value).toEqual(['made', 'made']);
    expect(takeRefusal(later.studio.board)).toBeNull();
    later.studio.form.prompt.value = 'a dog sleeps';
    expect(later.studio.board.states.value).toEqual(['outdated', 'based']);
  });

  test('the beginning of a storyboard is made again as that, and no film is kept of it', async () => {
    const { job } = request('a whale');
    const facts = { modelName: 'Seedling', device: 'auto', visibleLabel: true } as const;
    await files.add({ id: '1', job, ...facts, board: 'b1', isPart: true }, null);
    const tab = await openTab();
    const keep = vi.spyOn(tab.studio.gallery, 'keep');
    void tab.queue.goOn();
    await until(() => tab.engine.jobs.length === 1);
    expect(tab.engine.job.request.board).toBe('b1');
    tab.engine.job.finish();
    await until(() => !tab.queue.isTaken.value);
    expect(keep).not.toHaveBeenCalled();
  });

  test('a job whose form has moved on while it was made is not lost', async () => {
    const before = await openTab();
    await ask(before, 'a cat');
    expect(await files.list()).toEqual([]); // the form still has it
    before.studio.form.prompt.value = 'a dog';
    await until(() => before.queue.current.value !== null);
    before.die();
    expect(titles(await openTab())).toEqual(['a cat']);
  });

  test('a new clip is made at once, and what waits goes on waiting', async () => {
    const before = await openTab();
    await ask(before, 'a cat', 'a dog');
    before.die();
    const after = await openTab();
    await ask(after, 'a tree');
    after.engine.job.finish();
    await until(() => !after.queue.isTaken.value);
    expect(after.engine.jobs).toHaveLength(1);
    expect(titles(after)).toEqual(['a cat', 'a dog']);
  });

  test('a job of a model that has been deleted says so and does not hold up the others', async () => {
    const { job } = request('a whale');
    const gone = { ...job, model: 'wan' };
    const facts = { device: 'auto', visibleLabel: true, isPart: false } as const;
    await files.add({ id: '1', job: gone, modelName: 'Wan 2.2', ...facts }, null);
    await files.add({ id: '2', job: { ...job, steps: -1 }, modelName: 'Seedling', ...facts }, null);
    await files.add({ id: '3', job, modelName: 'Seedling', ...facts }, null);
    const tab = await openTab();
    await until(() => tab.queue.problems.value.has('1'));
    void tab.queue.goOn();
    await until(() => tab.engine.jobs.length === 1);
    expect(tab.engine.job.request.job).toEqual(job);
    tab.engine.job.finish();
    await until(() => !tab.queue.isTaken.value);
    expect(tab.queue.jobs.value.map(({ id }) => id)).toEqual(['1', '2']);
    expect(tab.queue.problems.value.get('2')?.code).toBe('input/steps');
  });
});

describe('two tabs', () => {
  test('while one has borrowed the engine, what is asked for in either waits and is made afterwards', async () => {
    const first = await openTab();
    const second = await openTab();
    let giveBack = (): void => {};
    const borrowed = first.studio.borrowEngine(() => new Promise((resolve) => (giveBack = resolve)));
    await until(() => first.queue.isTaken.value);
    expect(await first.studio.borrowEngine(async () => {})).toBe(false);
    second.studio.form.prompt.value = 'a dog';
    void second.studio.generate();
    await until(() => titles(second).length === 1);
    expect(second.engine.jobs).toHaveLength(0);
    giveBack();
    expect(await borrowed).toBe(true);
    await until(() => second.engine.jobs.length === 1);
    expect(await first.studio.borrowEngine(async () => {})).toBe(false);
    second.engine.job.finish();
    await until(() => !first.queue.isTaken.value);
  });

  test('the second shows what the first makes, adds to the same queue, and starts no engine', async () => {
    const first = await openTab();
    await ask(first, 'a cat');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    first.engine.job.say({ type: 'segment', index: 0, count: 1, made: false });
    second.studio.form.prompt.value = 'a dog';
    void second.studio.generate();
    await until(() => titles(first).length === 1 && titles(second).length === 1);
    expect(second.engine.jobs).toHaveLength(0);
    first.engine.job.finish();
    await until(() => first.engine.jobs.length === 2);
    await until(() => second.queue.elsewhere.value?.title === 'a dog' && titles(second).length === 0);
    first.engine.job.finish();
    await until(() => !second.queue.isTaken.value);
    expect(second.queue.elsewhere.value).toBeNull();
  });

  test('the one that asked knows what the other one has made of its board', async () => {
    const first = await openTab();
    await ask(first, 'a cat');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    const { board, form } = second.studio;
    form.prompt.value = 'a dog';
    board.add();
    form.prompt.value = 'it barks';
    void second.studio.generate();
    await until(() => titles(first).length === 1);
    form.prompt.value = 'it sleeps'; // while it waits
    first.engine.job.finish();
    await until(() => first.engine.jobs.length === 2);
    first.engine.job.finish();
    await until(() => board.states.value[0] === 'made');
    expect(board.states.value).toEqual(['made', 'outdated']);
    form.prompt.value = 'it barks';
    expect(board.states.value).toEqual(['made', 'made']);
    expect(takeRefusal(board)).toBeNull();
  });

  test('what a tab was at disappears with the tab, and what was asked for in the other one is made there', async () => {
    const first = await openTab();
    await ask(first, 'a cat');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    second.studio.form.prompt.value = 'a dog';
    void second.studio.generate();
    await until(() => titles(second).includes('a dog'));
    first.die();
    await until(() => second.engine.jobs.length === 1);
    expect(second.queue.elsewhere.value).toBeNull();
  });

  test('a tab that asked for nothing starts nothing when the other one dies', async () => {
    const first = await openTab();
    await ask(first, 'a cat', 'a dog');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    first.die();
    await until(() => second.queue.elsewhere.value === null && second.queue.pause.value === 'restored');
    expect(titles(second)).toEqual(['a cat', 'a dog']);
    expect(second.engine.jobs).toHaveLength(0);
  });

  test('a failure in one pauses the queue in both', async () => {
    const first = await openTab();
    await ask(first, 'a cat');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    second.studio.form.prompt.value = 'a dog';
    void second.studio.generate();
    await until(() => titles(first).length === 1);
    first.engine.job.fail(new AppError('gpu/lost', 'The graphics card went away.'));
    await until(() => first.queue.pause.value === 'failed' && second.queue.pause.value === 'asked');
    await settle();
    expect(titles(second)).toEqual(['a cat', 'a dog']);
    expect(second.engine.jobs).toHaveLength(0);
  });

  test('the queue is paused and gone on with from either', async () => {
    const first = await openTab();
    await ask(first, 'a cat', 'a dog');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    second.queue.pauseNow();
    await until(() => first.queue.pause.value === 'asked' && second.queue.elsewhere.value?.paused === true);
    void second.queue.goOn();
    await until(() => first.queue.pause.value === null && second.queue.elsewhere.value?.paused === false);
  });

  test('what one tab makes another can stop, and what waits goes on', async () => {
    const first = await openTab();
    await ask(first, 'a cat', 'a dog');
    const second = await openTab();
    await until(() => second.queue.elsewhere.value?.title === 'a cat');
    second.queue.cancelElsewhere();
    await until(() => second.queue.elsewhere.value?.title === 'a dog');
    expect(first.engine.jobs.map(({ cancels }) => cancels)).toEqual([1, 0]);
    first.queue.cancelElsewhere(); // none is made elsewhere
    await settle();
    expect(second.queue.elsewhere.value?.title).toBe('a dog');
  });
});

describe('what is read from outside', () => {
  test('a kept job comes back as it was written, and anything else is refused', () => {
    const { job } = request();
    const facts = { device: 'wasm', visibleLabel: false, board: 'b1', isPart: true } as const;
    const queued = { id: '7', job, modelName: 'Seedling', ...facts };
    const written = JSON.parse(queuedJobText(queued)) as Record<string, unknown>;
    expect(parseQueuedJob('7', written)).toEqual(queued);
    for (const wrong of [
      null,
      'job',
      { ...written, version: 2 },
      { ...written, job: {} },
      { ...written, device: 'x' },
    ])
      expect(() => parseQueuedJob('7', wrong)).toThrow(AppError);
  });

  test('messages of another version are nobody’s', () => {
    const making = { job: null, title: 'a cat', index: 0, count: 2, fraction: 0.5, paused: false };
    expect(parseTabMessage({ type: 'making', making })).toEqual({ type: 'making', making });
    for (const wrong of [
      7,
      {},
      { type: 'other' },
      { type: 'making' },
      { type: 'making', making: { ...making, fraction: 2 } },
    ])
      expect(parseTabMessage(wrong)).toBeNull();
  });
});
