import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Clip } from '../state/job-state.ts';
import { Frame } from './frame.tsx';
import { Poster } from './poster.tsx';
import { useStudio } from './studio-context.tsx';

const player = signal<ComponentType<{ readonly clip: Clip }> | null>(null);

/** Fetches the player's code, once: a clip is far from done when it is begun. */
export async function loadPlayer(): Promise<void> {
  player.value ??= (await import('./player.tsx')).Player;
}

/** Where a finished clip is shown. */
export function PlayerPlace({ clip }: { readonly clip: Clip }): VNode {
  const studio = useStudio();
  useEffect(() => void loadPlayer().catch((error: unknown) => studio.refuse(error)), [studio]);
  const Player = player.value;
  return Player ? (
    <Player key={clip.id} clip={clip} />
  ) : (
    <Frame shape={clip.report}>
      <Poster />
    </Frame>
  );
}
