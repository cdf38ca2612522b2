import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ClipPreview } from '../state/job-state.ts';
import type { LoopPlayer } from './loop-player.ts';
import { useTexts } from './studio-context.tsx';

/** Steps in which the clip gets clearer: too fine to be seen one by one, too few to keep the page painting. */
const DEVELOPING_STEPS = 50;

/** The clip while it develops. */
export function PreviewCanvas(props: { readonly preview: ClipPreview; readonly fraction: number }): VNode {
  const { preview } = props;
  const developed = Math.round(props.fraction * DEVELOPING_STEPS) / DEVELOPING_STEPS;
  const texts = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [player, setPlayer] = useState<LoopPlayer | null>(null);
  useEffect(() => {
    let loop: LoopPlayer | null = null;
    let isGone = false;
    // Fetched with the first preview.
    import('./loop-player.ts').then(({ LoopPlayer }) => {
      if (isGone || !canvas.current) return;
      loop = new LoopPlayer(canvas.current);
      setPlayer(loop);
    }, console.warn);
    return () => {
      isGone = true;
      loop?.stop();
    };
  }, []);
  useEffect(() => player?.develop(developed), [player, developed]);
  useEffect(() => player?.show(preview), [player, preview]);
  return <canvas ref={canvas} class="preview" role="img" aria-label={texts.stage.preview} />;
}
