// Which kept segments belong to storyboards: those go last when room is made.
import { BOARDS_FOLDER } from './board-files.ts';
import { openFolderFiles } from './folder-files.ts';

const NAMES = 'segments.json';
/** Names remembered of one board: four versions of its longest film. */
const MOST_NAMES = 144;

/** The segments of storyboards, by their names in the folder of segments. */
export interface BoardSegments {
  /** Says that a film of a board is made of these. What it was made of before is remembered, too: changes can be undone. Never rejects. */
  remember(board: string, names: readonly string[]): Promise<void>;
  /** Of all boards. Never rejects. */
  all(): Promise<ReadonlySet<string>>;
}

/** Opens them; where nothing can be kept there are none. */
export async function openBoardSegments(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<BoardSegments> {
  const files = await openFolderFiles(BOARDS_FOLDER, storage);
  const namesOf = async (board: string): Promise<readonly string[]> => {
    try {
      const names: unknown = JSON.parse((await (await files?.read(board, NAMES))?.text()) ?? '[]');
      return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
    } catch {
      return []; // damaged: it is remembered anew with the next film
    }
  };
  return {
    async remember(board, names) {
      const known = (await namesOf(board)).filter((name) => !names.includes(name));
      const text = JSON.stringify([...known, ...names].slice(-MOST_NAMES));
      await files?.write(board, NAMES, text).catch(() => {}); // full: segments are then trimmed by age alone
    },
    async all() {
      const names = new Set<string>();
      try {
        for (const board of (await files?.folders()) ?? [])
          for (const name of await namesOf(board)) names.add(name);
      } catch {
        // The folder was removed meanwhile.
      }
      return names;
    },
  };
}
