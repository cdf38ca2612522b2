import type { VNode } from 'preact';
import { useStudio } from './studio-context.tsx';
import { useLazy } from './use-lazy.ts';

/** Where the other storyboards are reached, once there is a storyboard; the code is fetched then. */
export function BoardsPlace(): VNode | null {
  const studio = useStudio();
  const isNeeded = studio.board.isFilm.value || studio.boards.value !== null;
  const boards = useLazy(
    isNeeded,
    () => import('./boards.tsx'),
    (error) => studio.refuse(error),
  );
  return boards && <boards.Boards />;
}
