// What the issue of storyboards calls bad input, once through the page and once through the command line: a coded error that names the
// segment, and nothing changed, on the page or on the disk.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCommand } from '../../scripts/generate-arguments.ts';
import { AppError, type ErrorCode } from '../../src/core/errors.ts';
import { JOB_VERSION, type Job } from '../../src/core/job.ts';
import { openBoardFiles } from '../../src/films/board-files.ts';
import { MAX_BOARD_PICTURE_BYTES, parseBoardFile, writeBoardFile } from '../../src/protocol/board-file.ts';
import type { BoardSegment } from '../../src/state/board.ts';
import { Studio } from '../../src/state/studio.ts';
import { beginTake } from '../../src/state/takes.ts';
import { memoryFolders } from './memory-folders.ts';
import { FakeEngine, settle } from './state-fake-engine.ts';
import { pictureFile, stubDecoding } from './state-fake-pictures.ts';
import { MANIFEST, studioParts, textStore } from './state-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'kindling-boards-'));
afterAll(() => rmSync(folder, { recursive: true }));

let disk: ReturnType<typeof memoryFolders>;
let notes: Map<string, string>;
let studio: Studio;

beforeEach(async () => {
  stubDecoding();
  disk = memoryFolders();
  notes = new Map();
  const openFiles = () => openBoardFiles(disk);
  studio = new Studio({
    ...studioParts(new FakeEngine()),
    store: textStore(notes),
    pictures: {
      keep: async (file, board) => (await openFiles())?.keepPicture(board, file),
      kept: async (board) => (await (await openFiles())?.picture(board)) ?? null,
    },
    openBoards: openFiles,
  });
  await studio.restoreBoard();
});
afterEach(() => {
  studio.dispose();
  vi.unstubAllGlobals();
});

/** The board that is on the page before. */
function castle(): void {
  studio.form.prompt.value = 'a castle';
  studio.board.add();
  studio.form.prompt.value = 'fog rises';
}

const openText = (text: string): Promise<unknown> =>
  studio.open(new Blob([text], { type: 'application/json' }), 'board.json');

const PNG = `data:image/png;base64,${Buffer.from(await pictureFile('scene.png').arrayBuffer()).toString('base64')}`;
const CUT = `data:image/png;base64,${Buffer.from(await pictureFile('cut-off.png').arrayBuffer())
  .toString('base64')
  .slice(0, 20)}`;
const WITH_PICTURE = [{ prompt: 'a cat', picture: { fit: 'crop' } }, { prompt: 'it rains' }];
const two = (second: object, first: object = { prompt: 'a cat' }): object => ({ segments: [first, second] });
/** A list that holds itself, as far as text can say so. */
const loop = '{"segments": [{"prompt": "a cat", "after": 1}, {"prompt": "a dog", "after": 0}]}';

const BAD: readonly [what: string, board: unknown, code: ErrorCode, says: RegExp, segment: number | null][] =
  [
    ['that is not JSON', 'a castle, then fog', 'input/job', /not JSON|JSON/, null],
    ['that is cut off', '{"segments": [{"prompt": "a c', 'input/job', /JSON/, null],
    ['that is a list', '[]', 'input/job', /an object/, null],
    [
      'of a later version',
      { version: JOB_VERSION + 1, beats: [], segments: [{}, {}] },
      'input/job',
      /newer Kindling/,
      null,
    ],
    ['of no version', { version: 'two', segments: [{}, {}] }, 'input/job', /job\.version/, null],
    [
      'of 10,000 segments',
      { segments: Array(10_000).fill({ prompt: 'x' }) },
      'input/job',
      /list of 10000/,
      null,
    ],
    ['without a segment', { segments: [] }, 'input/job', /list of 0/, null],
    ['of zero length', two({ prompt: 'b', seconds: 0 }), 'input/seconds', /^Segment 2: A length of 0 s/, 1],
    ['of 61 seconds', two({ prompt: 'b', seconds: 61 }), 'input/seconds', /^Segment 2: A length of 61 s/, 1],
    ['whose length is a word', two({ prompt: 'b', seconds: '5' }), 'input/job', /^Segment 2: .*seconds/, 1],
    ['whose references loop', loop, 'input/job', /^Segment 1: .*after: there is no such field/, 0],
    ['that refers elsewhere', two({ $ref: '#/segments/0' }), 'input/job', /^Segment 2: .*\$ref/, 1],
    ['whose segment is itself a list of segments', two({ segments: [{}] }), 'input/job', /^Segment 2: /, 1],
    ['of mixed sizes', two({ prompt: 'b', aspect: '1:1' }), 'input/job', /^Segment 2: .*aspect/, 1],
    ['of mixed rates', two({ prompt: 'b', fps: 24 }), 'input/job', /^Segment 2: .*fps/, 1],
    ['whose picture is missing', { segments: WITH_PICTURE }, 'input/job', /^Segment 1: .*no picture came/, 0],
    [
      'whose later segment begins with a picture',
      two({ prompt: 'b', picture: { fit: 'crop' } }),
      'input/job',
      /^Segment 2: Only the first/,
      1,
    ],
    [
      'with a picture that nobody asked for',
      { ...two({}), picture: PNG },
      'input/job',
      /^Segment 1: .*brings/,
      0,
    ],
    [
      'whose picture is no data',
      { segments: WITH_PICTURE, picture: 'https://example.com/a.png' },
      'input/picture-unreadable',
      /^Segment 1: .*data URL/,
      0,
    ],
    [
      'whose picture is broken',
      { segments: WITH_PICTURE, picture: 'data:image/png;base64,*' },
      'input/picture-unreadable',
      /^Segment 1: .*base64/,
      0,
    ],
    [
      'whose picture is cut off',
      { segments: WITH_PICTURE, picture: CUT },
      'input/picture-unreadable',
      /^Segment 1: .*damaged PNG/,
      0,
    ],
    [
      'whose picture is none',
      { segments: WITH_PICTURE, picture: 'data:image/png;base64,aGVsbG8=' },
      'input/picture-unreadable',
      /^Segment 1: .*not a picture/,
      0,
    ],
    [
      'whose picture is a gigantic one',
      { segments: WITH_PICTURE, picture: `${PNG}${'A'.repeat(15_000_000)}` },
      'input/picture-unreadable',
      /^Segment 1: .*11 MB/,
      0,
    ],
    [
      'that is huge',
      `{"segments": [{}, {"prompt": "${'x'.repeat(17_000_000)}"}]}`,
      'input/job',
      /up to 16/,
      null,
    ],
    ['whose title is a list', { title: [], ...two({}) }, 'input/job', /title/, null],
  ];

describe.each(BAD)('a board %s', (_, board, code, says, segment) => {
  const text = typeof board === 'string' ? board : JSON.stringify(board);

  test('is refused by the page, and nothing changes', async () => {
    castle();
    await settle();
    const page = JSON.stringify([studio.board.toJob(), studio.mark.value, [...notes]]);
    const files = await disk.names('boards');
    await openText(text);
    expect(studio.problem.value).toMatchObject({ code, message: expect.stringMatching(says) });
    expect(studio.problem.value?.detail.segment ?? null).toBe(segment);
    expect(JSON.stringify([studio.board.toJob(), studio.mark.value, [...notes]])).toBe(page);
    expect(await disk.names('boards')).toEqual(files);
  });

  test('is refused by the command line, before a browser is started', () => {
    const path = join(folder, 'board.json');
    writeFileSync(path, text);
    let refused: unknown;
    try {
      readCommand(['--storyboard', path, '--out', 'a.mp4'], MANIFEST, 1);
    } catch (error) {
      refused = error;
    }
    if (!(refused instanceof AppError)) throw refused ?? new Error('it was taken');
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(says.source === 'up to 16' ? /up to 16777216/ : says);
    expect(refused.detail.segment ?? null).toBe(segment);
  });
});

describe('a board as one file', () => {
  /** What the page would save. */
  const saved = async (): Promise<string> => {
    const shelf = await studio.askForBoards();
    return (await shelf.exportFile())!.blob.text();
  };

  test('comes back exactly, in a board of its own, and the old one is put away', async () => {
    castle();
    const photo = pictureFile('scene.jpg', 'image/jpeg');
    await studio.open(photo, 'holiday.jpg');
    studio.form.fit.value = 'letterbox';
    studio.form.camera.value = 'roll';
    studio.form.negativePrompt.value = 'rain';
    studio.form.aspect.value = '9:16';
    const shelf = await studio.askForBoards();
    const { id } = studio.mark.value;
    await shelf.rename(id, 'My “castle” 城堡');
    const job = studio.board.toJob();
    const text = await saved();
    expect(text.indexOf('data:image/jpeg;base64,')).toBeGreaterThan(text.indexOf('fog rises'));

    await shelf.begin();
    castle();
    await openText(text);
    expect(studio.problem.value).toBeNull();
    expect(studio.board.toJob()).toEqual(job);
    expect(await studio.form.picture.value?.file.arrayBuffer()).toEqual(await photo.arrayBuffer());
    expect(shelf.title).toBe('My “castle” 城堡');
    expect(studio.mark.value.id).not.toBe(id);
    expect(shelf.others.value.map(({ title }) => title).toSorted()).toEqual(['My “castle” 城堡', 'a castle']);
    expect(await saved()).toBe(text);

    const path = join(folder, 'saved.json');
    writeFileSync(path, text);
    const command = readCommand(['--storyboard', path, '--out', 'a.mp4'], MANIFEST, 1);
    if (command === 'help') throw new Error('asked for help');
    expect(command.job).toEqual(job);
    expect(await command.picture?.arrayBuffer()).toEqual(await photo.arrayBuffer());
    const other = readCommand(['--storyboard', path, '--image', 'b.png', '--out', 'a.mp4'], MANIFEST, 1);
    expect(other).toMatchObject({ image: 'b.png', picture: null });
  });

  test('brings its takes and kept seeds along, exactly', async () => {
    castle();
    const { board, form } = studio;
    form.seedLocked.value = true;
    board.markMade(
      board.toJob(),
      null,
      board.segments.value.map(({ id }) => id),
    );
    board.select(0);
    expect(beginTake(board, () => 4711)).toBe(true);
    form.prompt.value = 'a tower';
    const ids = ({ id: _, takes, ...segment }: BoardSegment): object => ({
      ...segment,
      takes: takes.map(({ id: __, ...take }) => take),
    });
    const before = board.segments.value.map(ids);
    const text = await saved();
    await (await studio.askForBoards()).begin();
    await openText(text);
    expect(studio.problem.value).toBeNull();
    expect(board.segments.value.map(ids)).toEqual(before);
    expect(board.segments.value).toMatchObject([
      { prompt: 'a tower', seed: 4711, take: 2, takes: [{ take: 1 }] },
      { seedLocked: true },
    ]);
    expect(await saved()).toBe(text);
    const job = JSON.parse(text) as object;
    await openText(JSON.stringify({ ...job, takes: [{}, {}, {}] }));
    expect(studio.problem.value).toMatchObject({ code: 'input/job' });
    await openText(JSON.stringify({ ...job, takes: [{ takes: [{ prompt: 5 }] }] }));
    expect(studio.problem.value).toMatchObject({ code: 'input/job' });
  });

  test('without a picture or a name is a plain job', async () => {
    castle();
    expect(JSON.parse(await saved())).toEqual(studio.board.toJob());
    const file = (await (await studio.askForBoards()).exportFile())!;
    expect(file.name).toBe('a-castle.kindling.json');
  });

  test('of a board that is not on the page is the same', async () => {
    castle();
    await studio.open(pictureFile('scene.png', 'image/png'), 'scene.png');
    const text = await saved();
    const shelf = await studio.askForBoards();
    await shelf.begin();
    const [other] = shelf.others.value;
    const again = await (await shelf.exportFile(other!.id))?.blob.text();
    expect(JSON.parse(again ?? '')).toEqual(JSON.parse(text));
  });

  test('half-written boards can be saved as well, and are refused where they cannot be made', async () => {
    castle();
    studio.form.seconds.value = 61;
    const text = await saved();
    expect((JSON.parse(text) as Job).segments[1]?.seconds).toBe(61);
    await openText(text);
    expect(studio.problem.value?.code).toBe('input/seconds');
  });

  test('a field that stands empty says nothing, and the file can be opened', async () => {
    castle();
    studio.form.seed.value = Number.NaN;
    const text = await saved();
    expect((JSON.parse(text) as Job).segments[1]).not.toHaveProperty('seed');
    await openText(text);
    expect(studio.problem.value).toBeNull();
    expect(studio.board.segments.value.every(({ seed }) => Number.isInteger(seed))).toBe(true);
  });

  test('takes a picture of up to 11 MB', async () => {
    const job = parseBoardFile({ segments: [{ prompt: 'a', picture: { fit: 'crop' } }] }, MANIFEST, 1).job;
    const png = new Uint8Array(await pictureFile('scene.png').arrayBuffer());
    const padded = new Blob([png, new Uint8Array(MAX_BOARD_PICTURE_BYTES - png.length)]);
    const back = parseBoardFile(JSON.parse(await writeBoardFile(job, '', padded)), MANIFEST, 1);
    expect(back.picture?.size).toBe(MAX_BOARD_PICTURE_BYTES);
    await expect(writeBoardFile(job, '', new Blob([padded, 'x']))).rejects.toMatchObject({
      code: 'input/picture-too-large',
    });
  });

  test('a clip that is dropped on a storyboard puts it away, too', async () => {
    castle();
    await openText(JSON.stringify({ segments: [{ prompt: 'a dog' }] }));
    expect(studio.form.prompt.value).toBe('a dog');
    expect(studio.board.isFilm.value).toBe(false);
    const [other] = studio.boards.value!.others.value;
    await studio.boards.value!.open(other!.id);
    expect(studio.form.scene.value).toBe('a castle');
  });
});
