import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ClipPreview } from '../state/job-state.ts';
import { LoopPlayer } from './loop-player.ts';
import { useTexts } from './studio-context.tsx';

/** Steps in which the clip gets clearer: too fine to be seen one by one, too few to keep the page painting. */
const DEVELOPING_STEPS = 50;

/** The clip while it develops. */
export function PreviewCanvas(props: { readonly preview: ClipPreview; readonly fraction: number }): VNode {
  const { preview } = props;
  const developed = Math.round(props.fraction * DEVELOPING_STEPS) / DEVELOPING_STEPS;
  const texts = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<LoopPlayer | null>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const loop = new LoopPlayer(canvas.current);
    player.current = loop;
    return () => loop.stop();
  }, []);
  useEffect(() => player.current?.develop(developed), [developed]);
  useEffect(() => player.current?.show(preview), [preview]);
  return <canvas ref={canvas} class="preview" role="img" aria-label={texts.stage.preview} />;
}
