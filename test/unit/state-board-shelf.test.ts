import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Device } from '../../src/client/device.ts';
import { openBoardFiles } from '../../src/films/board-files.ts';
import { openBoardSegments } from '../../src/films/board-segments.ts';
import { openSegmentFiles, trimSegments } from '../../src/films/segment-files.ts';
import { type PictureKeeper, stateOf } from '../../src/state/board-keeper.ts';
import type { BoardShelf } from '../../src/state/board-shelf.ts';
import { KeptStorage } from '../../src/state/kept-storage.ts';
import { Studio } from '../../src/state/studio.ts';
import { memoryFolders } from './memory-folders.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { pictureFile, stubDecoding } from './state-fake-pictures.ts';
import { studioParts, textStore, until } from './state-fixtures.ts';

let disk: ReturnType<typeof memoryFolders>;
let notes: Map<string, string>;
let engine: FakeEngine;
const studios: Studio[] = [];

const openFiles = () => openBoardFiles(disk);
const pictures: PictureKeeper = {
  keep: async (file, board) => (await openFiles())?.keepPicture(board, file),
  kept: async (board) => (await (await openFiles())?.picture(board)) ?? null,
};

/** A visit to the page: what earlier ones left is there. */
async function visit(openBoards: typeof openFiles = openFiles, isFirst = true): Promise<Studio> {
  const studio = new Studio({
    ...studioParts(engine, studios.length * 1000),
    store: textStore(notes),
    pictures,
    openBoards,
    holdBoard: async () => isFirst,
  });
  studios.push(studio);
  await studio.restoreBoard();
  return studio;
}

function castle(studio: Studio): void {
  const { board, form } = studio;
  form.prompt.value = 'a castle';
  board.add();
  form.prompt.value = 'the sun sets';
  board.add();
  form.prompt.value = 'fog rises';
}

const prompts = ({ board }: Studio): readonly string[] => board.segments.value.map(({ prompt }) => prompt);
const titles = (shelf: BoardShelf): readonly string[] => shelf.others.value.map(({ title }) => title);

beforeEach(() => {
  disk = memoryFolders();
  notes = new Map();
  engine = new FakeEngine();
  stubDecoding();
});
afterEach(() => {
  for (const studio of studios.splice(0)) studio.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('with one board nothing is fetched or written beside it', async () => {
  const studio = await visit();
  castle(studio);
  expect(studio.boards.value).toBeNull();
  expect(await (await openFiles())?.list()).toEqual([]);
});

test('another board is begun, and each comes back as it was, picture included', async () => {
  const studio = await visit();
  castle(studio);
  const photo = pictureFile('scene.jpg', 'image/jpeg');
  await studio.open(photo, 'scene.jpg');
  studio.form.aspect.value = '1:1';
  studio.board.markMade(
    studio.board.toJob(),
    photo,
    studio.board.segments.value.map(({ id }) => id),
  );
  studio.board.select(1);
  const first = stateOf(studio);
  const shelf = await studio.askForBoards();
  await shelf.begin();
  expect(prompts(studio)).toEqual(['']);
  expect(studio.form.picture.value).toBeNull();
  expect(shelf.others.value).toMatchObject([{ title: 'a castle', segments: 3, seconds: 15 }]);

  studio.form.prompt.value = 'a cat';
  studio.board.add();
  const { id } = shelf.others.value[0]!;
  await shelf.open(id);
  expect({ ...stateOf(studio), picture: null }).toEqual({ ...first, picture: null });
  expect(await studio.form.picture.value?.file.arrayBuffer()).toEqual(await photo.arrayBuffer());
  expect(studio.board.states.value).toEqual(['made', 'made', 'made']);
  expect(titles(shelf)).toEqual(['a cat']);
  expect(shelf.problem.value).toBeNull();
});

test('the other boards are there after a reload, and the page shows the one it showed', async () => {
  const studio = await visit();
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.rename(studio.mark.value.id, ' My castle ');
  await shelf.begin();
  studio.form.prompt.value = 'a dog';
  studio.board.add();
  studio.dispose();

  const later = await visit();
  expect(prompts(later)).toEqual(['', '']);
  expect(later.form.scene.value).toBe('a dog');
  const others = later.boards.value!;
  expect(titles(others)).toEqual(['My castle']);
  await others.open(others.others.value[0]!.id);
  expect(prompts(later)).toEqual(['', 'the sun sets', 'fog rises']);
  later.dispose();

  expect(prompts(await visit())).toEqual(['', 'the sun sets', 'fog rises']);
});

test('a branch has the segments up to the selected one, still made, and the old board stays as it is', async () => {
  const studio = await visit();
  castle(studio);
  await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
  const job = studio.board.toJob();
  const file = studio.form.picture.value!.file;
  studio.board.markMade(
    job,
    file,
    studio.board.segments.value.map(({ id }) => id),
  );
  studio.board.select(1);
  const old = studio.mark.value.id;
  const names = studio.board.identities.value.slice(0, 2);
  const shelf = await studio.askForBoards();
  await shelf.branch();
  expect(studio.board.toJob()).toEqual({ ...job, segments: job.segments.slice(0, 2) });
  expect(studio.board.identities.value).toEqual(names);
  expect(studio.board.states.value).toEqual(['made', 'made']);
  expect(studio.board.canUndo.value).toBe(false);
  expect(shelf.title).toBe('a castle (2)');
  studio.form.prompt.value = 'it rains';
  await shelf.branch();
  expect(shelf.title).toBe('a castle (3)');
  expect(titles(shelf).toSorted()).toEqual(['a castle', 'a castle (2)']);

  await shelf.open(old);
  expect(studio.board.toJob()).toEqual(job);
  expect(await studio.form.picture.value?.file.arrayBuffer()).toEqual(await file.arrayBuffer());
  const second = shelf.others.value.find(({ title }) => title === 'a castle (2)')!;
  await shelf.open(second.id);
  expect(prompts(studio)).toEqual(['', 'it rains']);
  expect(studio.form.picture.value).not.toBeNull();
});

test('a board with an empty number field is not lost', async () => {
  const studio = await visit();
  castle(studio);
  studio.form.seed.value = Number.NaN;
  studio.dispose();
  expect(prompts(await visit())).toEqual(['', 'the sun sets', 'fog rises']);
});

test('a board with one segment stays over a reload once it is a board of its own', async () => {
  const studio = await visit();
  castle(studio);
  studio.board.select(0);
  await (await studio.askForBoards()).branch();
  studio.dispose();
  const later = await visit();
  expect(prompts(later)).toEqual(['']);
  expect(later.form.scene.value).toBe('a castle');
});

test('is deleted alone, its picture with it; in place of the one on the page an empty one is begun', async () => {
  const studio = await visit();
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.branch();
  const [old] = shelf.others.value;
  await shelf.remove(old!.id);
  expect(shelf.others.value).toEqual([]);
  expect(prompts(studio)).toHaveLength(3);
  await shelf.remove(studio.mark.value.id);
  expect(prompts(studio)).toEqual(['']);
  expect(await (await openFiles())?.list()).toEqual([]);
  await settle();
  studio.dispose();
  expect(prompts(await visit())).toEqual(['']);
});

describe('what an earlier visit left', () => {
  const leave = async (change: (board: Record<string, unknown>) => void): Promise<void> => {
    const studio = await visit();
    castle(studio);
    await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
    await settle();
    studio.dispose();
    const board = JSON.parse(notes.get('kindling.board')!) as Record<string, unknown>;
    change(board);
    notes.set('kindling.board', JSON.stringify(board));
  };

  test('in a version with one board only is shown with its picture, and put away like any other', async () => {
    await leave((board) => {
      for (const name of ['id', 'name', 'isKept']) delete board[name];
    });
    const [kept] = await disk.names('boards');
    const picture = await (await openFiles())!.picture(kept!);
    await disk.reset('boards');
    await (await openSegmentFiles(disk))!.write('board', 'picture', picture!);
    const studio = await visit();
    expect(prompts(studio)).toEqual(['', 'the sun sets', 'fog rises']);
    expect(await studio.form.picture.value?.file.arrayBuffer()).toEqual(await picture!.arrayBuffer());
    const shelf = await studio.askForBoards();
    await shelf.begin();
    await shelf.open(shelf.others.value[0]!.id);
    expect(prompts(studio)).toEqual(['', 'the sun sets', 'fog rises']);
    expect(studio.form.picture.value).not.toBeNull();
  });

  test('of a model that is not here is put with the others instead of being written over', async () => {
    await leave((board) => {
      board.job = { ...(board.job as object), model: 'wan' };
    });
    const studio = await visit();
    expect(prompts(studio)).toEqual(['']);
    const shelf = studio.boards.value!;
    expect(titles(shelf)).toEqual(['a castle']);
    await shelf.open(shelf.others.value[0]!.id);
    expect(studio.notice.value).toEqual({ id: 'restored-model', made: 'wan' });
    expect(studio.form.picture.value).not.toBeNull();
  });

  test('is put away as well if somebody has begun to type already', async () => {
    await leave(() => {});
    const studio = new Studio({
      ...studioParts(engine),
      store: textStore(notes),
      pictures,
      openBoards: openFiles,
    });
    studios.push(studio);
    studio.form.prompt.value = 'a quick cat';
    await studio.restoreBoard();
    studio.board.add();
    expect(titles(studio.boards.value!)).toEqual(['a castle']);
  });
});

test('nothing takes the place of a board that cannot be kept', async () => {
  const full = async () => {
    const files = await openFiles();
    const keep = () => Promise.reject(Object.assign(new Error('full'), { name: 'QuotaExceededError' }));
    return files && { ...files, keep };
  };
  const studio = await visit(full);
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.begin();
  expect(prompts(studio)).toHaveLength(3);
  expect(shelf.problem.value).not.toBeNull();
  await shelf.branch();
  expect(prompts(studio)).toHaveLength(3);
});

test('in a window that keeps nothing there is one board, and that is said', async () => {
  const studio = await visit(async () => null);
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.begin();
  expect(shelf.problem.value?.code).toBe('storage/memory-only');
  expect(prompts(studio)).toHaveLength(3);
});

test('two tabs keep a board each: the first one’s comes back by itself, the other’s is found in the list', async () => {
  const first = await visit();
  castle(first);
  const second = await visit(openFiles, false);
  expect(prompts(second)).toEqual(['']);
  second.form.prompt.value = 'a dog';
  second.board.add();
  second.form.prompt.value = 'it barks';
  first.form.prompt.value = 'fog rises slowly';
  second.form.prompt.value = 'it barks loudly';
  expect(second.mark.value.id).not.toBe(first.mark.value.id);
  await until(() => notes.get('kindling.boards') === 'some');
  await settle();
  first.dispose();
  second.dispose();

  const later = await visit();
  expect(prompts(later)).toEqual(['', 'the sun sets', 'fog rises slowly']);
  const shelf = await later.askForBoards();
  expect(titles(shelf)).toEqual(['a dog']);
  await shelf.open(shelf.others.value[0]!.id);
  expect(prompts(later)).toEqual(['', 'it barks loudly']);
});

test('a board of the second tab that is given up is not kept', async () => {
  const second = await visit(openFiles, false);
  castle(second);
  await until(() => notes.get('kindling.boards') === 'some');
  second.board.select(0);
  second.board.startOver();
  await settle();
  expect(await (await openFiles())?.list()).toEqual([]);
});

test('while a job runs the board of the page stays', async () => {
  const studio = await visit();
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.branch();
  const before = prompts(studio);
  void studio.generate();
  await shelf.begin();
  await shelf.open(shelf.others.value[0]!.id);
  await shelf.branch();
  await shelf.remove(studio.mark.value.id);
  expect(prompts(studio)).toEqual(before);
  expect(engine.job.request.board).toBe(studio.mark.value.id);
  const file = [new Blob([JSON.stringify(studio.board.toJob())]), 'board.json'] as const;
  expect(await studio.open(...file)).toBe(false);
  expect(studio.problem.value).toMatchObject({
    code: 'worker/busy',
    message: expect.stringContaining('cancel it first'),
  });
  expect(prompts(studio)).toEqual(before);
  engine.job.finish();
  await until(() => !studio.isRunning.value);
  expect(await studio.open(...file)).toBe(true);
});

test('when room is made, the segments of boards go last, and those of a deleted board like any others', async () => {
  const segments = (await openSegmentFiles(disk))!;
  const ofBoards = await openBoardSegments(disk);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await segments.write(name, 'latents', new Uint8Array(4));
    disk.later();
  }
  await ofBoards.remember('00000000000000aa', ['a']);
  await ofBoards.remember('00000000000000aa', ['b']);
  await ofBoards.remember('00000000000000bb', ['c']);
  await trimSegments(segments, ['e'], 3, await ofBoards.all());
  expect((await segments.segments()).toSorted()).toEqual(['a', 'b', 'c', 'e']);
  await (await openFiles())!.remove('00000000000000aa');
  await trimSegments(segments, [], 2, await ofBoards.all());
  expect((await segments.segments()).toSorted()).toEqual(['c', 'e']);
});

test('the list of all that is kept says how much the storyboards take', async () => {
  const studio = await visit();
  castle(studio);
  const photo = pictureFile('scene.png', 'image/png');
  await studio.open(photo, 'scene.png');
  await (await studio.askForBoards()).begin();
  const device: Device = {
    stayAwake: () => () => {},
    showBadge: () => {},
    noticePermission: () => 'none',
    askForNotices: async () => 'none',
    tellIfHidden: () => {},
    storageRoom: async () => null,
    askToPersist: async () => false,
  };
  const storage = new KeptStorage(studio, null, device, {
    bytes: async () => 0,
    clear: async () => {},
    boards: async () => (await openFiles())!.bytes(),
    queue: async () => 7,
  });
  await storage.persist();
  expect(storage.boardBytes.value).toBeGreaterThan(photo.size);
  expect(storage.boardBytes.value).toBeLessThan(photo.size + 3000);
});

test('what is left of boards that were never put away goes after a month', async () => {
  const files = await openFiles();
  await files!.keepPicture('00000000000000aa', new Blob(['x']));
  expect(await files!.list()).toEqual([]);
  expect(await disk.names('boards')).toHaveLength(1);
  const later = await openBoardFiles(disk, () => Date.now() + 31 * 24 * 3600 * 1000);
  expect(await later!.list()).toEqual([]);
  expect(await disk.names('boards')).toHaveLength(0);
});

test('a board that cannot be read now is not taken for what is left of one', async () => {
  const files = await openFiles();
  await files!.keep('00000000000000aa', '{}');
  type Folder = Awaited<ReturnType<typeof disk.getDirectory>>;
  const unreadable = (folder: Folder): Folder =>
    ({
      ...folder,
      getDirectoryHandle: async (...given: Parameters<Folder['getDirectoryHandle']>) =>
        unreadable(await folder.getDirectoryHandle(...given)),
      getFileHandle: async (name: string) => ({
        ...(await folder.getFileHandle(name)),
        getFile: () => Promise.reject(new DOMException('in use', 'NotReadableError')),
      }),
      values: () => folder.values(),
      entries: () => folder.entries(),
    }) as Folder;
  const month = 31 * 24 * 3600 * 1000;
  const later = await openBoardFiles(
    { getDirectory: async () => unreadable(await disk.getDirectory()) },
    () => Date.now() + month,
  );
  expect(await later!.list()).toEqual([]);
  expect(await files!.list()).toMatchObject([{ text: '{}' }]);
});

test('what is typed while a board of another model is fetched stays with its own board', async () => {
  const studio = await visit();
  castle(studio);
  const shelf = await studio.askForBoards();
  await shelf.begin();
  const { id } = shelf.others.value[0]!;
  const store = (await openFiles())!;
  const text = JSON.parse((await store.read(id))!) as { job: object };
  await store.keep(id, JSON.stringify({ ...text, job: { ...text.job, model: 'wan' } }));
  studio.form.prompt.value = 'a dog';
  studio.board.add();
  vi.spyOn(studio, 'lookAtShelf').mockImplementation(async () => {
    studio.form.prompt.value = 'it barks';
  });
  await shelf.open(id);
  expect(prompts(studio)).toHaveLength(3);
  await shelf.open(shelf.others.value[0]!.id);
  expect(prompts(studio)).toEqual(['', 'it barks']);
});
