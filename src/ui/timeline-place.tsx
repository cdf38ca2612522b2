import type { VNode } from 'preact';
import { useStudio } from './studio-context.tsx';
import { useLazy } from './use-lazy.ts';

/** Where the segments stand once there is more than one; their code is fetched with the second. */
export function TimelinePlace(): VNode | null {
  const studio = useStudio();
  const { board } = studio;
  const timeline = useLazy(
    board.isFilm.value || board.canUndo.value || board.canRedo.value,
    () => import('./timeline.tsx'),
    (error) => studio.refuse(error),
  );
  return timeline && <timeline.Timeline />;
}
