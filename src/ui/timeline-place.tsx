import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useStudio } from './studio-context.tsx';

/** Where the segments stand once there is more than one; their code is fetched with the second. */
export function TimelinePlace(): VNode | null {
  const studio = useStudio();
  const { board } = studio;
  const loaded = useMemo(() => signal<ComponentType | null>(null), []);
  const isNeeded = board.isFilm.value || board.canUndo.value || board.canRedo.value;
  useEffect(() => {
    if (isNeeded && !loaded.value)
      import('./timeline.tsx').then(
        ({ Timeline }) => {
          loaded.value = Timeline;
        },
        (error: unknown) => studio.refuse(error),
      );
  }, [isNeeded, loaded, studio]);
  const Timeline = loaded.value;
  return isNeeded && Timeline ? <Timeline /> : null;
}
